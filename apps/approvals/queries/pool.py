"""Cards and loans of the pool; what is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, QuerySet, Sum, Value, When

from apps.core.models import CodeValue
from apps.quotas.models import Balance
from apps.units.models import Unit

from .. import usable, use_settings
from ..models import Application, Loan, Pool, PoolEntry


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


def recovers(unit: Unit, quota_type: CodeValue, on: dt.date) -> str:
    """Return why a place that becomes free in a cell goes to the pool (收回); "": it stays.

    Only where the office has set so. Source: docs/rules.md PL-01.
    """
    if not use_settings.current().recover:
        return ""
    if Balance.objects.filter(unit=unit, excess__gt=0).exclude(quota_type=quota_type).exists():
        return "本单位其他类型编制超编"
    return "本单位只出不进" if usable.is_exit_only(unit, quota_type, on) else ""


def recovered_by(application: Application) -> list[PoolEntry]:
    """Return what a case brought to the pool, with what is left of the cell. One query."""
    rows = PoolEntry.objects.filter(application=application)
    return list(rows.select_related("unit", "pool__quota_type", "document", "entry"))


def loans(user: Any) -> QuerySet[Loan]:
    """Return loans, the first due first and those given back last.

    soon: days before the due day, as the settings say.
    """
    return _loans(user, use_settings.current().soon)


def pressing(user: Any, today: dt.date) -> QuerySet[Loan]:
    """Return loans that are out and due, or nearly so."""
    soon = use_settings.current().soon
    until = today + dt.timedelta(days=soon)
    return _loans(user, soon).filter(places__gt=0, due_on__lte=until)


def _loans(user: Any, soon: int) -> QuerySet[Loan]:
    return (
        Loan.objects.visible_to(user)
        .select_related("unit__supervising_unit", "pool__quota_type", "pool__unit")
        .annotate(soon=Value(soon))
        .order_by(Case(When(places=0, then=1), default=0), "due_on", "pk")
    )
