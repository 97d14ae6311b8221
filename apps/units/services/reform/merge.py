"""合并: units end in another one, which takes over all they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ... import carrying
from ...carrying import Deed
from ...choices import EventKind, EventRole, PlateKind
from ...errors import NothingToMerge
from ...models import Unit
from .. import tree
from ..links import link_all
from ..plates import hang
from . import parts
from .parts import Basis, Fold, NewUnit


@write
def merge(
    *,
    units: Sequence[Unit],
    into: Unit | NewUnit,
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    ending: Collection[Unit] = (),
    postings: bool = True,
    plates: bool = False,
) -> Unit:
    """Merge `units` into an existing or a new unit on `on`; return that unit.

    ending    departments that end; the others move, or join one of the same name there
    postings  whether the leaders go on in the new unit; their posts end if not
    plates    whether the old names hang on as 加挂牌子
    Bodies below the units go under `into`. People, quotas, room above them, reservations and
    posts go along (apps.units.carrying). Raises NothingToMerge, NotABody, UnderItself, NotYetThere,
    CannotCarry, StillInUse, and what establish and move refuse. Source: docs/rules.md U-24, U-25.
    """
    tree.hold_tree()
    basis = Basis(on, document, by)
    sources = [parts.body(unit) for unit in sorted(units, key=lambda unit: unit.pk)]
    _refuse_few(sources, into)
    for source in sources:
        tree.refuse_day(on, source)
    if isinstance(into, NewUnit):
        first = sources[0]
        if into.parent is not None:
            parts.refuse_under(into.parent, sources)
        target = parts.set_up(into, first, basis, after=first)
        sources = [Unit.objects.get(pk=source.pk) for source in sources]
    else:
        target = parts.receiver(into, sources, on)

    names = "、".join(source.name for source in sources)
    reason = f"{names}并入{target.name}"
    folds = _plan(sources, target, {unit.pk for unit in ending})
    deed = Deed(
        portions=[
            *(
                parts.whole(source, target, departments=plan.departments(target), postings=postings)
                for source, plan in folds
            ),
            *(parts.whole(child, twin) for _, plan in folds for child, twin in plan.into),
        ],
        on=on,
        document=document,
        by=by,
        reason=reason,
    )
    carrying.lock(deed)
    for source, plan in folds:
        parts.move_all(plan.moves, basis, f"随“{source.name}”并入“{target.name}”")
    parts.carry(deed)
    _end(folds, target, deed, basis)
    parts.hand_supervision(sources, target, basis)
    if plates:
        for source in sources:
            hang(
                unit=target, name=source.name, kind=PlateKind.ADDED, on=on, document=document, by=by
            )
    _tell(sources, target, deed, basis)
    return Unit.objects.get(pk=target.pk)


def _refuse_few(sources: list[Unit], into: Unit | NewUnit) -> None:
    keys = {source.pk for source in sources}
    few = 2 if isinstance(into, NewUnit) else 1
    if len(keys) < few or len(keys) != len(sources):
        raise NothingToMerge
    if isinstance(into, Unit) and into.pk in keys:
        raise NothingToMerge


def _plan(sources: list[Unit], target: Unit, ending: set[int]) -> list[tuple[Unit, Fold]]:
    """Plan each source's children, against the target's and those that came before."""
    skip = {source.pk for source in sources} | {target.pk}
    names = parts.names_under(target)
    folds = []
    for source in sources:
        plan = parts.fold(source, target, ending=ending, skip=skip, names=names)
        folds.append((source, plan))
    return folds


def _end(folds: list[tuple[Unit, Fold]], target: Unit, deed: Deed, basis: Basis) -> None:
    for source, plan in reversed(folds):
        for child, twin in reversed(plan.into):
            event = parts.end(child, EventKind.MERGE, basis, f"随“{source.name}”并入“{twin.name}”")
            parts.link_ways(event, EventRole.SUCCESSOR, deed, [twin])
        event = parts.end(source, EventKind.MERGE, basis, f"并入“{target.name}”")
        parts.link_ways(event, EventRole.SUCCESSOR, deed, [target])


def _tell(sources: list[Unit], target: Unit, deed: Deed, basis: Basis) -> None:
    names = "、".join(f"“{source.name}”" for source in sources)
    event = tree.event(
        target, EventKind.MERGE, on=basis.on, document=basis.document, note=f"{names}并入"[:300]
    )
    parts.link_ways(event, EventRole.PREDECESSOR, deed, sources)
    link_all(document=basis.document, units=[*sources, target], by=basis.by)
    facts = {
        "into": target.name,
        "on": basis.on.isoformat(),
        "people": sum(moved.people for moved in deed.moved.values()),
        "places": sum(moved.places for moved in deed.moved.values()),
    }
    for unit in [target, *sources]:
        audit.record(
            "unit.merge",
            target=Unit.objects.get(pk=unit.pk),
            by=basis.by,
            before={"units": [source.name for source in sources]},
            after=facts,
            note=basis.document.number,
        )
