"""What the names of units say of nameplates that the register does not, and the other way round.

Reading only; services.recognise writes. Source: docs/rules.md U-28.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from . import plates
from .choices import PlateKind
from .models import Nameplate, Unit, UnitQuerySet

#: Units shown at one time; the rest comes after they are done.
SHOWN = 200


def with_parentheses(units: UnitQuerySet) -> UnitQuerySet:
    return units.filter(Q(name__contains="（") | Q(name__contains="("))


def differences(
    pairs: Iterable[tuple[int, str]], hanging: Iterable[Nameplate]
) -> tuple[dict[tuple[int, str], plates.Plate], list[Nameplate]]:
    """Return ({(unit id, name): nameplate to hang}, nameplates to take off).

    pairs     (unit id, name) of the units
    hanging   the nameplates that hang at them now; those by a document are left alone
    """
    known = {(plate.unit_id, plate.name): plate for plate in hanging}
    wanted = {(pk, plate.name): plate for pk, name in pairs for plate in plates.read(name).plates}
    new = {key: plate for key, plate in wanted.items() if key not in known}
    return new, [p for key, p in known.items() if p.recognised and key not in wanted]


@dataclass
class Found:
    """One unit whose name says something else than its nameplates. ends: names taken off."""

    unit: Unit
    adds: list[plates.Plate] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """(what happens, name, why) for the page."""
        hung = [(f"登记{PlateKind(p.kind).label}", p.name, p.rule) for p in self.adds]
        return [*hung, *(("摘下", name, "名称里已经没有") for name in self.ends)]


def found_in(units: UnitQuerySet) -> list[Found]:
    """Return the units among `units` with something to hang or to take off, in tree order.

    Two queries and two ranges of the tree, whatever their number.
    """
    recognised = Nameplate.objects.open().filter(recognised=True, unit__in=units.order_by())
    rows = with_parentheses(units) | units.filter(pk__in=recognised.values("unit"))
    read = {unit.pk: Found(unit) for unit in rows.order_by("path").only("pk", "name", "path")}
    hanging = Nameplate.objects.open().filter(unit__in=list(read)).order_by("pk")
    new, ended = differences(((pk, one.unit.name) for pk, one in read.items()), hanging)
    for (pk, _), plate in new.items():
        read[pk].adds.append(plate)
    for gone in ended:
        read[gone.unit_id].ends.append(gone.name)
    return [one for one in read.values() if one.adds or one.ends]


def mark_of(found: Sequence[Found]) -> str:
    """Return a short text that differs when what would be done differs."""
    told = [(one.unit.pk, one.lines) for one in found]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
