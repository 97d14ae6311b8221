"""Sums of a past day where units stood that day: today's ranges, corrected for moved subtrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from apps.core.scope import roots
from apps.units import past
from apps.units.models import Unit

from .day import Day
from .sums import Dated, dated


def dated_then(
    paths: Sequence[str],
    on: dt.date,
    family: str,
    *,
    length: int | None = None,
    counted: Sequence[str] | None = None,
) -> dict[str, Dated]:
    """Return what `dated` returns, for the subtrees as they were: moves are rare.

    paths   paths of today; a group is the path of today of what stood there that day
    Two queries, one more to learn of moves, and two for each moved subtree that matters.
    """
    on = Day.of(on)
    found = dated(paths, on, family, length=length, counted=counted)
    then = on.moves
    were = [then.path(path) for path in paths]
    for shift in then.shifts:
        if any(path.startswith(shift.now) for path in paths):
            continue  # the whole subtree moved with it
        here = _group(shift.now, paths, length)
        step = None if length is None else len(were[0]) + Unit.steplen
        there = _group(shift.then, were, step)
        there = there if not there else _now(there, then)
        if here == there:
            continue
        moved = dated([shift.now], on, family, counted=counted).get("", Dated())
        inner = roots(s.now for s in then.shifts if s is not shift and s.now.startswith(shift.now))
        if inner:
            stayed = dated(inner, on, family, counted=counted).get("", Dated())
            moved = _added(moved, stayed, -1)
        for group, sign in ((here, -1), (there, 1)):
            if group is not None:
                found[group] = _added(found.get(group, Dated()), moved, sign)
    return found


def _group(path: str, inside: Sequence[str], length: int | None) -> str | None:
    """Return the group a subtree counts in, or None when it lies in none of `inside`."""
    if not any(path.startswith(one) for one in inside):
        return None
    return "" if length is None else path[:length]


def _now(path: str, then: past.Past) -> str:
    """Return today's path of what stood at `path` that day."""
    moved = max((s for s in then.shifts if path.startswith(s.then)), key=_depth, default=None)
    return path if moved is None else moved.now + path[len(moved.then) :]


def _depth(shift: past.Shift) -> int:
    return len(shift.then)


def _added(one: Dated, other: Dated, sign: int) -> Dated:
    kinds = dict(one.kinds)
    for kind, row in other.kinds.items():
        old = kinds.get(kind, (0,) * len(row))
        kinds[kind] = tuple(a + sign * b for a, b in zip(old, row, strict=True))  # type: ignore[assignment]
    kinds = {kind: row for kind, row in kinds.items() if any(row)}
    return Dated(kinds, one.over + sign * other.over, one.short + sign * other.short)
