"""隶属关系调整, 划转: a unit goes under another parent, with everything below it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from .. import past
from ..choices import EntityKind, EventKind
from ..errors import (
    DepartmentNeedsBody,
    NotASibling,
    NotYetThere,
    ParentAbolished,
    SamePlace,
    TreeTooDeep,
    UnderItself,
)
from ..models import Unit, UnitEvent
from . import tree
from .establish import inside_body
from .links import link


@write
def move(
    *,
    unit: Unit,
    parent: Unit | None,
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    after: Unit | None = None,
    kind: EventKind = EventKind.MOVE,
    note: str = "",
) -> Unit:
    """Put a unit under `parent` from `on`, last or right behind `after`; all below goes along.

    kind   MOVE (隶属关系调整) or TRANSFER (划转)
    Raises UnderItself, SamePlace, ParentAbolished, NotYetThere, NotASibling, TreeTooDeep,
    DepartmentNeedsBody, NameTaken, UnitAbolished, DayInFuture, DayTooEarly, LaterEvent.
    Source: docs/rules.md U-21 to U-23.
    """
    tree.hold_tree()
    unit = tree.fresh(unit)
    tree.refuse_day(on, unit)
    old = tree.parent_of(unit)
    new = _checked_target(unit, parent, on)
    if (old and old.pk) == (new and new.pk) and (after is None or after.pk == unit.pk):
        raise SamePlace(unit, new)
    neighbour = _neighbour(after, new)
    tree.refuse_twin(unit.name, new.path if new else "", new, besides=unit.pk)
    behind = _behind(unit)

    if neighbour is not None:
        Unit.objects.move(unit, neighbour, "right")
    elif new is not None:
        Unit.objects.move(unit, new, "last-child")
    else:
        Unit.objects.move(
            unit, Unit.objects.filter(depth=1).order_by("path").last(), "last-sibling"
        )
    unit = Unit.objects.get(pk=unit.pk)

    before = {"parent": old.pk if old else None, "behind": behind}
    facts = {"parent": new.pk if new else None}
    tree.event(unit, kind, on=on, document=document, before=before, after=facts, note=note)
    link(document=document, unit=unit, by=by)
    audit.record(
        "unit.move",
        target=unit,
        by=by,
        before={"parent": old.name if old else None},
        after={"parent": new.name if new else None, "on": on.isoformat()},
        note=document.number,
    )
    return unit


def _checked_target(unit: Unit, parent: Unit | None, on: dt.date) -> Unit | None:
    """Return the parent as it is now. Raises when the unit cannot stand there."""
    if parent is None:
        if unit.entity_kind == EntityKind.DEPARTMENT:
            raise DepartmentNeedsBody(None)
        return None
    now = Unit.objects.get(pk=parent.pk)
    if now.path.startswith(unit.path):
        raise UnderItself(unit, now)
    if not now.is_active:
        raise ParentAbolished(now)
    if now.established_on is not None and now.established_on > on:
        raise NotYetThere(now, now.established_on)
    below = Unit.objects.under(unit).order_by("-depth").values_list("depth", flat=True).first()
    if now.depth + 1 + (below or unit.depth) - unit.depth > tree.MAX_DEPTH:
        raise TreeTooDeep(tree.MAX_DEPTH)
    if unit.entity_kind == EntityKind.DEPARTMENT and not inside_body(now):
        raise DepartmentNeedsBody(now)
    refuse_past_circle(unit, now, on)
    return now


def refuse_past_circle(unit: Unit, parent: Unit, on: dt.date) -> None:
    """Raise UnderItself when the parent stood below the unit on some day from `on` until today.

    A move may be dated back; what else moved since then must fit it on each of those days.
    """
    moved = UnitEvent.objects.filter(on__gt=on, document__isnull=False, before__has_key="parent")
    days = {day for day in moved.values_list("on", flat=True) if day is not None}
    for day in sorted({on, *days} if days else ()):
        then = past.at(day)
        if then.path(parent.path).startswith(then.path(unit.path)):
            raise UnderItself(unit, parent, day)


def _neighbour(after: Unit | None, parent: Unit | None) -> Unit | None:
    if after is None:
        return None
    now = Unit.objects.get(pk=after.pk)
    if now.path[: -tree.STEP] != (parent.path if parent else ""):
        raise NotASibling(now, parent)
    return now


def _behind(unit: Unit) -> int | None:
    """Return the id of the sibling right before the unit."""
    start = unit.path[: -tree.STEP]
    before = Unit.objects.filter(depth=unit.depth, path__gt=start, path__lt=unit.path)
    return before.order_by("-path").values_list("pk", flat=True).first()
