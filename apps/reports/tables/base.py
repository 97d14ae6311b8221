"""A table of units: columns over tallies, lines by system class, 小计 and 合计, a link each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.sheets import Heading, Layout, Line
from apps.units.models import Unit

from ..links import Place
from ..periods import Period
from ..register import Line as UnitLine
from ..register import Register, moved_since, owner_of

Tally = Counter[str]
#: 序号, 单位
BEFORE = 2


@dataclass(frozen=True)
class Column:
    """One column of figures.

    value  tally → whole number, ratio (form "0.0%") or None
    link   place → address of the rows behind, or None
    tone   tally → "over", "short" or ""
    """

    path: tuple[str, ...]
    value: Callable[[Tally], Any]
    link: Callable[[Place], str] | None = None
    tone: Callable[[Tally], str] | None = None
    form: str = "0"
    width: float = 7.0

    @property
    def heading(self) -> Heading:
        return Heading(self.path, self.width, self.form, "right")


def number(key: str) -> Callable[[Tally], int | None]:
    """Return what reads one figure; nothing for 0: a table of zeros cannot be read."""
    return lambda tally: tally[key] or None


def exact(key: str) -> Callable[[Tally], int]:
    """Return what reads one figure, 0 included."""
    return lambda tally: tally[key]


def share(part: str, whole: str) -> Callable[[Tally], float | None]:
    return lambda tally: tally[part] / tally[whole] if tally[whole] else None


def over(key: str) -> Callable[[Tally], str]:
    return lambda tally: "over" if tally[key] > 0 else ""


@dataclass
class Made:
    """A table ready for screen, paper and workbook. total: the tally of the whole."""

    layout: Layout
    total: Tally
    lines: int
    checks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What a table is made of: the node, the period, 制表单位, whether parts are listed."""

    node: Unit
    period: Period
    office: str
    whole: bool = False

    @property
    def day(self) -> dt.date:
        return self.period.end

    @property
    def about(self) -> tuple[str, str, str]:
        running = "（未满期）" if self.period.is_running else ""
        return (
            f"制表单位：{self.office}",
            f"截止日期：{self.day.isoformat()}{running}",
            "单位：名",
        )


def by_lines(register: Register, tallies: Mapping[str, Tally]) -> tuple[dict[str, Tally], Tally]:
    """Return ({path of a line: its tally, parts included}, what no line answers for)."""
    owners = register.owners()
    found: dict[str, Tally] = {}
    rest: Tally = Counter()
    for path, tally in tallies.items():
        owner = owner_of(path, owners)
        _add(found.setdefault(owner.path, Counter()) if owner else rest, tally)
    return found, rest


def _add(to: Tally, tally: Mapping[str, int]) -> None:
    for key, value in tally.items():
        to[key] += value


def summed(tallies: Iterable[Mapping[str, int]]) -> Tally:
    found: Tally = Counter()
    for tally in tallies:
        _add(found, tally)
    return found


class Builder:
    """Makes the lines of a table of units, from the top down."""

    def __init__(
        self,
        asked: Asked,
        register: Register,
        tallies: Mapping[str, Tally],
        columns: Sequence[Column],
        *,
        skip: Callable[[Tally], bool] | None = None,
        nothing: str = "",
    ) -> None:
        self.asked, self.register, self.columns = asked, register, columns
        self.skip, self.nothing = skip, nothing
        self.found, self.rest = by_lines(register, tallies)
        self.places = {line.path for line in register.lines()}
        self.members: dict[str, list[tuple[str, Tally]]] = {}
        owners = register.owners()
        for path, tally in tallies.items():
            owner = owner_of(path, owners)
            if owner is not None:
                self.members.setdefault(owner.path, []).append((path, tally))
        self.number = 0
        self.total: Tally = Counter()

    def lines(self) -> list[Line]:
        made: list[Line] = []
        for section in self.register.sections:
            body: list[Line] = []
            tallies: list[Tally] = []
            for line in section.lines:
                tally = self.found.get(line.path, Counter())
                tallies.append(tally)
                if self.skip is not None and self.skip(tally):
                    continue
                body += self._unit(line, tally)
            whole = summed(tallies)
            self.total = summed([self.total, whole])
            if not body:
                continue
            if self.register.by_unit:
                place = Place(self.asked.node.pk, section=section.key or "none")
                made.append(Line([section.label], sort="group", span=True))
                made += body
                made.append(self._line(None, f"{section.label}小计", whole, "subtotal", place))
            else:
                made += body
        if not made and self.nothing:
            made.append(Line([self.nothing], span=True))
        if any(self.rest.values()):
            self.total = summed([self.total, self.rest])
            made.append(self._line(None, "其他", self.rest, "plain", None))
        made.append(self._line(None, "合计", self.total, "total", Place(self.asked.node.pk)))
        return made

    def _unit(self, line: UnitLine, tally: Tally) -> Iterable[Line]:
        self.number += 1
        inner = any(path != line.path and path.startswith(line.path) for path in self.places)
        place = Place(line.pk, own=inner)
        if not (self.asked.whole and line.parts):
            yield self._line(self.number, line.name, tally, "plain", place)
            return
        parts = {path: Counter[str]() for path, _, _ in line.parts}
        own: Tally = Counter()
        nested = sorted(parts, key=len, reverse=True)
        for path, one in self.members.get(line.path, ()):
            owner = next((part for part in nested if path.startswith(part)), None)
            _add(parts[owner] if owner else own, one)
        yield self._line(self.number, f"{line.name}本级", own, "plain", Place(line.pk, own=True))
        for path, pk, name in line.parts:
            yield self._line(None, f"　　{name}", parts[path], "plain", Place(pk, own=True))

    def _line(
        self, place_no: int | None, label: str, tally: Tally, sort: str, place: Place | None
    ) -> Line:
        cells = [column.value(tally) for column in self.columns]
        tones = {
            at + BEFORE + 1: tone
            for at, column in enumerate(self.columns)
            if column.tone is not None and (tone := column.tone(tally))
        }
        links = {
            at + BEFORE + 1: column.link(place)
            for at, column in enumerate(self.columns)
            if column.link is not None and place is not None and cells[at]
        }
        return Line([place_no, label, *cells], sort=sort, tones=tones, links=links)


def unit_table(
    asked: Asked,
    *,
    name: str,
    register: Register,
    tallies: Mapping[str, Tally],
    columns: Sequence[Column],
    notes: Sequence[str],
    first: Sequence[Line] = (),
    paper: str = "A4",
    skip: Callable[[Tally], bool] | None = None,
    label: str = "单位",
    nothing: str = "",
) -> Made:
    """Return a table of units.

    first    lines above them;  skip: which lines are left out (their figures stay in the sums)
    nothing  what stands there when all are left out
    """
    builder = Builder(asked, register, tallies, columns, skip=skip, nothing=nothing)
    lines = [*first, *builder.lines()]
    layout = Layout(
        name=name,
        title=f"{asked.node.name}{asked.period.label}{name}",
        headings=[
            Heading(("序号",), 5, "0"),
            Heading((label,), 30, "@", "left"),
            *(column.heading for column in columns),
        ],
        lines=lines,
        about=asked.about,
        notes=[f"注：{note}" for note in [*notes, moved_since(asked.node, asked.day)] if note],
        paper=paper,
        frozen=BEFORE,
    )
    return Made(layout, builder.total, builder.number)
