"""挂牌 and 摘牌: another name of a unit, by a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit import services as audit
from apps.core import pinyin
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from ..choices import EventKind, PlateKind
from ..errors import DayTooEarly, PlateGone, PlateTaken
from ..models import Nameplate, Unit
from . import tree
from .links import link


@write
def hang(
    *, unit: Unit, name: str, kind: str, on: dt.date, document: ApprovalDocument, by: Any
) -> Nameplate:
    """Hang a nameplate (加挂牌子, 合署办公, 其他名称) from `on`.

    A nameplate read from the unit's name (recognised) becomes one by the document.
    Raises PlateTaken, NameMissing, NameTooLong, UnitAbolished, DayInFuture, DayTooEarly.
    Source: docs/rules.md U-28.
    """
    tree.hold_tree()
    unit = tree.fresh(unit)
    name = tree.tidy_name(name)
    tree.refuse_day(on, unit, in_order=False)
    there = Nameplate.objects.open().filter(unit=unit, name=name).first()
    if name == unit.name or (there is not None and not there.recognised):
        raise PlateTaken(name, unit)
    plate = there or Nameplate(unit=unit, name=name)
    plate.kind, plate.document, plate.starts_on, plate.recognised = kind, document, on, False
    plate.name_initials = pinyin.unit_initials(name)[:160]
    plate.save()
    plate.refresh_from_db(fields=["scope"])
    label = PlateKind(kind).label
    tree.event(
        unit, EventKind.NAMEPLATE, on=on, document=document, after={"plate": name}, note=label
    )
    link(document=document, unit=unit, by=by)
    audit.record(
        "nameplate.hang",
        target=plate,
        by=by,
        after={"unit": unit.name, "name": name, "kind": label, "on": on.isoformat()},
        note=document.number,
    )
    return plate


@write
def take_off(*, plate: Nameplate, on: dt.date, document: ApprovalDocument, by: Any) -> Nameplate:
    """Take a nameplate off from `on`. Raises PlateGone, DayInFuture, DayTooEarly."""
    tree.hold_tree()
    now = Nameplate.objects.open().select_for_update().filter(pk=plate.pk).first()
    if now is None:
        raise PlateGone
    unit = tree.fresh(Unit.objects.get(pk=now.unit_id))
    tree.refuse_day(on, unit, in_order=False)
    if now.starts_on is not None and on < now.starts_on:
        raise DayTooEarly(on, now.starts_on)
    now.ends_on, now.end_document = on, document
    now.save(update_fields=["ends_on", "end_document"])
    tree.event(
        unit, EventKind.PLATE_OFF, on=on, document=document, before={"plate": now.name},
        note=PlateKind(now.kind).label,
    )  # fmt: skip
    link(document=document, unit=unit, by=by)
    audit.record(
        "nameplate.remove",
        target=now,
        by=by,
        before={"unit": unit.name, "name": now.name},
        after={"ends_on": on.isoformat()},
        note=document.number,
    )
    return now
