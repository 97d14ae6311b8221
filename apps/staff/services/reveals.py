"""Showing one number in full: a purpose, an audit event, thirty a day (security.md R18)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import AuditEvent
from apps.core import policy
from apps.core.writes import write

from .. import errors, rules, secrets
from ..models import Person

#: Unless the office decides otherwise (core.policy).
REVEALS_A_DAY = policy.SETTINGS["reveals_a_day"].standard
FIELDS = {"id_no": "公民身份号码", "phone": "联系电话"}
LOCK = 0x5EC2E7  # first key of the advisory locks that count reveals, one for each user


@write
def reveal(*, person: Person, field: str, purpose: str, by: Any) -> str:
    """Return one plain number, for one answer, and note who looked and why.

    field     "id_no" or "phone"
    purpose   what it is wanted for; not empty
    Returns "" when there is none. Raises PermissionDenied (in sight, without the right),
    PurposeMissing, RevealLimit. Source: docs/rules.md P-09.
    """
    if field not in FIELDS:
        raise TypeError(f"{field} is not shown here")
    if not rules.may_reveal(by, person):
        raise PermissionDenied("账号没有查看完整号码的权限")
    allow_looks(by=by, purpose=purpose)
    value = secrets.id_no(person) if field == "id_no" else secrets.phone(person)
    audit.record(
        "person.reveal",
        target=person,
        by=by,
        scope=rules.scope_for(by, person),
        purpose=purpose.strip()[:200],
        note=FIELDS[field],
    )
    return value.reveal() if value is not None else ""


def allow_looks(*, by: Any, purpose: str, people: int = 1) -> None:
    """Let a user look at so many more numbers today; every road to a number asks here (P-09).

    The caller records one “person.reveal” for each, in the same transaction.
    Raises PurposeMissing, RevealLimit.
    """
    if not purpose.strip():
        raise errors.PurposeMissing
    with connection.cursor() as cursor:  # two windows of one user count as one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, by.pk % 2**31])
    limit = policy.value("reveals_a_day")
    if reveals_today(by) + people > limit:
        raise errors.RevealLimit(limit)


def reveals_today(user: Any) -> int:
    """Return how many numbers the user has looked at since midnight."""
    midnight = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time()))
    return AuditEvent.objects.filter(
        actor_id=user.pk, kind="person.reveal", outcome=AuditEvent.Outcome.DONE, at__gte=midnight
    ).count()
