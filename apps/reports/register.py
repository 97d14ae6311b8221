"""The lines of a table: units in protocol order, by system class, parts under their bureau.

A line is a unit at the level of the bureaus, or, where a subtree holds more units than a sheet
can, one of the nodes right below it with all it holds. The order of paths is the protocol order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from apps.core import wording
from apps.core.models import CodeValue
from apps.core.scope import covers, roots, within
from apps.quotas.models import QuotaEntry
from apps.staff.models import Occupancy
from apps.units import past
from apps.units.choices import EntityKind
from apps.units.models import Unit

#: more bodies than this are told by the nodes right below, not unit by unit
MOST_UNITS = 3_000
UNCLASSED = "未归类"


@dataclass
class Line:
    """One line. parts: (path, pk, name) of the units below it, in protocol order."""

    pk: int
    path: str
    name: str
    system: str
    rank: str
    parts: list[tuple[str, int, str]] = field(default_factory=list)


@dataclass
class Section:
    """The lines of one system class; key "" for those without one."""

    key: str
    label: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Register:
    """sections: what a table prints. by_unit: lines are units, else nodes with all they hold."""

    node: Unit
    sections: list[Section]
    by_unit: bool = True

    def lines(self) -> Iterator[Line]:
        for section in self.sections:
            yield from section.lines

    def owners(self) -> dict[str, Line]:
        """Return {path: line that answers for it}."""
        return {line.path: line for line in self.lines()}


def existed(on: dt.date) -> Q:
    """The condition on units that they existed on a day; a unit without dates always has."""
    return Q(Q(established_on__isnull=True) | Q(established_on__lte=on)) & Q(
        Q(abolished_on__isnull=True) | Q(abolished_on__gt=on)
    )


def register(node: Unit, day: dt.date, holding: Callable[[], Iterable[str]] = tuple) -> Register:
    """Return the lines at or below `node` on a day. Three queries.

    holding  tells the paths that have figures: what they belong to is on the table in any case,
             also an abolished unit and a grouping that holds places itself, so that sums are
             complete; asked only where units are listed
    """
    under = Unit.objects.under(node)
    classes = {v.key: v for v in CodeValue.objects.of("system_class").order_by("sort", "value")}
    by_unit = under.bodies().filter(existed(day)).order_by().count() <= MOST_UNITS
    lines = _units(under, node, day, set(holding())) if by_unit else _nodes(node)
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.system if line.system in classes else "", []).append(line)
    order = [*classes, ""]
    sections = [
        Section(key, classes[key].label if key else UNCLASSED, grouped[key])
        for key in order
        if key in grouped
    ]
    if not by_unit:
        sections = [Section("", "下级", list(lines))]
    return Register(node, sections, by_unit)


def _units(under: object, node: Unit, day: dt.date, holding: set[str]) -> list[Line]:
    rows = (
        under.filter(Q(entity_kind=EntityKind.BODY) & existed(day) | Q(path__in=holding))  # type: ignore[attr-defined]
        .order_by("path")
        .values_list("pk", "path", "name", "entity_kind", "system_class_id", "rank__label")
    )
    lines: list[Line] = []
    top: tuple[str, str] = ("", "")  # path and kind of the line before
    for pk, path, name, kind, system, rank in rows:
        inside = bool(top[0]) and path.startswith(top[0])
        if inside and kind == EntityKind.DEPARTMENT:
            continue  # the unit above answers for it
        if inside and top[0] != node.path and top[1] == EntityKind.BODY:
            lines[-1].parts.append((path, pk, name))
            continue
        lines.append(Line(pk, path, name, system or "", rank or ""))
        top = (path, kind)
    return lines


def _nodes(node: Unit) -> list[Line]:
    below = Unit.objects.get_children(node).order_by("path").select_related("rank")
    lines = [Line(node.pk, node.path, f"{node.name}（本级）", node.system_class_id or "", "")]
    lines += [
        Line(unit.pk, unit.path, unit.name, unit.system_class_id or "", str(unit.rank or ""))
        for unit in below
    ]
    return lines


def moved_since(node: Unit, day: dt.date) -> str:
    """Return a sentence when units of a past table stand elsewhere today, else "". 1 or 2 queries.

    A table puts every unit where it stands today; the board of that day does not (Q-16, T-13).
    """
    if day >= timezone.localdate():
        return ""
    then = past.moves(day)
    here = then.path(node.path)
    moved = [one for one in then.shifts if covers([node.path], one.now) or covers([here], one.then)]
    if not moved:
        return ""
    return (
        f"{wording.day(day)} 之后有 {len(moved)} 处机构调整了隶属关系，本表按现在的隶属关系分列；"
        "当天的隶属关系请在领导总览、机构树中看那一天。"
    )


def section_of(node: Unit, day: dt.date, key: str, path: str) -> tuple[str, Q]:
    """Return the words and the condition “on a line of one system class”; nothing if unknown.

    path   name of the path column; key: of the system class, "none" for units without one
    """
    found = register(node, day, lambda: holding(node, day))
    wanted = "" if key == "none" else key
    for section in found.sections:
        if section.key == wanted:
            mine = [line.path for line in section.lines]
            below = [
                line.path
                for line in found.lines()
                if line.path not in set(mine) and covers(mine, line.path)
            ]
            inside = within(mine, path)
            return section.label, inside & ~within(below, path) if below else inside
    return "没有这一类单位", Q(pk__in=[])


def own_of(unit: Unit, path: str) -> Q:
    """Return the condition “of the unit itself”, without the bodies below it."""
    below = roots(
        Unit.objects.under(unit)
        .bodies()
        .exclude(pk=unit.pk)
        .order_by()
        .values_list("path", flat=True)
    )
    inside = within([unit.path], path)
    return inside & ~within(below, path) if below else inside


def holding(node: Unit, day: dt.date) -> set[str]:
    """Return the paths under a node that have places or people on a day. Two queries."""
    entries = QuotaEntry.objects.under(node).filter(on__lte=day).order_by()
    spells = Occupancy.objects.under(node).on_day(day).filter(counts=True).order_by()
    found: set[str] = set()
    for rows in (entries, spells):
        found |= set(rows.values_list("scope", flat=True).distinct())
    return found


def owner_of(path: str, owners: dict[str, Line]) -> Line | None:
    """Return the line at or above a path."""
    for end in range(len(path), 0, -Unit.steplen):
        found = owners.get(path[:end])
        if found is not None:
            return found
    return None
