"""用编序号: whether a head may be used, and using it. Source: docs/rules.md NT-01 to NT-04."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.core.writes import write
from apps.quotas import services as quotas
from apps.units.models import Unit

from .. import errors
from ..choices import SlotState
from ..models import Line, Slot


def refuse_unfit(slot: Slot, unit: Unit, quota_type_id: Any, *, line: Line | None) -> None:
    """Raise SlotGone or SlotElsewhere where the head cannot serve this line."""
    if slot.notice.unit_id != unit.pk or slot.quota_type_id != quota_type_id:
        raise errors.SlotElsewhere(slot)
    if slot.state != SlotState.FREE or slot.notice.valid_until < timezone.localdate():
        raise errors.SlotGone(slot)
    others = Line.objects.filter(slot=slot, is_open=True)
    if line is not None:
        others = others.exclude(pk=line.pk)
    other = others.select_related("application").first()
    if other is not None:
        raise errors.SlotGone(slot, other)


@write
def use(*, line: Line, by: Any) -> Slot:
    """Use the head of a line: its reserved place is given back for the entry that follows.

    Must run in the transaction of that entry. Raises SlotGone.
    """
    if line.slot_id is None:
        raise errors.SlotMissing
    slot = (
        Slot.objects.select_for_update(of=("self",), no_key=True)
        .select_related("reservation", "notice")
        .get(pk=line.slot_id)
    )
    if slot.state != SlotState.FREE:
        raise errors.SlotGone(slot)
    if slot.reservation is not None:
        quotas.release(reservation=slot.reservation, by=by)
    slot.state, slot.used_at, slot.name = SlotState.USED, timezone.now(), line.name
    slot.save(update_fields=["state", "used_at", "name"])
    return slot
