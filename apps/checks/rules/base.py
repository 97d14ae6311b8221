"""What a rule is: one small function over a set of units, and the words for what it finds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ..choices import Level

RED, YELLOW = Level.RED, Level.YELLOW
#: So many units are a few: what one application touches, not what an import does.
FEW = 20


@dataclass(frozen=True)
class Scope:
    """The units a run looks at; None: all."""

    units: frozenset[int] | None = None
    _read: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_small(self) -> bool:
        """Say whether it is a few units, whose rows are read whole rather than sifted."""
        return self.units is not None and len(self.units) <= FEW

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """Return what several rules of one asking read, read by the first of them."""
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]

    def on(self, field: str = "unit") -> Q:
        """Return the condition of an ORM query; `field` leads to the unit's key."""
        return Q() if self.units is None else Q(**{f"{field}__in": self.units})

    def sql(self, column: str) -> str:
        """Return the condition of an SQL query; the keys are numbers of our own."""
        if self.units is None:
            return "TRUE"
        return f"{column} = ANY(ARRAY[{','.join(map(str, sorted(self.units)))}]::bigint[])"


@dataclass(frozen=True)
class Asked:
    """What a rule is asked: where, on which day, with which thresholds."""

    scope: Scope
    values: Mapping[str, Any] = field(default_factory=dict)
    today: dt.date = field(default_factory=timezone.localdate)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def words(self, name: str) -> list[str]:
        """Return the words of a text threshold, however they are parted."""
        return re.split(r"[、，,;；\s]+", str(self.values[name]).strip("、，,;； "))


@dataclass(frozen=True)
class Hit:
    """One contradiction.

    key        the subject within the unit; "" for the unit itself
    facts      figures and words of the sentence, JSON-ready; no name of a person
    subjects   ids to link to: person, document, others (persons)
    level      when it differs from the rule's own
    """

    unit: int
    key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    subjects: dict[str, Any] = field(default_factory=dict)
    level: str = ""


@dataclass(frozen=True)
class Side:
    """One of the two things that contradict each other, with where to look at it.

    link   ledger, people, person, document, unit, history, departments, documents, posts
    """

    title: str
    text: str
    link: str


@dataclass(frozen=True)
class Threshold:
    """A value of a rule the office may change. kind: int (least…most), text or choice."""

    name: str
    label: str
    default: Any
    suffix: str = ""
    least: int = 0
    most: int = 10_000
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        if self.choices:
            return "choice"
        return "int" if isinstance(self.default, int) else "text"


Finder = Callable[[Asked], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One line of the catalogue (domain.md §5.13).

    sentence   what contradicts what; placeholders are the facts, {unit}, {person}, {document}
    advice     what to do about it
    nightly    looks beyond single units, so it is left to runs over everything
    is_fault   the data contradicts itself: no application can bring that about
    source     name of a fact source that a later app provides; without it nothing can be found
    """

    number: str
    level: Level
    name: str
    sentence: str
    advice: str
    basis: str
    sides: tuple[Side, Side]
    find: Finder
    thresholds: tuple[Threshold, ...] = ()
    nightly: bool = False
    is_fault: bool = False
    source: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def defaults(self) -> dict[str, Any]:
        return {one.name: one.default for one in self.thresholds}


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()
