"""One unit: what it has of each quota type, and the room above its places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.core.models import CodeValue
from apps.units.models import Unit

from ..models import Balance, OverageEntry
from ..standing import Lamp, lamp_of
from .figures import cells_on_day, quota_types


@dataclass(frozen=True)
class CellRow:
    """One quota type of one unit. Whole places."""

    quota_type: CodeValue
    approved: int
    actual: int
    reserved: int
    over_allowed: int = 0

    @property
    def vacant(self) -> int:
        return max(0, self.approved - self.actual)

    @property
    def excess(self) -> int:
        return max(0, self.actual - self.approved)

    @property
    def usable(self) -> int:
        return max(0, self.approved - self.actual - self.reserved)

    @property
    def in_total(self) -> bool:
        return self.quota_type.attrs.get("in_total", True)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(approved=self.approved, actual=self.actual, reserved=self.reserved)


def cells(unit: Unit, on: dt.date | None = None) -> list[CellRow]:
    """Return the cells of one unit by type, those without any figure left out. One query."""
    if on is not None:
        return _cells_on_day(unit, on)
    rows = (
        Balance.objects.filter(unit=unit)
        .select_related("quota_type")
        .order_by("quota_type__sort", "quota_type__value")
    )
    return [
        CellRow(row.quota_type, row.approved, row.actual, row.reserved, row.over_allowed)
        for row in rows
        if row.approved or row.actual or row.reserved or row.over_allowed
    ]


def _cells_on_day(unit: Unit, on: dt.date) -> list[CellRow]:
    types = quota_types()
    found = [
        CellRow(types[kind], *row)
        for _, _, kind, *row in cells_on_day([unit.path], on, units=[unit.pk])
    ]
    found.sort(key=lambda row: (row.quota_type.sort, row.quota_type.value))
    return [row for row in found if row.approved or row.actual or row.reserved]


def room_entries(unit: Unit) -> list[OverageEntry]:
    """Return the entries of room above the places (允许超编), oldest first."""
    return list(
        OverageEntry.objects.filter(unit=unit)
        .select_related("document", "quota_type")
        .order_by("on", "pk")
    )
