"""Who is told of a case: who must act, the nearest of them to the unit. Source: AP-21.

A province's office holds rights over every county of it; told is only the nearest office over
the unit that has somebody who may act.
"""

from __future__ import annotations

from collections.abc import Iterable

from apps.core.scope import above
from apps.units.models import UnitUserPermission

from .choices import PARTNER_PERMISSIONS
from .models import Application
from .progress import ACTS


def nearest(permissions: Iterable[str], path: str, *, but: Iterable[int | None] = ()) -> list[int]:
    """Return the active accounts that hold one of the permissions nearest over `path`. One query.

    but   accounts left out: an applicant does not decide
    """
    rows = UnitUserPermission.objects.filter(
        permission__codename__in=list(permissions),
        content_object__path__in=above(path),
        user__is_active=True,
        user__admin_kind__isnull=True,
    ).exclude(user_id__in=[one for one in but if one is not None])
    found = list(rows.values_list("user_id", "content_object__path"))
    best = max((len(at) for _, at in found), default=0)
    return sorted({user for user, at in found if len(at) == best})


def actors(application: Application) -> list[int]:
    """Return who must act where the case is: who holds it, else the step's permission."""
    if application.handler_id is not None:
        return [application.handler_id]
    permission = ACTS.get(application.state)
    if permission is None:
        return []
    return nearest([permission], application.desk, but=[application.applicant_id])


def supervisors(application: Application) -> list[int]:
    """Return who answers for a late case beside who must act: the holders of sign and decide."""
    found = set(nearest(["sign"], application.desk, but=[application.applicant_id]))
    return sorted(found | set(nearest(["decide"], application.desk)))


def applicants(application: Application) -> list[int]:
    """Return the applicant; where the account is off or there is none, the unit's clerks."""
    applicant = application.applicant
    if applicant is not None and applicant.is_active:
        return [applicant.pk]
    return nearest(["file_for"], application.scope)


def partners(application: Application, partner: str) -> list[int]:
    return nearest([PARTNER_PERMISSIONS[partner]], application.scope)
