"""用编序号: whether a head may be used, and using it. Source: docs/rules.md NT-01 to NT-09."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.quotas import services as quotas
from apps.units.models import Unit

from .. import errors
from ..choices import SlotState
from ..models import Line, Notice, Slot
from ..rules import may_return


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


@write
def return_slots(*, notice: Notice, slots: Sequence[Slot], by: Any, reason: str = "") -> list[Slot]:
    """Give free heads back (退回计划); their places become usable again.

    Raises PermissionDenied, NothingChosen, SlotGone, SlotBusy. Source: NT-08.
    """
    if by is not None and not may_return(by, notice):
        raise PermissionDenied
    if not slots:
        raise errors.NothingChosen
    return _end(notice, slots, SlotState.RETURNED, "slot.return", by=by, reason=reason)


@write
def revoke(*, notice: Notice, by: Any, reason: str) -> list[Slot]:
    """Take back every head of a notice that is still free (撤销); used ones stay as they are.

    Raises PermissionDenied, OpinionMissing, SlotGone (none is free), SlotBusy. Source: NT-08.
    """
    if by is not None and not by.may("examine", notice.unit):
        raise PermissionDenied
    if not reason.strip():
        raise errors.OpinionMissing("撤销")
    free = list(notice.slots.filter(state=SlotState.FREE))
    if not free:
        raise errors.NothingFree(notice)
    ended = _end(notice, free, SlotState.REVOKED, "slot.revoke", by=by, reason=reason)
    Notice.objects.filter(pk=notice.pk).update(
        revoked_at=timezone.now(), revoke_reason=reason.strip()[:300]
    )
    return ended


def expire(*, today: dt.date | None = None) -> int:
    """Let heads run out whose validity has passed; a notice at a time. Safe to run twice (NT-09).

    Those in an open application stay until it ends: it was filed in time, or is sent back.
    Returns the number of heads that ran out.
    """
    day = today or timezone.localdate()
    late = Notice.objects.filter(valid_until__lt=day, slots__state=SlotState.FREE).distinct()
    count = 0
    for notice in late.order_by("pk"):
        count += len(_expire_one(notice=notice, by=None))
    return count


@write
def _expire_one(*, notice: Notice, by: Any) -> list[Slot]:
    rows = list(
        notice.slots.select_for_update(of=("self",))
        .filter(state=SlotState.FREE)
        .exclude(lines__is_open=True)
        .order_by("no")
    )
    return _end(notice, rows, SlotState.EXPIRED, "slot.expire", by=by) if rows else []


def _end(
    notice: Notice,
    slots: Sequence[Slot],
    state: SlotState,
    event: str,
    *,
    by: Any,
    reason: str = "",
) -> list[Slot]:
    """End free heads and give their places back. Raises SlotGone, SlotBusy."""
    # FOR UPDATE, in order: an application that is just filed with one of them waits, or we do
    rows = list(
        Slot.objects.select_for_update(of=("self",))
        .filter(pk__in=[one.pk for one in slots], notice=notice)
        .select_related("reservation", "notice", "quota_type")
        .order_by("no")
    )
    if len(rows) != len({one.pk for one in slots}):
        raise errors.NothingChosen
    busy = (
        Line.objects.filter(slot__in=rows, is_open=True)
        .select_related("application", "slot__notice")
        .order_by("slot__no")
        .first()
    )
    if busy is not None:
        raise errors.SlotBusy(busy.slot, busy.application)  # type: ignore[arg-type]
    quotas.lock_balances((row.notice.unit_id, row.quota_type_id) for row in rows)
    now = timezone.now()
    for row in rows:
        if row.state != SlotState.FREE:
            raise errors.SlotGone(row)
        if row.reservation is not None:
            quotas.release(reservation=row.reservation, by=by)
        row.state, row.ended_at = state, now
        row.save(update_fields=["state", "ended_at"])
    audit.record(
        event,
        target=notice,
        by=by,
        after={"number": notice.number, "slots": [row.no for row in rows]},
        note=reason.strip(),
    )
    return rows
