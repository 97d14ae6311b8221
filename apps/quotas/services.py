"""Every write of the quota ledger: lines of a document, room above the places, reservations.

Lock order, here and in the staff app: balances, unit totals, buckets, each in key order. The
triggers go the same way, so whoever locks first never waits for one who waits for him.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.units import services as units
from apps.units.models import Unit

from . import rules
from .choices import FALLING, RISING, EntryKind, OverageKind
from .errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    IllegalQuotaType,
    NotEnoughPlaces,
    QuotaFull,
    UnitHoldsNoQuota,
    WrongSign,
)
from .models import Balance, OverageEntry, QuotaEntry, Reservation
from .refusals import refusal_of
from .running import by_cell, lowest_since

Cell = tuple[int, str]  # (unit id, quota type key)


@dataclass(frozen=True)
class Line:
    """One movement of a document: `change` places (+ or −) of one type in one unit."""

    unit: Unit
    quota_type: CodeValue
    change: int
    kind: str = EntryKind.GRANT
    reason: str = ""
    funding: CodeValue | None = None
    source_level: str = ""
    note: str = ""
    revolve_due_on: dt.date | None = None

    @property
    def cell(self) -> Cell:
        return self.unit.pk, self.quota_type.pk


COLUMNS = [field.attname for field in Balance._meta.concrete_fields]
LOCK = f"SELECT {', '.join(COLUMNS)} FROM quotas_lock_cells(%s::bigint[], %s::text[])"  # noqa: S608 - names of our own


def lock_balances(cells: Iterable[tuple[Any, Any]]) -> dict[Cell, Balance]:
    """Lock the balances of `cells` and what sums them up, in the order of the triggers.

    cells   (unit, quota type) pairs; objects or their keys
    Returns {(unit id, quota type key): Balance}; a cell that was never touched has none.
    Must run inside a transaction, before the first write to any of these cells.
    """
    wanted = sorted({(getattr(u, "pk", u), getattr(t, "pk", t)) for u, t in cells})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[unit_id for unit_id, _ in wanted], [key for _, key in wanted]])
        rows = [Balance.from_db(connection.alias, COLUMNS, row) for row in cursor.fetchall()]
    return {(row.unit_id, row.quota_type_id): row for row in rows}


@write
def post_entry(
    *,
    unit: Unit,
    quota_type: CodeValue,
    change: int,
    kind: str,
    on: dt.date,
    document: ApprovalDocument,
    reason: str,
    by: Any,
    funding: CodeValue | None = None,
    source_level: str = "",
    note: str = "",
    revolve_due_on: dt.date | None = None,
    allow_over: str | None = None,
) -> QuotaEntry:
    """Enter one line of the ledger. See post_entries for what may be refused."""
    line = Line(unit, quota_type, change, kind, reason, funding, source_level, note, revolve_due_on)
    return post_entries(lines=[line], on=on, document=document, by=by, allow_over=allow_over)[0]


@write
def post_entries(
    *,
    lines: Sequence[Line],
    on: dt.date,
    document: ApprovalDocument | None,
    by: Any,
    allow_over: str | None = None,
) -> list[QuotaEntry]:
    """Enter the lines of one document, all or none.

    on          day the change takes effect; not in the future
    allow_over  OverageKind.LEGACY or DOCUMENT: a cut below the people there is let through, and
                what stands above is entered as 允许超编 with this basis
    Raises DocumentMissing, EntryInFuture, WrongSign, UnitHoldsNoQuota, IllegalQuotaType,
    NotEnoughPlaces, BelowZero. Source: docs/rules.md Q-01, Q-06, Q-12.
    """
    if document is None:
        raise DocumentMissing
    _check_lines(lines, on)
    balances = lock_balances(line.cell for line in lines)
    _check_room(lines, balances, document=document, on=on, by=by, allow_over=allow_over)
    for group in by_cell(lines).values():
        _check_past(group[0], on=on, together=sum(line.change for line in group))
    entries = [
        QuotaEntry(
            unit=line.unit,
            quota_type=line.quota_type,
            change=line.change,
            kind=line.kind,
            on=on,
            document=document,
            funding=line.funding,
            source_level=line.source_level,
            reason=line.reason or EntryKind(line.kind).label,
            revolve_due_on=line.revolve_due_on,
            note=line.note,
            scope=line.unit.path,
        )
        for line in lines
    ]
    try:
        with transaction.atomic():
            # One statement: the triggers lock all its cells in order, once.
            QuotaEntry.objects.bulk_create(entries)
    except IntegrityError as failure:
        refusal = refusal_of(failure, entry=True)
        if refusal is None:
            raise
        raise refusal from failure
    before = {cell: row.approved for cell, row in balances.items()}
    for entry, line in zip(entries, lines, strict=True):
        was = before.get(line.cell, 0)
        before[line.cell] = was + entry.change
        units.link(document=document, unit=entry.unit, by=by)
        audit.record(
            "quotaentry.post",
            target=entry,
            by=by,
            before={"quota_type": line.quota_type.label, "approved": was},
            after={
                "quota_type": line.quota_type.label,
                "approved": was + entry.change,
                "change": entry.change,
                "on": on.isoformat(),
                "document": document.number,
            },
            note=entry.reason,
        )
    return entries


def _check_lines(lines: Sequence[Line], on: dt.date) -> None:
    if on > timezone.localdate():
        raise EntryInFuture(on)
    for line in lines:
        wrong = (line.kind in RISING and line.change < 0) or (
            line.kind in FALLING and line.change > 0
        )
        if line.change == 0 or wrong:
            raise WrongSign(line.kind, line.change)
        if line.change > 0:
            if not rules.may_hold_quota(line.unit):
                raise UnitHoldsNoQuota(line.unit)
            if not rules.is_legal(line.quota_type, line.unit):
                raise IllegalQuotaType(line.unit, line.quota_type)


def _check_room(
    lines: Sequence[Line],
    balances: dict[Cell, Balance],
    *,
    document: ApprovalDocument,
    on: dt.date,
    by: Any,
    allow_over: str | None,
) -> None:
    """Refuse cuts below the people who hold the places, or enter the room they need."""
    for cell, group in by_cell(lines).items():
        change = sum(line.change for line in group)
        if change >= 0:
            continue
        row = balances.get(cell) or Balance(approved=0, actual=0, reserved=0, over_allowed=0)
        line = group[0]
        if row.approved + change < 0:
            raise BelowZero(line.unit, line.quota_type, on=on, places=row.approved + change)
        need = row.actual + row.reserved - row.approved - change - row.over_allowed
        if need <= 0:
            continue
        if allow_over is None:
            raise NotEnoughPlaces(
                line.unit,
                line.quota_type,
                approved=row.approved,
                actual=row.actual,
                reserved=row.reserved,
                over_allowed=row.over_allowed,
                asked=-change,
            )
        allow_overage(
            unit=line.unit,
            quota_type=line.quota_type,
            places=need,
            kind=allow_over,
            document=document if allow_over == OverageKind.DOCUMENT else None,
            reason=line.reason,
            on=on,
            by=by,
        )


def _check_past(line: Line, *, on: dt.date, together: int) -> None:
    """Refuse a back-dated cut that would leave fewer than no places on some day since."""
    if together >= 0:
        return
    entries = QuotaEntry.objects.filter(unit=line.unit, quota_type=line.quota_type)
    least, least_on = lowest_since(entries, on)
    if least + together < 0:
        raise BelowZero(line.unit, line.quota_type, on=least_on, places=least + together)


@write
def allow_overage(
    *,
    unit: Unit,
    quota_type: CodeValue,
    places: int,
    kind: str,
    document: ApprovalDocument | None,
    reason: str,
    on: dt.date,
    by: Any,
) -> OverageEntry:
    """Give room above the approved places: 历史遗留 or by document. It goes as people leave (Q-04).

    Raises DocumentMissing (kind DOCUMENT without one), EntryInFuture, WrongSign (places < 1).
    """
    if kind == OverageKind.DOCUMENT and document is None:
        raise DocumentMissing
    if places < 1 or kind == OverageKind.RATCHET:
        raise WrongSign(EntryKind.GRANT, places)
    if on > timezone.localdate():
        raise EntryInFuture(on)
    entry = OverageEntry.objects.create(
        unit=unit,
        quota_type=quota_type,
        places=places,
        kind=kind,
        on=on,
        document=document,
        reason=reason,
    )
    if document is not None:
        units.link(document=document, unit=unit, by=by)
    audit.record(
        "overage.allow",
        target=entry,
        by=by,
        after={"quota_type": quota_type.label, "places": places, "kind": kind},
        note=reason,
        scope=unit.path,
    )
    return entry


@write
def reserve(
    *,
    unit: Unit,
    quota_type: CodeValue,
    places: int,
    purpose: str,
    by: Any,
    expires_on: dt.date | None = None,
) -> Reservation:
    """Hold places for an entry under way (在途). Raises QuotaFull."""
    row = lock_balances([(unit, quota_type)]).get((unit.pk, quota_type.pk))
    room = row.approved + row.over_allowed - row.actual - row.reserved if row else 0
    if room < places:
        raise QuotaFull(
            unit,
            quota_type,
            approved=row.approved if row else 0,
            actual=row.actual if row else 0,
            reserved=row.reserved if row else 0,
            over_allowed=row.over_allowed if row else 0,
            asked=places,
        )
    return Reservation.objects.create(
        unit=unit, quota_type=quota_type, places=places, purpose=purpose, expires_on=expires_on
    )


@write
def release(*, reservation: Reservation, by: Any) -> None:
    """Give the held places back; nothing when it was released before."""
    Reservation.objects.filter(pk=reservation.pk, released_at__isnull=True).update(
        released_at=timezone.now()
    )


@write
def split(
    *, reservation: Reservation, purposes: Sequence[str], by: Any, expires_on: dt.date | None = None
) -> list[Reservation]:
    """Turn places held together into as many held one by one; what is left over is given back.

    purposes   one for each single place; no more than the reservation holds
    Raises QuotaFull when the reservation was released before or holds fewer.
    """
    cell = (reservation.unit_id, reservation.quota_type_id)
    row = lock_balances([cell]).get(cell)
    held = Reservation.objects.filter(pk=reservation.pk, released_at__isnull=True).first()
    if held is None or held.places < len(purposes):
        raise QuotaFull(
            reservation.unit,
            reservation.quota_type,
            approved=row.approved if row else 0,
            actual=row.actual if row else 0,
            reserved=row.reserved if row else 0,
            over_allowed=row.over_allowed if row else 0,
            asked=len(purposes),
        )
    release(reservation=held, by=by)
    return Reservation.objects.bulk_create(
        Reservation(
            unit_id=held.unit_id,
            quota_type_id=held.quota_type_id,
            places=1,
            purpose=purpose,
            expires_on=expires_on,
        )
        for purpose in purposes
    )
