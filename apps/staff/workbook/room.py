"""Free places, cell by cell: what a file asks of each unit and type, and which rows exceed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from apps.quotas.models import Balance

from .columns import LEGACY
from .context import Context
from .rows import Overage

Cell = tuple[int, str]  #: (unit id, quota type key)


class Room(NamedTuple):
    """The figures of one balance."""

    approved: int = 0
    actual: int = 0
    reserved: int = 0
    over_allowed: int = 0


@dataclass
class Demand:
    """What the file asks of one cell. Commit does the changes first, then the entries."""

    gone: int = 0
    moved_in: list[int] = field(default_factory=list)
    entering: list[int] = field(default_factory=list)


class Cells:
    """Collects the demand of all rows, then compares it with the balances."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._demands: dict[Cell, Demand] = {}
        self._bases = context.rows.column("overage")

    def enter(self, i: int, cell: Cell) -> None:
        """Row `i` makes a new spell in the cell."""
        self._of(cell).entering.append(i)

    def move(self, i: int, held: Cell | None, holds: Cell | None) -> None:
        """Row `i` changes a spell so that it leaves one cell and takes a place in another."""
        if held is not None:
            self._of(held).gone += 1
        if holds is not None:
            self._of(holds).moved_in.append(i)

    def _of(self, cell: Cell) -> Demand:
        demand = self._demands.get(cell)
        if demand is None:
            demand = self._demands[cell] = Demand()
        return demand

    def check(self) -> None:
        """Add a fault for every row without a place; note the overages the file accounts for."""
        wanted = [cell for cell, d in self._demands.items() if d.moved_in or d.entering]
        found = Balance.objects.filter(unit_id__in={unit for unit, _ in wanted})
        rows = found.values_list("unit_id", "quota_type_id", *Room._fields)
        balances = {(unit, kind): Room(*figures) for unit, kind, *figures in rows}
        for cell in wanted:
            self._check_cell(cell, self._demands[cell], balances.get(cell, Room()))

    def _check_cell(self, cell: Cell, demand: Demand, balance: Room) -> None:
        net = len(demand.moved_in) - demand.gone
        free = _room_after(balance, net)
        if net > 0 and free < 0:
            self._refuse(cell, demand.moved_in[free:], balance, len(demand.moved_in))
            free = 0
        free = max(free, 0)
        lacking = len(demand.entering) - free
        if lacking <= 0:
            self._warn_of_unused(demand.entering)
            return
        accounted = [i for i in demand.entering if self._bases[i] is not None]
        if len(accounted) >= lacking:
            self._allow(cell, accounted[len(accounted) - lacking :])
            return
        self._allow(cell, accounted)
        plain = [i for i in demand.entering if self._bases[i] is None]
        self._refuse(cell, plain[len(accounted) - lacking :], balance, len(demand.entering))

    def _allow(self, cell: Cell, over: list[int]) -> None:
        places: dict[Any, int] = {}
        for i in over:
            places[self._bases[i]] = places.get(self._bases[i], 0) + 1
        for basis, count in places.items():
            document = None if basis == LEGACY else basis
            self.context.rows.overages.append(Overage(*cell, count, document))

    def _refuse(self, cell: Cell, exceeding: list[int], balance: Room, asked: int) -> None:
        context = self.context
        kind = context.labels[cell[1]]
        room = max(balance.approved + balance.over_allowed - balance.actual - balance.reserved, 0)
        reserved = f"、在途 {balance.reserved}" if balance.reserved else ""
        for i in exceeding:
            unit = context.rows.units[i]
            name = unit.name if unit is not None else "该单位"
            figures = (
                f"核定 {balance.approved}、实有 {balance.actual}{reserved}，可用 {room} 名"
                if balance.approved or balance.actual
                else "没有核定名额"
            )
            context.rows.fault(
                i,
                context.cell("quota_type", "unit", "person_no"),
                f"{name}{kind}{figures}，本文件要增加 {asked} 名，超出 {len(exceeding)} 名。"
                "请先核增编制，或填写超编依据",
            )

    def _warn_of_unused(self, entering: list[int]) -> None:
        for i in entering:
            if self._bases[i] is not None:
                self.context.rows.parsed.warn(i, "overage", "单位尚有空编，没有用到超编依据")


def _room_after(balance: Room, net: int) -> int:
    """Return the places free once the changes are in: room above the approved ones goes down with
    who leaves (Q-04)."""
    actual, over = balance.actual + net, balance.over_allowed
    if net < 0:
        over = min(over, max(0, actual + balance.reserved - balance.approved))
    return balance.approved + over - actual - balance.reserved
