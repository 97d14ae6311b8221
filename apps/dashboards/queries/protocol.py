"""The units of a subtree as the office prints them: by system class, in protocol order.

A line is a unit at the level of the bureaus; the units below it (所属事业单位) are its parts.
The order of siblings in the tree is the protocol order, so the order of paths is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from apps.core import coded
from apps.core.models import CodeValue
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import Unit
from apps.units.place import Place

#: more units than this are not put on one sheet; the page offers the nodes below instead
MOST_UNITS = 3_000
UNCLASSED = "未归类"


@dataclass
class Line:
    """One unit at the top level of a sheet. parts: the units below it, in protocol order."""

    unit: Unit
    parts: list[Unit] = field(default_factory=list)


@dataclass
class Section:
    """The lines of one system class."""

    label: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Register:
    """sections: what a sheet prints. owner: {tree path: pk of the unit that answers for it}."""

    sections: list[Section]
    owner: dict[str, int]

    def owner_of(self, path: str) -> int | None:
        """Return the pk of the printed unit at or above `path`."""
        for end in range(len(path), 0, -Unit.steplen):
            found = self.owner.get(path[:end])
            if found is not None:
                return found
        return None


def size_of(node: Unit) -> int:
    """Return how many living 法人单位 are at or below the node."""
    return Unit.objects.under(node).active().bodies().order_by().count()


def register(place: Place, on: dt.date | None = None, holding: set[str] | None = None) -> Register:
    """Return the units at or below a node, sorted for a sheet. Two queries.

    on       a past day: units that existed then, under their names and at their paths of that day
    holding  paths that have figures: their units are on the sheet in any case, also abolished
             ones, and groupings that hold places themselves, so that every sum is complete
    """
    holding = holding or set()
    rows = (
        Unit.objects.filter(place.inside("path"))
        .filter(Q(entity_kind=EntityKind.BODY) | Q(path__in=place.today(holding)))
        .order_by("path")
    )
    found = list(rows)
    coded.attach(found, ("rank", "system_class"))
    units = sorted(place.dressed(found), key=lambda unit: unit.path)
    printed = [unit for unit in units if unit.path in holding or _existed(unit, on)]
    printed = _without_departments(printed)
    classes = {value.key: value for value in CodeValue.objects.of("system_class")}
    lines: list[Line] = []
    for unit in printed:
        top = lines[-1].unit if lines else None
        inside = top is not None and unit.path.startswith(top.path)
        if inside and top is not None and (top.pk != place.node.pk and _is_body(top)):
            lines[-1].parts.append(unit)
        else:
            lines.append(Line(unit))
    return Register(_sections(lines, classes), {unit.path: unit.pk for unit in printed})


def _is_body(unit: Unit) -> bool:
    return unit.entity_kind == EntityKind.BODY


def _existed(unit: Unit, on: dt.date | None) -> bool:
    if on is None:
        return unit.status != UnitStatus.ABOLISHED
    began = unit.established_on is None or unit.established_on <= on
    return began and (unit.abolished_on is None or unit.abolished_on > on)


def _without_departments(units: list[Unit]) -> list[Unit]:
    """Leave out departments that a unit of the sheet answers for; keep them where none does."""
    paths = {unit.path for unit in units if unit.entity_kind != EntityKind.DEPARTMENT}

    def answered(path: str) -> bool:
        return any(path[:end] in paths for end in range(Unit.steplen, len(path), Unit.steplen))

    return [
        unit
        for unit in units
        if unit.entity_kind != EntityKind.DEPARTMENT or not answered(unit.path)
    ]


def _sections(lines: list[Line], classes: dict[str, CodeValue]) -> list[Section]:
    """Group the lines by the system class of their unit, classes in their own order."""
    grouped: dict[str | None, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.unit.system_class_id, []).append(line)
    last = len(classes)
    ranks = {key: place for place, key in enumerate(classes)}
    return [
        Section(classes[key].label if key in classes else UNCLASSED, grouped[key])
        for key in sorted(grouped, key=lambda key: ranks.get(key or "", last))
    ]
