"""What all writes of the tree share: the lock, names, days, events."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from apps.core import pinyin
from apps.documents.models import ApprovalDocument

from ..choices import EventKind, UnitStatus
from ..errors import (
    DayInFuture,
    DayTooEarly,
    LaterEvent,
    NameMissing,
    NameTaken,
    NameTooLong,
    UnitAbolished,
)
from ..models import Unit, UnitEvent

#: Key of the advisory lock that every change of the tree takes (“unit” in ASCII).
TREE_LOCK: Final = 0x756E6974

STEP: Final = Unit.steplen
MAX_DEPTH: Final = Unit._meta.get_field("path").max_length // STEP
NAME_LIMIT: Final = Unit._meta.get_field("name").max_length

#: Events that say nothing of what a past day undoes: they may be dated back freely.
UNORDERED: Final = (EventKind.INITIAL, EventKind.NAMEPLATE, EventKind.PLATE_OFF)

#: The attributes that `establish` and `change` set, in the order of the form.
ATTRIBUTES: Final = (
    "code",
    "short_name",
    "uscc",
    "region_id",
    "subordination_id",
    "system_class_id",
    "nature_id",
    "category_id",
    "rank_id",
    "pi_class_id",
    "funding_id",
    "is_civil_service_ref",
    "is_classified",
    "supervising_unit_id",
    "functions_text",
    "head_name",
    "address",
    "phone",
    "established_on",
    "note",
)
NULLABLE: Final = frozenset({"code", "uscc", "established_on"})


def hold_tree() -> None:
    """Wait for the tree, then keep everybody else from changing it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def tidy_name(text: str) -> str:
    """Return a unit's name as it is kept: single spaces, no full stop. Raises NameMissing, …"""
    name = " ".join(text.split()).rstrip("。")
    if not name:
        raise NameMissing
    if len(name) > NAME_LIMIT:
        raise NameTooLong(len(name), NAME_LIMIT)
    return name


def set_name(unit: Unit, name: str) -> None:
    unit.name = name
    unit.name_pinyin = pinyin.unit_full(name)[:500]
    unit.name_initials = pinyin.unit_initials(name)[:160]


def refuse_twin(name: str, parent_path: str, parent: Unit | None, besides: int = 0) -> None:
    """Raise NameTaken when a living child of the parent has the name. Needs the tree lock."""
    depth = len(parent_path) // STEP + 1
    twins = Unit.objects.active().filter(
        name=name, depth=depth, path__gte=parent_path, path__lt=parent_path + "~"
    )
    if twins.exclude(pk=besides).exists():
        raise NameTaken(name, parent)


def fresh(unit: Unit) -> Unit:
    """Return the living unit as it is now, locked. Raises UnitAbolished."""
    now = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not now.is_active:
        raise UnitAbolished(now)
    return now


def refuse_day(on: dt.date, unit: Unit | None = None, *, in_order: bool = True) -> None:
    """Raise DayInFuture, DayTooEarly or LaterEvent. Source: docs/rules.md U-13, U-21.

    in_order   whether the day may not lie before the unit's last event: what a past day showed is
               read from the events in their order (apps.units.past)
    """
    if on > timezone.localdate():
        raise DayInFuture(on)
    if unit is None:
        return
    since = unit.established_on
    if since is not None and on < since:
        raise DayTooEarly(on, since)
    if not in_order:
        return
    later = unit.events.filter(on__gt=on, document__isnull=False)
    later = later.exclude(kind__in=UNORDERED)
    last = later.select_related("document").order_by("-on", "-pk").first()
    if last is not None:
        raise LaterEvent(unit, last)


def parent_of(unit: Unit) -> Unit | None:
    return Unit.objects.filter(path=unit.path[:-STEP]).first() if unit.depth > 1 else None


def event(
    unit: Unit,
    kind: EventKind,
    *,
    on: dt.date | None,
    document: ApprovalDocument | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> UnitEvent:
    """Write one row of the unit's history (沿革)."""
    return UnitEvent.objects.create(
        unit=unit,
        kind=kind,
        on=on,
        document=document,
        before=before or {},
        after=after or {},
        note=note,
    )


def plain(value: Any) -> Any:
    """Return a value ready for JSON."""
    return value.isoformat() if isinstance(value, dt.date) else value


def is_living(status: str) -> bool:
    return status != UnitStatus.ABOLISHED
