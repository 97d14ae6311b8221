"""Cards and loans of the pool; what is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum, Value

from .. import use_settings
from ..models import Loan, Pool


@dataclass(frozen=True)
class PoolCard:
    """One type of the pool. to_recover: due this year and still out."""

    pool: Pool
    to_recover: int

    @property
    def total(self) -> int:
        return self.pool.total

    @property
    def used(self) -> int:
        return self.pool.lent

    @property
    def left(self) -> int:
        return self.pool.left


def cards(user: Any, today: dt.date) -> list[PoolCard]:
    """Return the types of the pools in sight. Two queries."""
    pools = Pool.objects.visible_to(user).select_related("quota_type", "unit")
    due = dict(
        Loan.objects.filter(pool__in=pools, places__gt=0, due_on__lt=dt.date(today.year + 1, 1, 1))
        .order_by()
        .values_list("pool")
        .annotate(n=Sum("places"))
    )
    rows = pools.order_by("quota_type__sort", "quota_type__value")
    return [PoolCard(pool, due.get(pool.pk, 0)) for pool in rows]


def loans(user: Any) -> QuerySet[Loan]:
    """Return loans by their due day; soon: days before it, as the settings say."""
    soon = use_settings.current().soon
    return (
        Loan.objects.visible_to(user)
        .select_related("unit__supervising_unit", "pool__quota_type", "pool__unit")
        .annotate(soon=Value(soon))
        .order_by("due_on", "pk")
    )
