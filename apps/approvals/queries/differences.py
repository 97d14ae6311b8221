"""对账差异: where the register and what the partners confirmed do not agree, as far as the portal
knows. What a partner pays or books in its own system is not here. Source: docs/rules.md JT-08.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.core.scope import within

from ..models import Confirmation
from .joint import JOINED

#: code → what a row differs in, the gravest first; the names stand in the query bar.
DIFFERENCES: dict[str, str] = {
    "overdue": "已入库，逾期未确认",
    "objected": "有异议，尚未确认",
    "late": "逾期后才确认",
    "unnumbered": "已确认，缺对方业务号",
}


def condition(code: str, now: dt.datetime) -> Q:
    """Return which parts differ in this way. Only what changed the register already counts."""
    return {
        "overdue": Q(confirmed_at__isnull=True, arrived_at__isnull=False, due_at__lt=now),
        "objected": Q(confirmed_at__isnull=True, objected_at__isnull=False),
        "late": Q(confirmed_at__gt=F("due_at")),
        "unnumbered": Q(confirmed_at__isnull=False, reference_no=""),
    }[code]


def differences(user: Any, now: dt.datetime | None = None) -> QuerySet[Confirmation]:
    """Return the parts that differ: a partner's own, and all of them for the office's examiners.

    Newest first. A part confirmed in time and under its number is none.
    """
    now = now or timezone.now()
    own = Q(pk__in=Confirmation.objects.visible_to(user).values("pk"))
    seen = own | within(user.subtrees("examine"), "scope")
    differing = Q(pk__in=[])
    for code in DIFFERENCES:
        differing |= condition(code, now)
    rows = Confirmation.objects.filter(seen, differing, application__effected_at__isnull=False)
    return rows.select_related(*JOINED).order_by("-pk")


def said(row: Confirmation, now: dt.datetime) -> list[str]:
    """Return the codes of what one part differs in, the gravest first."""
    late = row.due_at is not None and (row.confirmed_at or now) > row.due_at
    found = []
    if row.confirmed_at is None:
        if late:
            found.append("overdue")
        if row.objected_at is not None:
            found.append("objected")
        return found
    if late:
        found.append("late")
    if not row.reference_no:
        found.append("unnumbered")
    return found
