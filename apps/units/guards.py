"""What stands in the way of abolishing a unit. The apps above register their own questions.

    guards.register("staff", guard)     # in AppConfig.ready()

guard(unit) returns an Obstacle with its figure, or None. Source: docs/rules.md U-16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .models import Unit


@dataclass(frozen=True)
class Obstacle:
    """sentence: what there still is, and what has to happen first; url: where to see it."""

    sentence: str
    url: str = ""


Guard = Callable[[Unit], Obstacle | None]

_guards: dict[str, Guard] = {}


def register(name: str, guard: Guard) -> None:
    """Ask `guard` before each abolition; a second call of the same name replaces the first."""
    _guards[name] = guard


def obstacles(unit: Unit) -> list[Obstacle]:
    """Return all that stands in the way of abolishing this one unit, its children aside."""
    return [found for guard in _guards.values() if (found := guard(unit)) is not None]
