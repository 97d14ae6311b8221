"""What lines not yet entered would make of the posts: before → after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.core.models import CodeValue
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
    sums: dict[tuple[int, str], int] = {}
    named: dict[tuple[int, str], Line] = {}
    for line in lines:
        named.setdefault(line.cell, line)
        sums[line.cell] = sums.get(line.cell, 0) + line.change
    condition = Q(pk__in=[])
    for unit_id, kind_id in sums:
        condition |= Q(unit_id=unit_id, post_kind_id=kind_id)
    kept = {(row.unit_id, row.post_kind_id): row for row in PostBalance.objects.filter(condition)}
    found = []
    for cell, change in sums.items():
        row = kept.get(cell) or PostBalance(due=0, filled=0)
        line = named[cell]
        found.append(Change(line.unit, line.post_kind, row.due, row.filled, change))
    return found
