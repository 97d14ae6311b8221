"""What the first page shows of applications: five counts, the ten most urgent (ux.md §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core import calendar

from ..models import Application
from ..progress import step_label
from ..remaining import Remaining, remaining
from . import inbox

SHOWN = 10


@dataclass(frozen=True)
class Count:
    """One number of the line; more: the count stopped at inbox.MOST."""

    label: str
    number: int
    url: str
    tone: str = "plain"

    @property
    def more(self) -> bool:
        return self.number >= inbox.MOST


@dataclass(frozen=True)
class Urgent:
    case: Application
    step: str
    left: Remaining | None
    url: str


@dataclass(frozen=True)
class Desk:
    counts: list[Count]
    rows: list[Urgent]


def desk_of(user: Any) -> Desk:
    """Return the counts and the most urgent cases of who handles applications. Six queries."""
    days = calendar.current()
    waiting = inbox.todo(user)
    found = inbox.counts(user, days, waiting)
    labels = (
        ("todo", "待办", {"tab": "todo"}, "plain"),
        ("today", "今日到期", {"tab": "todo", "lamp": "today"}, "warn"),
        ("late", "已超期", {"tab": "todo", "lamp": "late"}, "over"),
        ("returned", "退回", {"tab": "returned"}, "plain"),
        ("watch", "督办", {"tab": "watch"}, "warn"),
    )
    address = reverse("approvals:inbox")
    counts = [
        Count(label, found[key], f"{address}?{urlencode(query)}", tone if found[key] else "plain")
        for key, label, query, tone in labels
    ]
    rows = [_urgent(case, days, "todo") for case in waiting[:SHOWN]]
    return Desk(counts, rows)


def told_to(user: Any) -> list[Urgent]:
    """Return 待我批示 of a leader: what waits for them, then what colleagues told them of."""
    days = calendar.current()
    rows = [_urgent(case, days, "todo") for case in inbox.todo(user)[:SHOWN]]
    unseen = inbox.copies(user).filter(seen_at=None)[: SHOWN - len(rows)]
    return rows + [_urgent(one.application, days, "copies") for one in unseen]


def _urgent(case: Application, days: calendar.WorkCalendar, tab: str) -> Urgent:
    return Urgent(
        case,
        step_label(case),
        remaining(case, days),
        f"{reverse('approvals:detail', args=[case.pk])}?tab={tab}",
    )
