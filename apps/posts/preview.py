"""What lines not yet entered would make of the posts: before → after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.core.models import CodeValue
from apps.quotas.running import by_cell
from apps.units.models import Unit

from .models import PostBalance
from .services import Line


@dataclass(frozen=True)
class Change:
    """One kind of posts of one unit, before and after."""

    unit: Unit
    post_kind: CodeValue
    due: int
    filled: int
    change: int

    @property
    def after(self) -> int:
        return self.due + self.change

    @property
    def over(self) -> int:
        return max(0, self.filled - self.after)

    @property
    def short(self) -> int:
        return max(0, self.after - self.filled)

    @property
    def below_zero(self) -> bool:
        return self.after < 0

    @property
    def lamp(self) -> tuple[str, str]:
        if self.over:
            return ("red", f"超配 {self.over}")
        if self.short:
            return ("blue", f"缺配 {self.short}")
        return ("green", "配齐")


def preview(lines: Iterable[Line]) -> list[Change]:
    """Return what the lines make of their cells, in the order they are first named. One query."""
    cells = by_cell(lines)
    condition = Q(pk__in=[])
    for unit_id, kind_id in cells:
        condition |= Q(unit_id=unit_id, post_kind_id=kind_id)
    kept = {(row.unit_id, row.post_kind_id): row for row in PostBalance.objects.filter(condition)}
    found = []
    for cell, group in cells.items():
        row = kept.get(cell) or PostBalance(due=0, filled=0)
        change = sum(line.change for line in group)
        found.append(Change(group[0].unit, group[0].post_kind, row.due, row.filled, change))
    return found
