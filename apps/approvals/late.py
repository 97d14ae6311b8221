"""限时申办: what is late, unit by unit. Plain rows, scoped to the reader. Source: AP-22."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils import timezone

from apps.core.scope import within
from apps.staff.models import Occupancy
from apps.units.models import Unit

from .choices import OPEN, Kind
from .models import Application, LateFiling, Line

#: Days back for which late filings are counted.
A_YEAR = 365


@dataclass
class UnitRow:
    """What is late in one unit. open: cases past their limit; entries, exits: filed too late in the
    last year; retired: of age and neither left nor being filed."""

    unit: Unit
    open: int = 0
    entries: int = 0
    exits: int = 0
    others: int = 0
    retired: int = 0

    @property
    def pk(self) -> int:
        return self.unit.pk

    @property
    def name(self) -> str:
        return str(self.unit.name)

    @property
    def total(self) -> int:
        return self.open + self.entries + self.exits + self.others + self.retired

    def get_absolute_url(self) -> str:
        return reverse("approvals:late_unit", args=[self.unit.pk])


def open_late(user: Any) -> QuerySet[Application]:
    """Return the open cases in sight whose limit has passed, the unit's own or its offices'."""
    now = timezone.now()
    return Application.objects.visible_to(user).filter(state__in=OPEN, due_at__lt=now)


def cases_of(user: Any, unit: Unit) -> QuerySet[Application]:
    """Return the late cases counted under a unit: its own, and those that wait for its side."""
    return open_late(user).alias(side=_own_side(user)).filter(side=unit.pk)


def filed_late(user: Any, day: dt.date) -> QuerySet[LateFiling]:
    since = day - dt.timedelta(days=A_YEAR)
    return LateFiling.objects.visible_to(user).filter(filed_on__gte=since)


def retired_late(user: Any, day: dt.date) -> QuerySet[Occupancy]:
    """Return the places of people whose month of retirement has passed and nobody has filed for."""
    filed = Line.objects.filter(person=OuterRef("person"), is_open=True)
    rows = Occupancy.objects.visible_to(user).filter(
        ends_on__isnull=True, counts=True, retires_on__lt=day.replace(day=1)
    )
    return rows.exclude(Exists(filed))


def by_unit(user: Any, unit: Unit | None = None) -> list[UnitRow]:
    """Return the units in sight with something late, the worst first. Four queries.

    unit   only this one
    """
    day = timezone.localdate()
    only = Q(unit=unit) if unit is not None else Q()
    only_side = Q(side=unit.pk) if unit is not None else Q()
    counts: dict[int, dict[str, int]] = {}
    cases = open_late(user).annotate(side=_own_side(user)).filter(only_side)
    for pk, number in _counted(cases, "side"):
        counts.setdefault(pk, {})["open"] = number
    for pk, number in _counted(retired_late(user, day).filter(only)):
        counts.setdefault(pk, {})["retired"] = number
    late = filed_late(user, day).filter(only).order_by()
    for pk, kind, number in late.values_list("unit", "application__kind").annotate(Count("pk")):
        name = {Kind.ENTRY: "entries", Kind.EXIT: "exits"}.get(Kind(kind), "others")
        row = counts.setdefault(pk, {})
        row[name] = row.get(name, 0) + number
    units = Unit.objects.filter(pk__in=counts)
    rows = [UnitRow(unit=one, **counts[one.pk]) for one in units]
    return sorted(rows, key=lambda row: (-row.total, row.unit.path))


def _counted(rows: QuerySet, of: str = "unit") -> Any:
    return rows.order_by().values_list(of).annotate(Count("pk"))


def _own_side(user: Any) -> Case:
    """Return the unit a case is counted under: the applying one where it is in sight, else the
    one people leave."""
    return Case(
        When(within(user.subtrees("view_subtree"), "scope"), then=F("unit")),
        default=F("other_unit"),
    )
