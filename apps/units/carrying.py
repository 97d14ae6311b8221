"""What goes along when units merge, split or hand over departments. Apps above take part.

    carrying.register("编制", QuotaCarrier())     # in AppConfig.ready(), lowest app first

A deed is a set of portions: what goes from one unit to another on one day by one document. Each
carrier says what a unit holds, what stands in the way, and carries its share over inside the
transaction of the deed. The phases run through all carriers before the next begins:

    lock    every row the deed will touch: people and spells first, then balances in key order
    grow    the receiving units get their places, so that the people find room
    move    people, posts held, reservations
    shrink  the giving units lose theirs

`lock` goes by the carriers' `lock_order` (spells, balances, post balances: docs/rules.md S-07),
the others from the lowest app up. Source: docs/rules.md U-24 to U-27.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.documents.models import ApprovalDocument

from .guards import Obstacle
from .models import Unit


@dataclass(frozen=True)
class Held:
    """One line of what a unit holds, for the 核对 page and the forms.

    carrier  name of the carrier; key: of the line, such as a quota type
    number   what there is; note: in words, such as “在编 12 人，超编 1 名”
    by_number   whether a part of it may be handed over by saying how many
    """

    carrier: str
    key: str
    label: str
    number: int
    suffix: str = "名"
    note: str = ""
    by_number: bool = True


@dataclass(frozen=True)
class Portion:
    """What goes from `source` to `target`.

    whole        everything the source itself holds, but for what other portions of it name
    departments  {id of a 内设机构 of the source: id of the one its people go to, or None}; the
                 people in these go along. A department that moves as it is maps to itself.
    figures      {carrier name: {key: number}} of what goes by number, such as places by type
    people       ids of persons who go though they are in none of the departments
    postings     whether leadership posts of the source itself go on in the target; they end if not
    """

    source: Unit
    target: Unit
    whole: bool = False
    departments: Mapping[int, int | None] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    people: frozenset[int] = frozenset()
    postings: bool = True


@dataclass
class Moved:
    """How much went from one unit to another. Whole people, whole places."""

    people: int = 0
    places: int = 0


@dataclass
class Deed:
    """One reform by one document.

    moved    {(source id, target id): Moved}, filled in by the carriers
    leaving  {(source id, target id, quota type key): people and reservations that go}, counted
             under the locks by whoever keeps them, before `grow`
    state    what a carrier remembers from one phase to the next, by its name
    """

    portions: Sequence[Portion]
    on: dt.date
    document: ApprovalDocument
    by: Any
    reason: str
    moved: dict[tuple[int, int], Moved] = field(default_factory=dict)
    leaving: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    state: dict[str, Any] = field(default_factory=dict)

    def others(self, portion: Portion) -> list[Portion]:
        """Return the portions of the same source that are not whole: they go first."""
        return [p for p in self.portions if p.source.pk == portion.source.pk and p is not portion]

    def units(self) -> set[int]:
        return {unit.pk for p in self.portions for unit in (p.source, p.target)}

    def count(self, portion: Portion, *, people: int = 0, places: int = 0) -> None:
        key = portion.source.pk, portion.target.pk
        moved = self.moved.setdefault(key, Moved())
        moved.people += people
        moved.places += places


class Carrier:
    """One app's share; each method may be left as it is."""

    lock_order = 0

    def held(self, unit: Unit) -> list[Held]:
        """Return what the unit itself holds, its children aside."""
        return []

    def persons(self, unit: Unit) -> list[tuple[str, str]]:
        """Return (id, label) of the persons in the unit, to choose from one by one."""
        return []

    def obstacles(self, deed: Deed) -> list[Obstacle]:
        """Return what stands in the way of the deed; asked before it and again under the locks."""
        return []

    def lock(self, deed: Deed) -> None: ...
    def grow(self, deed: Deed) -> None: ...
    def move(self, deed: Deed) -> None: ...
    def shrink(self, deed: Deed) -> None: ...


class CarryRefused(Exception):
    """A carrier could not carry its share; nothing was written. sentence: why, what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_carriers: dict[str, Carrier] = {}


def register(name: str, carrier: Carrier) -> None:
    """Let `carrier` take part; a second one of the same name replaces the first."""
    _carriers[name] = carrier


def held(unit: Unit) -> list[Held]:
    """Return what the unit itself holds, line by line, all carriers."""
    return [line for carrier in _carriers.values() for line in carrier.held(unit)]


def persons(unit: Unit) -> list[tuple[str, str]]:
    return [one for carrier in _carriers.values() for one in carrier.persons(unit)]


def obstacles(deed: Deed) -> list[Obstacle]:
    return [found for carrier in _carriers.values() for found in carrier.obstacles(deed)]


def lock(deed: Deed) -> None:
    for carrier in sorted(_carriers.values(), key=lambda one: one.lock_order):
        carrier.lock(deed)


def carry(deed: Deed) -> None:
    """Carry everything over. The caller holds the tree lock and has called `lock`.

    Raises CarryRefused, with every obstacle in one sentence.
    """
    if found := obstacles(deed):
        raise CarryRefused("；".join(one.sentence for one in found))
    for phase in ("grow", "move", "shrink"):
        for carrier in _carriers.values():
            getattr(carrier, phase)(deed)
