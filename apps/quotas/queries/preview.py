"""What lines not yet entered would make of the places: before → after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.core.models import CodeValue
from apps.units.models import Unit

from ..models import Balance
from ..running import by_cell
from ..standing import Lamp, lamp_of

if TYPE_CHECKING:
    from ..services import Line


@dataclass(frozen=True)
class Change:
    """One cell before and after. Whole places."""

    unit: Unit
    quota_type: CodeValue
    approved: int
    actual: int
    reserved: int
    over_allowed: int
    change: int

    @property
    def after(self) -> int:
        return self.approved + self.change

    @property
    def usable(self) -> int:
        """可用 before; below zero when over-staffed."""
        return self.approved - self.actual - self.reserved

    @property
    def usable_after(self) -> int:
        return self.after - self.actual - self.reserved

    @property
    def below_zero(self) -> bool:
        return self.after < 0

    @property
    def above(self) -> int:
        """People and reservations that would stand above what is allowed."""
        if self.change >= 0:
            return 0
        return max(0, self.actual + self.reserved - self.after - self.over_allowed)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(approved=self.after, actual=self.actual, reserved=self.reserved)


def preview(lines: Iterable[Line]) -> list[Change]:
    """Return what the lines make of their cells, in the order they are first named. One query."""
    cells = by_cell(lines)
    condition = Q(pk__in=[])
    for unit_id, type_id in cells:
        condition |= Q(unit_id=unit_id, quota_type_id=type_id)
    kept = {(row.unit_id, row.quota_type_id): row for row in Balance.objects.filter(condition)}
    found = []
    for cell, group in cells.items():
        row = kept.get(cell) or Balance(approved=0, actual=0, reserved=0, over_allowed=0)
        found.append(
            Change(
                group[0].unit,
                group[0].quota_type,
                row.approved,
                row.actual,
                row.reserved,
                row.over_allowed,
                sum(line.change for line in group),
            )
        )
    return found
