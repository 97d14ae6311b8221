"""A deed tried out and taken back: what the 核对 page tells is what would really happen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from .. import carrying
from ..errors import StillInUse, UnitRefused
from ..events import Told, told_of
from ..guards import Obstacle
from ..models import Unit, UnitEvent

SHOWN = 60  #: events told one by one


@dataclass
class Side:
    """What one unit holds before and after: (label, before, after) lines."""

    name: str
    lines: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass
class Trial:
    """The outcome of a deed that was taken back.

    refusal   why it cannot be done, or None; obstacles: one by one, where there are several
    told      the history it would write, in words, first ones first; more: how many beyond those
    """

    refusal: UnitRefused | None = None
    obstacles: list[Obstacle] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    more: int = 0
    sides: list[Side] = field(default_factory=list)


class _TakenBack(Exception):
    pass


def trial(deed: Callable[[], Any], units: Sequence[Unit], *, by: Any) -> Trial:
    """Carry `deed` out inside a savepoint, note what it did to `units`, and take it back.

    deed   a call of a service; returns the unit or the units it made or changed
    by     the reader of the outcome; what it names is put into words while it is there
    """
    outcome = Trial()
    before = {unit.pk: _numbers(unit) for unit in units}
    newest = UnitEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        with transaction.atomic():
            result = deed()
            made = result if isinstance(result, list) else [result]
            touched = {unit.pk: unit for unit in [*units, *made] if isinstance(unit, Unit)}
            rows = UnitEvent.objects.filter(pk__gt=newest).select_related("unit").order_by("pk")
            first = rows.select_related("document").prefetch_related("parts__unit")[:SHOWN]
            outcome.told = told_of(list(first), by)
            outcome.more = max(0, rows.count() - SHOWN)
            for unit in touched.values():
                side = _side(unit, before.get(unit.pk, {}), _numbers(unit))
                if side.lines:
                    outcome.sides.append(side)
            raise _TakenBack
    except _TakenBack:
        pass
    except StillInUse as refusal:
        outcome.refusal, outcome.obstacles = refusal, refusal.obstacles
    except UnitRefused as refusal:
        outcome.refusal = refusal
    return outcome


def _numbers(unit: Unit) -> dict[str, int]:
    return {f"{line.carrier}：{line.label}": line.number for line in carrying.held(unit)}


def _side(unit: Unit, before: dict[str, int], after: dict[str, int]) -> Side:
    labels = [*before, *(label for label in after if label not in before)]
    lines = [(label, before.get(label, 0), after.get(label, 0)) for label in labels]
    return Side(unit.name, [line for line in lines if line[1] != line[2]])
