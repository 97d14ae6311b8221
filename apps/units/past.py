"""The tree as it stood on a past day: today's rows with the later events undone.

    then = past.at(dt.date(2016, 1, 1))            # 2 queries, however large the tree
    then.units(Unit.objects.visible_to(user))      # {unit id: PastUnit}, whole or by ids or paths
    then.path(unit.path)                           # where a unit of today stood that day
    Balance.objects.filter(then.inside([path]))    # facts whose unit lay in a subtree of that day
    then.ranges([path])                            # the same as ranges of today's paths, for SQL
    queryset.annotate(place=then.place("scope"))   # the path of that day as an expression
    past.displaced(dt.date(2016, 1, 1))            # all units that stand elsewhere today

How it is rebuilt. Only events that have a document and a day after `on` are undone: for each
attribute the `before` of the earliest such event is what held. 信息变更 without a document corrects
the register and holds for every day. 初始录入 is the state taken over at first entry. A unit exists
from 设立日期 (unknown: since always) up to, not including, 撤销日期 (docs/rules.md U-20).

Paths of a day. A unit whose place is the same has today's path. A unit that was moved since, and
all below it, gets the path of its parent that day and a step of its own ("Z…", a step that no
living unit ever has), so that paths of one day are unique and subtrees are ranges, as today.
`UnitEvent.before` of a move keeps `parent` (unit id) and `behind` (the sibling it stood behind).

Who may see what is never asked of the past: scope a queryset by `visible_to` (today's grants).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Substr

from apps.core.scope import PAST_PATHS, roots

from .choices import EventKind
from .models import Unit, UnitEvent

STEP: Final = Unit.steplen
_DIGITS: Final = Unit.alphabet
#: Of so many units the facts are asked by key; of more, all that differ are read.
FEW: Final = 200
#: Keys of `before` that say where a unit stood, not what it was.
PLACE: Final = frozenset({"parent", "behind"})
#: Never undone: when a unit began and ended is in its row.
_KEPT: Final = frozenset({"established_on", "abolished_on"})


class Shift(NamedTuple):
    """A subtree that stands elsewhere today: root path today, root path on the day."""

    now: str
    then: str


class Displaced(NamedTuple):
    """A unit whose path differs between the day and today."""

    unit_id: int
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class PastUnit:
    """One unit on one day.

    path       its place that day; now: its path today
    parent_id  the unit it stood under, None at the top
    existed    whether it had been set up and not yet ended; the rest says what it was then, or
               for a day outside its life what it was at the nearer end
    """

    pk: int
    code: str | None
    name: str
    short_name: str
    entity_kind: str
    nature_id: str | None
    rank_id: str | None
    parent_id: int | None
    path: str
    now: str
    existed: bool
    established_on: dt.date | None
    abolished_on: dt.date | None

    @property
    def depth(self) -> int:
        return len(self.path) // STEP

    def __str__(self) -> str:
        return self.name


@dataclass
class Past:
    """What differs between one day and today. Made by `at`.

    facts    {unit id: {column: value that day}}, only where it differs
    parents  {unit id: id of the parent that day, or None}, only units moved since
    behind   {unit id: id of the sibling it stood behind, or None}, the same units
    shifts   the moved subtrees, outermost first
    """

    on: dt.date
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    behind: dict[int, int | None] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)

    def path(self, now: str) -> str:
        """Return the path on the day of what stands at `now` today."""
        roots_then = self._roots_then
        for end in range(len(now), 0, -STEP):
            if now[:end] in roots_then:
                return roots_then[now[:end]] + now[end:]
        return now

    @cached_property
    def _roots_then(self) -> dict[str, str]:
        """{root path today: root path that day} of the moved subtrees, for look-up by prefix."""
        return {shift.now: shift.then for shift in self.shifts}

    def now(self, path: str) -> str:
        """Return today's path of what stood at `path` that day: the reverse of `path`."""
        for shift in sorted(self.shifts, key=lambda one: -len(one.then)):
            if path.startswith(shift.then):
                return shift.now + path[len(shift.then) :]
        return path

    def name(self, unit: Unit) -> str:
        return str(self.value(unit, "name"))

    def value(self, unit: Unit, column: str) -> Any:
        """Return what a column of today's row held that day; codes by key (`rank_id`)."""
        return self.facts.get(unit.pk, {}).get(column, getattr(unit, column))

    # -- conditions and expressions for querysets ------------------------------------------------
    @cached_property
    def existed(self) -> Q:
        """The condition on units that they existed on the day."""
        return existed_on(self.on)

    def place(self, column: str = "scope") -> Any:
        """Return the path of that day as an expression over today's path in `column`."""
        if not self.shifts:
            return F(column)
        moved = [
            When(
                _range(shift.now, column),
                then=Concat(Value(shift.then), Substr(column, len(shift.now) + 1)),
            )
            for shift in reversed(self.shifts)
        ]
        return Case(*moved, default=F(column), output_field=CharField())

    def inside(self, paths: Iterable[str], column: str = "scope") -> Q:
        """Return the condition that a row lay that day in one of the subtrees at `paths`.

        paths    paths of that day; none gives no rows
        column   the row's path today: `scope` of facts, `path` of units
        """
        found = Q(pk__in=[])
        for path in roots(paths):
            for low, region in self._regions(path):
                found |= self._only(low, region, column)
        return found

    def ranges(self, paths: Iterable[str]) -> list[tuple[str, str]]:
        """Return the ranges of today's paths, low ≤ path < high, of what lay in some subtrees.

        paths    paths of that day
        Disjoint and in order; half-open like every range of the tree (core.scope).
        """
        found: list[tuple[str, str]] = []
        for path in roots(paths):
            for low, region in self._regions(path):
                found += self._without_moved(low, region)
        return sorted(found)

    def _without_moved(self, low: str, region: Shift) -> list[tuple[str, str]]:
        """The subtree at `low` today as ranges, without what was moved into it since."""
        kept, start = [], low
        inner = [s.now for s in self.shifts if s is not region and s.now.startswith(region.now)]
        for now in roots(inner):
            if low.startswith(now):
                return []
            if now.startswith(low):
                kept.append((start, now))
                start = now + PAST_PATHS
        return [*kept, (start, low + PAST_PATHS)]

    def children(self, path: str) -> Q:
        """Return the condition on units that they stood directly under `path` that day."""
        found = Q(pk__in=[])
        for low, region in self._regions(path):
            deep = len(path) + STEP - len(region.then) + len(region.now)
            if deep > 0:
                found |= self._only(low, region, "path") & Q(depth=deep // STEP)
        return found

    def _regions(self, path: str) -> list[tuple[str, Shift]]:
        """Return (today's subtree, region it lies in) pairs that made up the subtree `path`."""
        found = []
        for region in (Shift("", ""), *self.shifts):
            if region.then.startswith(path):
                found.append((region.now, region))
            elif path.startswith(region.then):
                found.append((region.now + path[len(region.then) :], region))
        return found

    def _only(self, low: str, region: Shift, column: str) -> Q:
        """The subtree at `low` today, without what was moved into it since."""
        condition = _range(low, column)
        inner = [s.now for s in self.shifts if s is not region and s.now.startswith(region.now)]
        for now in roots(inner):
            if now.startswith(low):
                condition &= ~_range(now, column)
            elif low.startswith(now):
                return Q(pk__in=[])
        return condition

    # -- rows --------------------------------------------------------------------------------
    def units(
        self,
        queryset: QuerySet | None = None,
        *,
        paths: Iterable[str] | None = None,
        ids: Sequence[int] | None = None,
    ) -> dict[int, PastUnit]:
        """Return {unit id: PastUnit} in the order of that day's paths. At most 2 queries.

        queryset  units of today to choose from (scoped); None: all
        paths     only those that lay that day in the subtrees at these paths of that day
        ids       only these
        Units that did not exist that day are among them, marked so.
        """
        rows = Unit.objects.all() if queryset is None else queryset
        if paths is not None:
            rows = rows.filter(self.inside(paths, "path"))
        if ids is not None:
            rows = rows.filter(pk__in=ids)
        read = list(rows.order_by("path").values_list(*_COLUMNS))
        keys = {path: pk for pk, path, *_ in read}
        missing = {path[:-STEP] for _, path, *_ in read if len(path) > STEP} - keys.keys()
        if missing:
            above = Unit.objects.order_by().filter(path__in=missing)
            keys.update(above.values_list("path", "pk"))
        found = [self._unit(row, keys) for row in read]
        if self.shifts:
            found.sort(key=lambda unit: unit.path)
        return {unit.pk: unit for unit in found}

    def _unit(self, row: Sequence[Any], keys: dict[str, int]) -> PastUnit:
        pk, now, code, name, short, kind, nature, rank, begun, ended = row
        facts = self.facts.get(pk, _NOTHING)
        if facts:
            code, name = facts.get("code", code), facts.get("name", name)
            short = facts.get("short_name", short)
            nature, rank = facts.get("nature_id", nature), facts.get("rank_id", rank)
        parent = self.parents[pk] if pk in self.parents else keys.get(now[:-STEP])
        path = self.path(now) if self.shifts else now
        lived = (begun is None or begun <= self.on) and (ended is None or ended > self.on)
        return PastUnit(
            pk, code, name, short, kind, nature, rank, parent, path, now, lived, begun, ended
        )


_COLUMNS: Final = (
    "pk path code name short_name entity_kind nature_id rank_id established_on abolished_on"
).split()
_NOTHING: Final[dict[str, Any]] = {}


def existed_on(on: dt.date, prefix: str = "") -> Q:
    """Return the condition on units (or on rows with a unit at `prefix`) that it existed."""
    begun, ended = f"{prefix}established_on", f"{prefix}abolished_on"
    return (Q(**{f"{begun}__isnull": True}) | Q(**{f"{begun}__lte": on})) & (
        Q(**{f"{ended}__isnull": True}) | Q(**{f"{ended}__gt": on})
    )


def at(on: dt.date) -> Past:
    """Return what differs between the end of the day `on` and today: 1 query, 2 when units moved.

    An event that takes effect on `on` has happened.
    """
    return _undone(on, _since(on).exclude(before={}))


def moves(on: dt.date) -> Past:
    """Return the same without names and other facts: where units stood, for sums of subtrees."""
    return _undone(on, _since(on).filter(before__has_key="parent"))


def named(on: dt.date, ids: Sequence[int]) -> Past:
    """Return the names and other facts of some units on a day, not where they stood. One query."""
    events = _since(on).exclude(before={})
    return _undone(on, events.filter(unit__in=ids) if len(ids) <= FEW else events, placed=False)


def _since(on: dt.date) -> QuerySet:
    """Return the events that are undone to come to a day: the index is made for this condition."""
    events = UnitEvent.objects.filter(on__gt=on, document__isnull=False)
    return events.exclude(kind__in=[EventKind.INITIAL, EventKind.ESTABLISH])


def _undone(on: dt.date, events: QuerySet, *, placed: bool = True) -> Past:
    then = Past(on)
    for unit_id, before in events.order_by("on", "pk").values_list("unit_id", "before"):
        facts = then.facts.setdefault(unit_id, {})
        for column, value in before.items():
            if column not in _KEPT and column not in PLACE:
                facts.setdefault(column, value)
        if placed and "parent" in before and unit_id not in then.parents:
            then.parents[unit_id] = before["parent"]
            then.behind[unit_id] = before.get("behind")
    if then.parents:
        _place(then)
    return then


def _place(then: Past) -> None:
    """Find the moved subtrees; a unit that came back to its parent of that day counts as there."""
    wanted = {*then.parents, *(pk for pk in then.parents.values() if pk is not None)}
    rows = Unit.objects.order_by().filter(pk__in=wanted).values_list("pk", "path")
    now: dict[int, str] = dict(rows)
    keys = {path: pk for pk, path in now.items()}
    for pk, parent in list(then.parents.items()):
        above = now[pk][:-STEP]
        if (parent is None and not above) or (parent is not None and now[parent] == above):
            del then.parents[pk], then.behind[pk]
    steps = _own_steps(then.parents)
    moved = sorted(then.parents, key=lambda pk: now[pk])
    placed: dict[int, str] = {}

    def path_of(pk: int, seen: frozenset[int]) -> str:
        """Where a moved unit stood; `seen` breaks a circle that only bad rows could hold."""
        if pk not in placed:
            parent = then.parents[pk]
            above = "" if parent is None else through(now[parent], seen | {pk})
            placed[pk] = above + steps[pk]
        return placed[pk]

    def through(path: str, seen: frozenset[int]) -> str:
        for end in range(len(path), 0, -STEP):
            pk = keys.get(path[:end])
            if pk in then.parents and pk not in seen:
                return path_of(pk, seen) + path[end:]
        return path

    then.shifts = [Shift(now[pk], path_of(pk, frozenset())) for pk in moved]


def _own_steps(parents: dict[int, int | None]) -> dict[int, str]:
    """Return a step for each moved unit, unique under the parent it came back to."""
    counted: dict[int | None, int] = {}
    steps = {}
    for pk, parent in sorted(parents.items()):
        number = counted[parent] = counted.get(parent, 0) + 1
        digits = ""
        for _ in range(STEP - 1):
            number, rest = divmod(number, len(_DIGITS))
            digits = _DIGITS[rest] + digits
        steps[pk] = _DIGITS[-1] + digits
    return steps


def displaced(on: dt.date, queryset: QuerySet | None = None) -> list[Displaced]:
    """Return every unit whose path differs between `on` and today, with both, in today's order.

    queryset  units to choose from; None: all. A unit below a moved one is displaced with it.
    """
    then = at(on)
    if not then.shifts:
        return []
    rows = Unit.objects.all() if queryset is None else queryset
    moved = Q(pk__in=[])
    for top in roots(shift.now for shift in then.shifts):
        moved |= _range(top, "path")
    read = rows.filter(moved).order_by("path").values_list("pk", "path")
    found = (Displaced(pk, then.path(path), path) for pk, path in read)
    return [one for one in found if one.then != one.now]


def _range(path: str, column: str) -> Q:
    if not path:
        return Q(**{f"{column}__gte": ""})
    return Q(**{f"{column}__gte": path, f"{column}__lt": path + PAST_PATHS})
