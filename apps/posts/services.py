"""Every write of the ledger of leadership posts (职数台账)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.quotas.models import Bucket
from apps.quotas.rules import may_hold_quota
from apps.quotas.running import by_cell, lowest_since
from apps.units import services as units
from apps.units.models import Unit

from . import rules
from .errors import (
    BelowZero,
    DocumentMissing,
    EntryInFuture,
    NothingChanges,
    UncountedKind,
    UnitHoldsNoPosts,
)
from .models import LeadershipEntry, PostBalance, PostBucket

Cell = tuple[int, str]  # (unit id, post kind key)


@dataclass(frozen=True)
class Line:
    """One movement of a document: `change` posts of one kind in one unit."""

    unit: Unit
    post_kind: CodeValue
    change: int
    post_level: CodeValue | None = None
    reason: str = ""
    note: str = ""

    @property
    def cell(self) -> Cell:
        return self.unit.pk, self.post_kind.pk


def lock_post_balances(cells: Iterable[tuple[Any, Any]]) -> dict[Cell, PostBalance]:
    """Lock the post balances of `cells`, in the order of the triggers.

    cells   (unit, post kind) pairs; objects or their keys. Take quota balances before these.
    """
    condition = Q(pk__in=[])
    for unit, kind in cells:
        condition |= Q(unit_id=getattr(unit, "pk", unit), post_kind_id=getattr(kind, "pk", kind))
    rows = list(
        PostBalance.objects.filter(condition)
        .order_by("unit_id", "post_kind_id")
        .select_for_update(no_key=True)
    )
    paths = {row.scope[: Bucket.DEPTH * Unit.steplen] for row in rows}
    kinds = {row.post_kind_id for row in rows}
    list(
        PostBucket.objects.filter(path__in=paths, post_kind_id__in=kinds)
        .order_by("path", "post_kind_id")
        .select_for_update(no_key=True)
    )
    return {(row.unit_id, row.post_kind_id): row for row in rows}


@write
def post_entry(
    *,
    unit: Unit,
    post_kind: CodeValue,
    change: int,
    on: dt.date,
    document: ApprovalDocument,
    reason: str,
    by: Any,
    post_level: CodeValue | None = None,
    note: str = "",
) -> LeadershipEntry:
    """Enter one line. See post_entries for what may be refused."""
    line = Line(unit, post_kind, change, post_level, reason, note)
    return post_entries(lines=[line], on=on, document=document, by=by)[0]


@write
def post_entries(
    *, lines: Sequence[Line], on: dt.date, document: ApprovalDocument | None, by: Any
) -> list[LeadershipEntry]:
    """Enter the lines of one document, all or none.

    Fewer posts than there are holders is let through: 超配 is a finding, not a refusal (L-01).
    Raises DocumentMissing, EntryInFuture, NothingChanges, UncountedKind, UnitHoldsNoPosts,
    BelowZero. Source: docs/rules.md L-01 to L-03.
    """
    if document is None:
        raise DocumentMissing
    if on > timezone.localdate():
        raise EntryInFuture(on)
    for line in lines:
        if line.change == 0:
            raise NothingChanges
        if line.change > 0 and not rules.counts(line.post_kind):
            raise UncountedKind(line.post_kind)
        if line.change > 0 and not may_hold_quota(line.unit):
            raise UnitHoldsNoPosts(line.unit)
    balances = lock_post_balances(line.cell for line in lines)
    due = {cell: row.due for cell, row in balances.items()}
    for group in by_cell(lines).values():
        _check_ledger(group[0], on=on, together=sum(line.change for line in group))
    entries = LeadershipEntry.objects.bulk_create(
        LeadershipEntry(
            unit=line.unit,
            post_kind=line.post_kind,
            post_level=line.post_level,
            change=line.change,
            on=on,
            document=document,
            reason=line.reason or ("核增" if line.change > 0 else "核减"),
            note=line.note,
            scope=line.unit.path,
        )
        for line in lines
    )
    for entry, line in zip(entries, lines, strict=True):
        was = due.get(line.cell, 0)
        due[line.cell] = was + entry.change
        units.link(document=document, unit=entry.unit, by=by)
        audit.record(
            "leadershipentry.post",
            target=entry,
            by=by,
            before={"post_kind": line.post_kind.label, "due": was},
            after={
                "post_kind": line.post_kind.label,
                "due": was + entry.change,
                "change": entry.change,
                "on": on.isoformat(),
                "document": document.number,
            },
            note=entry.reason,
        )
    return entries


def _check_ledger(line: Line, *, on: dt.date, together: int) -> None:
    """Refuse a cut that would leave fewer than no posts on its day or since."""
    if together >= 0:
        return
    entries = LeadershipEntry.objects.filter(unit=line.unit, post_kind=line.post_kind)
    least, least_on = lowest_since(entries, on)
    if least + together < 0:
        raise BelowZero(line.unit, line.post_kind, on=least_on, posts=least + together)
