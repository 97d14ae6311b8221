"""挂牌 and 摘牌: another name of a unit, by a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from apps.audit import services as audit
from apps.core import pinyin
from apps.core.writes import write
from apps.documents.models import ApprovalDocument

from .. import recognising
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


@write
def recognise(
    *,
    by: Any,
    units: Iterable[tuple[int, str]] | None = None,
    on: dt.date | None = None,
    document: ApprovalDocument | None = None,
) -> tuple[int, int]:
    """Keep the nameplates read from names in step with the names; return (added, taken off).

    units     (id, name) of units whose name is new or has changed; None: every living unit
    on        day from which the name holds, so from which they hang; None: not known
    A nameplate that hangs by its own document is left alone. One that the name no longer says is
    taken off. The whole register: 3 statements. Source: docs/rules.md U-28.
    """
    tree.hold_tree()  # two who recognise at once queue here; the second finds nothing left
    if units is None:
        rows = recognising.with_parentheses(Unit.objects.active())
        pairs = list(rows.order_by("path").values_list("pk", "name"))
        hanging = Nameplate.objects.open()
    else:
        pairs = list(units)
        hanging = Nameplate.objects.open().filter(unit__in=[pk for pk, _ in pairs])
    wanted, ended = recognising.differences(pairs, hanging)
    new = [
        Nameplate(
            unit_id=pk,
            name=name[: tree.NAME_LIMIT],
            kind=plate.kind,
            name_initials=pinyin.unit_initials(name)[:160],
            document=document,
            starts_on=on,
            recognised=True,
        )
        for (pk, name), plate in wanted.items()
    ]
    gone = [plate.pk for plate in ended]
    Nameplate.objects.bulk_create(new, batch_size=1_000)
    if gone:
        day = on or timezone.localdate()
        Nameplate.objects.filter(pk__in=gone).update(ends_on=day, end_document=document)
    if new or gone:
        audit.record("nameplate.recognise", by=by, after={"added": len(new), "ended": len(gone)})
    return len(new), len(gone)


def keep_in_step(unit: Unit, old: str, *, on: dt.date, document: ApprovalDocument, by: Any) -> None:
    """Read a unit's name anew when its parentheses may have changed."""
    if any(sign in old + unit.name for sign in "（("):
        recognise(by=by, units=[(unit.pk, unit.name)], on=on, document=document)
