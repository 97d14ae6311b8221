"""A subtree as it stood on a day: which rows lay in it, and the paths they had.

Today's figures need none of this. On a past day a unit that was moved since counts where it stood
(rules Q-16): rows carry today's path as their scope, and the past tree tells the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.core.models import CodeValue
from apps.core.scope import within

from . import past
from .models import Unit


@dataclass(frozen=True)
class Place:
    """The node of a sheet or a board on a day. then: where units stood; None for today."""

    node: Unit
    then: past.Past | None = None

    @classmethod
    def of(cls, node: Unit, on: dt.date | None = None) -> Place:
        """`on` may bring its `then` with it (quotas.dated.Day)."""
        if on is None:
            return cls(node)
        return cls(node, getattr(on, "then", None) or past.moves(on))

    @property
    def spans(self) -> list[str | tuple[str, str]]:
        """The ranges of today's paths that made up the subtree."""
        if self.then is None:
            return [self.node.path]
        return [*self.then.ranges([self.then.path(self.node.path)])]

    def inside(self, column: str = "scope") -> Q:
        """Return the condition that a row lay in the subtree; `column`: its path today."""
        if self.then is None:
            return within([self.node.path], column)
        return self.then.inside([self.then.path(self.node.path)], column)

    def path(self, now: str) -> str:
        """Return the path of that day of what stands at `now` today."""
        return now if self.then is None else self.then.path(now)

    def today(self, paths: Iterable[str]) -> list[str]:
        """Return today's paths of what stood at some paths that day."""
        return list(paths) if self.then is None else [self.then.now(path) for path in paths]

    def dressed(self, units: Iterable[Unit]) -> list[Unit]:
        """Return units with the names, ranks and paths of that day; they must not be saved.

        One query, two when a rank differed.
        """
        found = list(units)
        if self.then is None:
            return found
        facts = past.named(self.then.on, [unit.pk for unit in found])
        for unit in found:
            _dress(unit, facts)
            unit.path = self.then.path(unit.path)
        ranks = {unit.pk: facts.value(unit, "rank_id") for unit in found}
        differ = [unit for unit in found if ranks[unit.pk] != unit.rank_id]
        if differ:
            codes = CodeValue.objects.in_bulk({ranks[unit.pk] for unit in differ} - {None})
            for unit in differ:
                unit.rank = codes.get(ranks[unit.pk])
        return found


def _dress(unit: Unit, facts: past.Past) -> None:
    for column in ("name", "short_name", "nature_id", "system_class_id"):
        setattr(unit, column, facts.value(unit, column))
