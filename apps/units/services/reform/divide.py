"""分立, and 划转 of departments: part of a unit goes to new or existing ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ... import carrying
from ...carrying import Deed, Portion
from ...choices import EntityKind, EventKind, EventRole
from ...errors import NothingGoes, NotItsDepartment
from ...models import Unit
from .. import tree
from ..links import link_all
from . import parts
from .parts import Basis, Fold, NewUnit


@dataclass(frozen=True)
class Part:
    """What goes to one unit.

    departments  内设机构 that move; their people go along
    figures      {carrier name: {key: number}}, such as {"编制": {"quota_type.10": 3}}
    people       ids of further persons who go
    """

    target: Unit | NewUnit
    departments: Sequence[Unit] = ()
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    people: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        numbers = any(n for lines in self.figures.values() for n in lines.values())
        return not (self.departments or self.people or numbers)


@write
def split(
    *,
    unit: Unit,
    parts: Sequence[Part],
    on: dt.date,
    document: ApprovalDocument,
    by: Any,
    ends: bool = False,
) -> list[Unit]:
    """Split a unit: A into A + B, or with `ends` into B + C; the last part then takes the rest.

    Returns the units it went to. Raises NothingGoes, NotItsDepartment, NotABody, CannotCarry and
    what establish and move refuse. Source: docs/rules.md U-26.
    """
    return _divide(EventKind.SPLIT, unit, parts, Basis(on, document, by), ends=ends)


@write
def hand_over(*, unit: Unit, part: Part, on: dt.date, document: ApprovalDocument, by: Any) -> Unit:
    """Hand departments with their people, quotas and posts to another unit (划转). See split."""
    return _divide(EventKind.TRANSFER, unit, [part], Basis(on, document, by), ends=False)[0]


def _divide(
    kind: EventKind, unit: Unit, chosen: Sequence[Part], basis: Basis, *, ends: bool
) -> list[Unit]:
    tree.hold_tree()
    source = parts.body(unit)
    tree.refuse_day(basis.on, source)
    last = len(chosen) - 1
    for number, part in enumerate(chosen):
        if part.is_empty and not (ends and number == last):
            name = part.target.name
            raise NothingGoes(name)
    targets = _targets(chosen, source, basis)
    source = Unit.objects.get(pk=source.pk)
    taken: set[int] = set()
    portions, moves, into = [], [], []
    for number, (part, target) in enumerate(zip(chosen, targets, strict=True)):
        rest = ends and number == last
        if rest:
            plan = parts.fold(
                source, target, ending=set(), skip={*taken, *(t.pk for t in targets)},
                names=parts.names_under(target),
            )  # fmt: skip
        else:
            plan = Fold(moves=[(one, target) for one in _own(part, source, taken)])
        moves.append((target, plan))
        into += plan.into
        portions.append(
            Portion(
                source=source,
                target=target,
                whole=rest,
                departments=plan.departments(target),
                figures=part.figures,
                people=part.people,
            )
        )
    portions += [parts.whole(child, twin) for child, twin in into]
    words = "分立" if kind == EventKind.SPLIT else "划转"
    names = "、".join(target.name for target in targets)
    deed = Deed(portions, basis.on, basis.document, basis.by, f"{source.name}{words}至{names}")
    carrying.lock(deed)
    for target, plan in moves:
        parts.move_all(plan.moves, basis, f"由“{source.name}”{words}至“{target.name}”")
    parts.carry(deed)
    _tell(kind, source, targets, into, deed, basis, ends=ends)
    return [Unit.objects.get(pk=target.pk) for target in targets]


def _targets(chosen: Sequence[Part], source: Unit, basis: Basis) -> list[Unit]:
    targets: list[Unit] = []
    for part in chosen:
        if isinstance(part.target, NewUnit):
            after = targets[-1] if targets else source
            targets.append(
                parts.set_up(part.target, source, basis, after=Unit.objects.get(pk=after.pk))
            )
        else:
            targets.append(parts.receiver(part.target, [source], basis.on))
    # setting up beside the others may have moved them on
    return [Unit.objects.get(pk=target.pk) for target in targets]


def _own(part: Part, source: Unit, taken: set[int]) -> list[Unit]:
    """Return the departments of a part as they are now; each goes once."""
    found = []
    for one in part.departments:
        now = Unit.objects.get(pk=one.pk)
        inside = now.path.startswith(source.path) and now.pk != source.pk
        if (
            now.pk in taken
            or not inside
            or not now.is_active
            or now.entity_kind != EntityKind.DEPARTMENT
        ):
            raise NotItsDepartment(now, source)
        taken.add(now.pk)
        found.append(now)
    return found


def _tell(
    kind: EventKind,
    source: Unit,
    targets: list[Unit],
    into: list[tuple[Unit, Unit]],
    deed: Deed,
    basis: Basis,
    *,
    ends: bool,
) -> None:
    words = "分立为" if kind == EventKind.SPLIT else "划转至"
    names = "、".join(f"“{target.name}”" for target in targets)
    for child, twin in reversed(into):
        event = parts.end(child, kind, basis, f"并入“{twin.name}”")
        parts.link_ways(event, EventRole.SUCCESSOR, deed, [twin])
    if ends:
        event = parts.end(source, kind, basis, f"{words}{names}")
        parts.hand_supervision([source], targets[-1], basis)
    else:
        own = "本机构保留，" if kind == EventKind.SPLIT else ""
        event = tree.event(
            source, kind, on=basis.on, document=basis.document, note=f"{own}{words}{names}"[:300]
        )
    parts.link_ways(event, EventRole.SUCCESSOR, deed, targets)
    for target in targets:
        event = tree.event(
            target, kind, on=basis.on, document=basis.document,
            note=f"由“{source.name}”{words[:2]}"[:300],
        )  # fmt: skip
        parts.link_ways(event, EventRole.PREDECESSOR, deed, [source])
    link_all(document=basis.document, units=[source, *targets], by=basis.by)
    for unit in [source, *targets]:
        audit.record(
            "unit.split" if kind == EventKind.SPLIT else "unit.handover",
            target=Unit.objects.get(pk=unit.pk),
            by=basis.by,
            before={"unit": source.name},
            after={
                "units": [target.name for target in targets],
                "on": basis.on.isoformat(),
                "people": sum(moved.people for moved in deed.moved.values()),
                "places": sum(moved.places for moved in deed.moved.values()),
            },
            note=basis.document.number,
        )
