"""What may be proposed, and what a confirmed proposal does. Source: docs/rules.md A-13.

A kind belongs to the app that carries it out; it registers itself here when the app is ready.
The writes (propose, confirm, decline, withdraw) are services.proposals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from .choices import AdministratorKind
from .models import Proposal, User

#: (proposal, by): carries a confirmed proposal out in the open transaction. Raises CannotApply.
Apply = Callable[[Proposal, Any], None]

SECURITY = frozenset({AdministratorKind.SECURITY})
#: Making administrators and resetting their second factor: where few hold each office, the
#: system administrator proposes, so that a security administrator is left to confirm.
EITHER = frozenset({AdministratorKind.SYSTEM, AdministratorKind.SECURITY})


@dataclass(frozen=True)
class Kind:
    """proposers: the kinds of administrators who may propose; security administrators confirm."""

    code: str
    label: str
    proposers: frozenset[AdministratorKind]
    apply: Apply
    #: May an account that is no administrator propose it? The app has judged his right before.
    by_office: bool = False
    #: Where a security administrator goes on after a confirmation: words, URL name.
    goes_on: tuple[str, str] | None = None


KINDS: dict[str, Kind] = {}


def register(
    code: str,
    *,
    label: str,
    apply: Apply,
    proposers: frozenset[AdministratorKind] = SECURITY,
    by_office: bool = False,
    goes_on: tuple[str, str] | None = None,
) -> None:
    KINDS[code] = Kind(code, label, proposers, apply, by_office, goes_on)


def may_propose(user: User, code: str) -> bool:
    kind = KINDS[code]
    return user.admin_kind in kind.proposers or (kind.by_office and user.admin_kind is None)


def goes_on_at(code: str) -> tuple[str, str] | None:
    return KINDS[code].goes_on if code in KINDS else None


def label_of(code: str) -> str:
    return KINDS[code].label if code in KINDS else code


def visible_to(user: User) -> QuerySet[Proposal]:
    """Security and audit administrators see all; the system administrator what he may propose."""
    if user.admin_kind in (AdministratorKind.SECURITY, AdministratorKind.AUDIT):
        return Proposal.objects.all()
    if user.admin_kind == AdministratorKind.SYSTEM:
        codes = [k.code for k in KINDS.values() if AdministratorKind.SYSTEM in k.proposers]
        return Proposal.objects.filter(kind__in=codes)
    return Proposal.objects.none()


def may_confirm(user: User, proposal: Proposal) -> bool:
    return (
        user.admin_kind == AdministratorKind.SECURITY
        and user.pk not in (proposal.proposed_by_id, proposal.subject_id)
        and proposal.state == "open"
        and not proposal.is_over
    )


def may_withdraw(user: User, proposal: Proposal) -> bool:
    return proposal.state == "open" and user.pk == proposal.proposed_by_id


def waiting_for(user: User) -> int:
    """Return how many proposals this user could confirm now. One query."""
    if user.admin_kind != AdministratorKind.SECURITY:
        return 0
    open_ones = Proposal.objects.open().exclude(proposed_by=user)
    return open_ones.exclude(subject_id=user.pk).count()
