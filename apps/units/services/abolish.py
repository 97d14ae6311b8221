"""撤销: the unit ends; its row and its history stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import NoReverseMatch, reverse

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from .. import guards
from ..choices import EntityKind, EventKind, UnitStatus
from ..errors import StillInUse
from ..guards import Obstacle
from ..models import Unit
from . import tree
from .links import link_all


@write
def abolish(
    *,
    unit: Unit,
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    with_departments: bool = False,
) -> Unit:
    """End a unit on `on`.

    with_departments   its 内设机构 and groupings end with it; living bodies below always refuse
    Raises UnitAbolished, DayInFuture, DayTooEarly, StillInUse (with every obstacle and figure).
    Source: docs/rules.md U-16.
    """
    tree.hold_tree()
    unit = tree.fresh(unit)
    tree.refuse_day(on, unit)
    ending = [unit, *departments_of(unit)] if with_departments else [unit]
    found = obstacles(unit, with_departments=with_departments)
    for other in ending[1:]:
        tree.refuse_day(on, other)
    if found:
        raise StillInUse(unit, found)

    for one in ending:
        one.status, one.abolished_on = UnitStatus.ABOLISHED, on
        one.save(update_fields=["status", "abolished_on"])
        tree.event(
            one,
            EventKind.ABOLISH,
            on=on,
            document=document,
            before={"name": one.name},
            note="" if one is unit else f"随“{unit.name}”撤销"[:300],
        )
        audit.record(
            "unit.abolish",
            target=one,
            by=by,
            before={"status": UnitStatus.NORMAL.value},
            after={"status": UnitStatus.ABOLISHED.value, "on": on.isoformat()},
            note=document.number,
        )
    link_all(document=document, units=ending, by=by)
    return unit


def obstacles(unit: Unit, *, with_departments: bool) -> list[Obstacle]:
    """Return what stands in the way of abolishing `unit`, its own and its children's."""
    found = guards.obstacles(unit)
    living = Unit.objects.active().under(unit).exclude(pk=unit.pk)
    if with_departments:
        bodies = living.bodies()
        below = _living_below(unit, bodies.count(), "个下属单位未撤销，须先撤销或划转")
        for one in living.exclude(entity_kind=EntityKind.BODY):
            found += [
                Obstacle(f"{one.name}：{its.sentence}", its.url) for its in guards.obstacles(one)
            ]
    else:
        below = _living_below(unit, living.count(), "个下级机构未撤销，须先撤销或划转")
    return [*found, *([below] if below else [])]


def departments_of(unit: Unit) -> list[Unit]:
    """Return the living 内设机构 and groupings below, deepest last, locked."""
    below = Unit.objects.active().under(unit).exclude(pk=unit.pk)
    return list(below.exclude(entity_kind=EntityKind.BODY).select_for_update(of=("self",)))


def _living_below(unit: Unit, count: int, words: str) -> Obstacle | None:
    if not count:
        return None
    try:
        url = reverse("units:departments", args=[unit.pk])
    except NoReverseMatch:
        url = ""
    return Obstacle(f"还有 {count} {words}", url)
