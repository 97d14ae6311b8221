"""对账差异: where the register and what the partners confirmed do not agree, as far as the portal
knows. What a partner pays or books in its own system is not here. Source: docs/rules.md JT-08.
"""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_
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


def _conditions(now: dt.datetime) -> dict[str, Q]:
    """Return code → which parts differ in this way."""
    return {
        "overdue": Q(confirmed_at__isnull=True, arrived_at__isnull=False, due_at__lt=now),
        "objected": Q(confirmed_at__isnull=True, objected_at__isnull=False),
        "late": Q(confirmed_at__gt=F("due_at")),
        "unnumbered": Q(confirmed_at__isnull=False, reference_no=""),
    }


def differences(user: Any) -> QuerySet[Confirmation]:
    """Return the parts that differ: a partner's own, and all of them for the office's examiners.

    Newest first. Only what changed the register counts; a part confirmed in time and under its
    number is none. Each row says by `is_<code>` what it differs in.
    """
    found = _conditions(timezone.now())
    own = Q(pk__in=Confirmation.objects.visible_to(user).values("pk"))
    seen = own | within(user.subtrees("examine"), "scope")
    rows = Confirmation.objects.filter(
        seen, reduce(or_, found.values()), application__effected_at__isnull=False
    )
    rows = rows.annotate(**{f"is_{code}": condition for code, condition in found.items()})
    return rows.select_related(*JOINED).order_by("-pk")


def said(row: Confirmation) -> list[str]:
    """Return the codes of what a row of `differences` differs in, the gravest first."""
    return [code for code in DIFFERENCES if getattr(row, f"is_{code}")]
