"""What of plans and loans waits for a user on the first page: a day that comes, a step to take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.quotas.standing import Lamp

from . import plans, rules
from .choices import PlanState
from .models import PlanLine
from .queries import pool
from .use_tables import due_lamp

#: Loans named at once; the list has them all.
MOST = 5


@dataclass(frozen=True)
class Pressing:
    """One line. lamp: of a loan; None for a plan."""

    title: str
    text: str
    url: str
    lamp: Lamp | None = None


def of(user: Any) -> list[Pressing]:
    """Return plans under way and loans due or nearly so, in sight of the user."""
    return [*_plans(user), *_loans(user)]


def _plans(user: Any) -> list[Pressing]:
    under_way = (PlanState.COLLECTING, PlanState.REVIEWING)
    found = []
    for plan in plans.visible_to(user).filter(state__in=under_way).order_by("-year"):
        text = plans.next_step(
            plan,
            list(PlanLine.objects.visible_to(user).filter(plan=plan)),
            office=user.may("examine", plan.unit),
            decides=user.may("decide", plan.unit),
            files=plan.state == PlanState.COLLECTING
            and any(user.may_anywhere(one) for one in rules.FILING),
        )
        found.append(Pressing(str(plan), text, reverse("approvals:plan", args=[plan.pk])))
    return found


def _loans(user: Any) -> list[Pressing]:
    rows = pool.pressing(user, timezone.localdate())
    return [
        Pressing(
            f"{one.unit.name}周转编制",
            f"{one.pool.quota_type.label}未还 {one.places} 名",
            reverse("approvals:loan", args=[one.pk]),
            due_lamp(one),
        )
        for one in rows[:MOST]
    ]
