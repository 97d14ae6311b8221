"""Rows of a sheet from tallies: units, 小计 of each system class, 合计.

The rows between two subtotals always add up to the lower one, whatever is opened or folded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.sheets import Heading
from apps.units.models import Unit

from ..queries.protocol import Line, Register, Section

#: everything of every bureau on the sheet (workbook, print)
ALL = "all"


@dataclass(frozen=True)
class Share:
    """A part of a whole, shown in per cent."""

    part: int
    whole: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Field:
    """One column after 序号 and 单位.

    value  tally → number, Share, text, document or None (an empty cell)
    tone   tally → "over", "short", "muted" or ""
    alone  tally and unit → value; for what is told of a unit and never summed (规格, 文号)
    key    one of the four figures a phone shows
    """

    path: tuple[str, ...]
    value: Callable[[Any], Any] | None = None
    tone: Callable[[Any], str] | None = None
    alone: Callable[[Any, Unit], Any] | None = None
    width: float = 7.0
    form: str = "0"
    align: str = "right"
    key: bool = False

    @property
    def heading(self) -> Heading:
        return Heading(self.path, self.width, self.form, self.align)


@dataclass(frozen=True)
class Row:
    """One row.

    sort     group, unit, part (a unit below the one above), subtotal or total
    label    unit, system class or 小计, 合计
    number   序号, in units and folded units only
    cells    values in the order of the fields
    tones    {index of the cell: tone}
    folded   how many units below are summed into this row
    opened   the units below follow as rows of their own
    """

    sort: str
    label: str
    cells: list[Any] = field(default_factory=list)
    tones: dict[int, str] = field(default_factory=dict)
    number: int | None = None
    unit: Unit | None = None
    folded: int = 0
    opened: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet ready to be shown.

    about     制表单位, 截止日期, 单位：名
    sentence  the totals in one sentence
    notes     what the figures mean, and which columns are left out, why
    total     the tally of the whole
    """

    name: str
    title: str
    fields: Sequence[Field]
    rows: list[Row]
    about: tuple[str, str, str]
    sentence: str
    notes: Sequence[str]
    total: Any
    day: dt.date

    @property
    def headings(self) -> list[Heading]:
        return [
            Heading(("序号",), 5, "0"),
            Heading(("单位",), 34, "@", "left"),
            *(one.heading for one in self.fields),
        ]

    @property
    def units(self) -> int:
        return sum(1 + row.folded for row in self.rows if row.sort in ("unit", "part"))


class Builder:
    """Makes the rows.

    tallies   {path of a unit: its own tally}
    opened    pks of the units whose parts are rows of their own; {ALL}: every one
    """

    def __init__(
        self,
        register: Register,
        tallies: dict[str, Any],
        fields: Sequence[Field],
        make: Any,
        opened: set[str],
    ) -> None:
        self.register, self.tallies, self.fields = register, tallies, fields
        self.make, self.opened = make, opened
        self.total = make()
        self._number = 0

    def rows(self) -> list[Row]:
        found: list[Row] = []
        sums = []
        for section in self.register.sections:
            rows, tally = self._section(section)
            found += rows
            sums.append(tally)
        self.total = self.make.of(sums)
        if sums:
            found.append(self._summed("total", "合计", self.total))
        return found

    def _section(self, section: Section) -> tuple[list[Row], Any]:
        tallies: list[Any] = []
        rows = [Row("group", section.label)]
        for line in section.lines:
            rows += self._line(line)
            tallies += [self._own(unit) for unit in (line.unit, *line.parts)]
        tally = self.make.of(tallies)
        rows.append(self._summed("subtotal", f"{section.label}小计", tally))
        return rows, tally

    def _line(self, line: Line) -> Iterator[Row]:
        if not line.parts:
            yield self._unit(line.unit, self._own(line.unit))
        elif ALL in self.opened or str(line.unit.pk) in self.opened:
            yield self._unit(line.unit, self._own(line.unit), opened=True)
            for part in line.parts:
                yield self._unit(part, self._own(part), sort="part")
        else:
            whole = self.make.of([self._own(unit) for unit in (line.unit, *line.parts)])
            yield self._unit(line.unit, whole, folded=len(line.parts))

    def _own(self, unit: Unit) -> Any:
        found = self.tallies.get(unit.path)
        return found if found is not None else self.make()

    def _unit(
        self, unit: Unit, tally: Any, sort: str = "unit", folded: int = 0, opened: bool = False
    ) -> Row:
        self._number += 1
        cells = [
            one.alone(tally, unit) if one.alone is not None else self._value(one, tally)
            for one in self.fields
        ]
        return Row(sort, unit.name, cells, self._tones(tally), self._number, unit, folded, opened)

    def _summed(self, sort: str, label: str, tally: Any) -> Row:
        cells = [self._value(one, tally) for one in self.fields]
        return Row(sort, label, cells, self._tones(tally))

    def _value(self, one: Field, tally: Any) -> Any:
        return one.value(tally) if one.value is not None else None

    def _tones(self, tally: Any) -> dict[int, str]:
        found = {}
        for place, one in enumerate(self.fields):
            tone = one.tone(tally) if one.tone is not None else ""
            if tone:
                found[place] = tone
        return found


def gathered(register: Register, cells: Sequence[tuple], make: Any, put: Any) -> dict[str, Any]:
    """Return {path of a printed unit: tally}: a place below a unit is the unit's.

    cells   tuples that begin with a path
    put     called with the tally and the rest of the tuple
    """
    printed: dict[int, str] = {pk: path for path, pk in register.owner.items()}
    found: dict[str, Any] = {}
    for path, *rest in cells:
        owner = register.owner_of(path)
        if owner is not None:
            put(found.setdefault(printed[owner], make()), *rest)
    return found


def tone_if(name: str, number: Callable[[Any], int | None]) -> Callable[[Any], str]:
    """Return a tone for figures that are there and above zero."""
    return lambda tally: name if number(tally) else ""


def blank(number: int | None) -> int | None:
    """Return the number, or nothing for 0: a sheet of zeros cannot be read."""
    return number or None
