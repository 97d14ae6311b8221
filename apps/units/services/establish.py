"""设立: a new unit, by a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ..choices import EntityKind, EventKind
from ..errors import DepartmentNeedsBody, NotASibling, ParentAbolished, TreeTooDeep
from ..models import Unit
from . import attributes as attribute
from . import tree
from .links import link
from .plates import keep_in_step


@write
def establish(
    *,
    parent: Unit | None,
    name: str,
    entity_kind: str,
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    after: Unit | None = None,
    **attributes: Any,
) -> Unit:
    """Set up a unit under `parent`, last among its siblings or right behind `after`.

    parent       Unit, or None for a root
    on           date of effect, today or earlier; also the unit's 设立日期 unless given
    attributes   see services.tree.ATTRIBUTES
    Raises NameMissing, NameTooLong, NameTaken, CodeTaken, CreditCodeTaken, ParentAbolished,
    NotASibling, TreeTooDeep, DepartmentNeedsBody, DayInFuture. Source: docs/rules.md U-11 to U-15.
    """
    tree.hold_tree()
    name = tree.tidy_name(name)
    tree.refuse_day(on)
    parent = _checked_parent(parent, entity_kind)
    tree.refuse_twin(name, parent.path if parent else "", parent)

    unit = Unit(entity_kind=entity_kind)
    tree.set_name(unit, name)
    values = attribute.columns({"established_on": on, **attributes})
    _, set_now = attribute.put(unit, values)
    _insert(unit, parent, after)

    facts = {"name": name, "parent": parent.pk if parent else None, **set_now}
    tree.event(unit, EventKind.ESTABLISH, on=on, document=document, after=facts)
    link(document=document, unit=unit, by=by)
    keep_in_step(unit, "", on=on, document=document, by=by)
    audit.record(
        "unit.establish",
        target=unit,
        by=by,
        after={**facts, "entity_kind": str(entity_kind), "on": on.isoformat()},
        note=document.number,
    )
    return unit


def _checked_parent(parent: Unit | None, entity_kind: str) -> Unit | None:
    """Return the parent as it is now. Raises when nothing of this kind can stand there."""
    if parent is None:
        if entity_kind == EntityKind.DEPARTMENT:
            raise DepartmentNeedsBody(None)
        return None
    now = Unit.objects.get(pk=parent.pk)
    if not now.is_active:
        raise ParentAbolished(now)
    if now.depth >= tree.MAX_DEPTH:
        raise TreeTooDeep(tree.MAX_DEPTH)
    if entity_kind == EntityKind.DEPARTMENT and not inside_body(now):
        raise DepartmentNeedsBody(now)
    return now


def inside_body(parent: Unit) -> bool:
    """Whether the parent is a body, or a grouping or department that stands in one."""
    if parent.entity_kind == EntityKind.BODY:
        return True
    steps = range(tree.STEP, len(parent.path), tree.STEP)
    above = [parent.path[:end] for end in steps]
    return Unit.objects.bodies().filter(path__in=above).exists()


def _insert(unit: Unit, parent: Unit | None, after: Unit | None) -> None:
    if after is None:
        if parent is None:
            Unit.objects.add_root(instance=unit)
        else:
            Unit.objects.add_child(parent, instance=unit)
        return
    neighbour = Unit.objects.get(pk=after.pk)
    if neighbour.path[: -tree.STEP] != (parent.path if parent else ""):
        raise NotASibling(neighbour, parent)
    Unit.objects.add_sibling(neighbour, "right", instance=unit)
