"""What mergers and splits share: new units, folding children in, ending, linking both ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.documents.models import ApprovalDocument

from ... import carrying, guards
from ...carrying import Deed, Portion
from ...choices import EntityKind, EventKind, EventRole, UnitStatus
from ...errors import CannotCarry, NotABody, NotYetThere, StillInUse, UnderItself
from ...models import EventUnit, Unit, UnitEvent
from .. import tree
from ..establish import establish
from ..move import move

#: What a unit set up by a reform takes over from the one before it, unless said otherwise.
INHERITED = (
    "region_id",
    "subordination_id",
    "system_class_id",
    "nature_id",
    "category_id",
    "rank_id",
    "pi_class_id",
    "funding_id",
    "is_civil_service_ref",
    "supervising_unit_id",
)


@dataclass(frozen=True)
class NewUnit:
    """A unit to be set up by the reform. parent None: beside the unit it comes from."""

    name: str
    parent: Unit | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Basis:
    """The document, the day and the person of a deed."""

    on: dt.date
    document: ApprovalDocument
    by: Any


@dataclass
class Fold:
    """How the children of a unit go into another.

    moves      (child, new parent) to be moved as they are
    into       (child, twin): the child ends, what it holds goes to the twin, or to the body itself
    """

    moves: list[tuple[Unit, Unit]] = field(default_factory=list)
    into: list[tuple[Unit, Unit]] = field(default_factory=list)

    def departments(self, target: Unit) -> dict[int, int | None]:
        """Return {department: where its people sit afterwards}, None: in none."""
        found: dict[int, int | None] = {
            child.pk: child.pk for child, _ in self.moves if _is_inner(child)
        }
        found.update(
            {child.pk: None if twin.pk == target.pk else twin.pk for child, twin in self.into}
        )
        return found


def body(unit: Unit) -> Unit:
    """Return the living body as it is now, locked. Raises NotABody, UnitAbolished."""
    now = tree.fresh(unit)
    if now.entity_kind != EntityKind.BODY:
        raise NotABody(now)
    return now


def receiver(unit: Unit, sources: Iterable[Unit], on: dt.date) -> Unit:
    """Return the living body that takes over; it existed on the day and stands under no source."""
    now = body(unit)
    for source in sources:
        if now.path.startswith(source.path):
            raise UnderItself(source, now)
    if now.established_on is not None and now.established_on > on:
        raise NotYetThere(now, now.established_on)
    tree.refuse_day(on, now)
    return now


def refuse_under(parent: Unit, sources: Iterable[Unit]) -> None:
    """A unit set up by a merger does not stand under a unit that ends in it."""
    now = Unit.objects.get(pk=parent.pk)
    for source in sources:
        if now.path.startswith(source.path):
            raise UnderItself(source, now)


def set_up(new: NewUnit, like: Unit, basis: Basis, *, after: Unit | None = None) -> Unit:
    """Set up the receiving unit, with what it takes over from `like`."""
    attributes = {name: getattr(like, name) for name in INHERITED}
    attributes.update(new.attributes)
    parent = new.parent or tree.parent_of(like)
    beside = after if after is not None and tree.parent_of(after) == parent else None
    return establish(
        parent=parent,
        name=new.name,
        entity_kind=EntityKind.BODY,
        on=basis.on,
        document=basis.document,
        by=basis.by,
        after=beside,
        **attributes,
    )


def fold(
    source: Unit, target: Unit, *, ending: set[int], skip: set[int], names: dict[str, Unit]
) -> Fold:
    """Plan how what stands directly under `source` goes under `target`.

    ending  departments that end; skip: units that end by themselves
    names   {name: living child of the target}; a department or grouping of the same name is
            joined with it, others move and are added
    """
    plan = Fold()
    for child in children(source):
        if child.pk in skip:
            continue
        twin = names.get(child.name)
        joins = twin is not None and child.entity_kind == twin.entity_kind != EntityKind.BODY
        if child.pk in ending or joins:
            into = twin if joins and twin is not None else target
            plan.into.append((child, into))
            inner = fold(child, into, ending=ending, skip=skip, names=_names(into))
            plan.moves += inner.moves
            plan.into += inner.into
        else:
            plan.moves.append((child, target))
            names[child.name] = child
    return plan


def children(unit: Unit) -> list[Unit]:
    return list(
        Unit.objects.active()
        .filter(depth=unit.depth + 1, path__gt=unit.path, path__lt=unit.path + "~")
        .order_by("path")
    )


def names_under(unit: Unit) -> dict[str, Unit]:
    return {child.name: child for child in children(unit)}


_names = names_under


def _is_inner(unit: Unit) -> bool:
    return unit.entity_kind == EntityKind.DEPARTMENT


def move_all(moves: Iterable[tuple[Unit, Unit]], basis: Basis, note: str) -> None:
    for child, parent in moves:
        move(
            unit=child,
            parent=parent,
            on=basis.on,
            document=basis.document,
            by=basis.by,
            kind=EventKind.TRANSFER,
            note=note[:300],
        )


def carry(deed: Deed) -> None:
    """Carry people, quotas and posts over. Raises CannotCarry."""
    try:
        carrying.carry(deed)
    except carrying.CarryRefused as refusal:
        raise CannotCarry(refusal.sentence) from refusal


def whole(source: Unit, target: Unit, **more: Any) -> Portion:
    return Portion(source=source, target=target, whole=True, **more)


def end(unit: Unit, kind: EventKind, basis: Basis, note: str) -> UnitEvent:
    """End a unit that has nothing left. Raises StillInUse."""
    now = tree.fresh(unit)
    found = guards.obstacles(now)
    if found:
        raise StillInUse(now, found)
    now.status, now.abolished_on = UnitStatus.ABOLISHED, basis.on
    now.save(update_fields=["status", "abolished_on"])
    return tree.event(
        now, kind, on=basis.on, document=basis.document, before={"name": now.name}, note=note[:300]
    )


def link_ways(event: UnitEvent, role: EventRole, deed: Deed, units: Iterable[Unit]) -> None:
    """Note predecessors or successors of an event, with how much went."""
    for unit in units:
        pair = (
            (unit.pk, event.unit_id) if role == EventRole.PREDECESSOR else (event.unit_id, unit.pk)
        )
        moved = deed.moved.get(pair)
        EventUnit.objects.create(
            event=event,
            unit=unit,
            role=role,
            people=moved.people if moved else 0,
            places=moved.places if moved else 0,
        )


def hand_supervision(sources: Iterable[Unit], target: Unit, basis: Basis) -> None:
    """Units that had a source as 主管部门 have the target from now on."""
    keys = [unit.pk for unit in sources]
    led = Unit.objects.active().filter(supervising_unit__in=keys).exclude(pk=target.pk)
    for unit in led.order_by("pk"):
        before = {"supervising_unit_id": unit.supervising_unit_id}
        unit.supervising_unit = target
        unit.save(update_fields=["supervising_unit"])
        tree.event(
            unit, EventKind.ATTRIBUTE, on=basis.on, document=basis.document, before=before,
            after={"supervising_unit_id": target.pk}, note="主管部门随机构调整变更",
        )  # fmt: skip
