"""Over-staffed units with the reason: since when above their places, and by which documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.quotas import queries as quotas
from apps.quotas.choices import OverageKind
from apps.quotas.models import OverageEntry, QuotaEntry
from apps.quotas.queries import OverUnit
from apps.units.models import Unit


@dataclass(frozen=True)
class OverCell:
    """One quota type above its places.

    since, basis   day and words of the latest room given above the places; None and "" without
    document       the document that gave the room; None for 历史遗留
    latest         document of the latest movement of this type's places
    """

    quota_type: CodeValue
    approved: int
    actual: int
    since: dt.date | None = None
    basis: str = ""
    document: ApprovalDocument | None = None
    latest: ApprovalDocument | None = None

    @property
    def excess(self) -> int:
        return self.actual - self.approved


@dataclass
class OverLine:
    unit: Unit
    excess: int
    cells: list[OverCell] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"超编 {self.excess}"


def over_lines(
    paths: Iterable[str], limit: int | None = None, on: dt.date | None = None
) -> list[OverLine]:
    """Return the units with any type over, the greatest excess first. Four queries."""
    found = quotas.over_units(paths, limit, on)
    given, latest = _room(found, on), _ledger(found, on)
    lines = []
    for one in found:
        line = OverLine(one.unit, one.excess)
        for kind, approved, actual in one.types:
            room = given.get((one.unit.pk, kind.pk))
            entry = latest.get((one.unit.pk, kind.pk))
            line.cells.append(
                OverCell(
                    kind,
                    approved,
                    actual,
                    since=room.on if room else None,
                    basis=room.get_kind_display() if room else "",
                    document=room.document if room else None,
                    latest=entry.document if entry else None,
                )
            )
        lines.append(line)
    return lines


def _room(found: list[OverUnit], on: dt.date | None) -> dict[tuple[int, str], OverageEntry]:
    """Return the latest entry that gave room, by cell; what was taken back again is no reason."""
    entries = (
        OverageEntry.objects.filter(unit__in=[one.unit.pk for one in found])
        .exclude(kind=OverageKind.RATCHET)
        .select_related("document")
        .order_by("on", "pk")
    )
    if on is not None:
        entries = entries.filter(on__lte=on)
    return {(entry.unit_id, entry.quota_type_id): entry for entry in entries}


def _ledger(found: list[OverUnit], on: dt.date | None) -> dict[tuple[int, str], QuotaEntry]:
    entries = (
        QuotaEntry.objects.filter(unit__in=[one.unit.pk for one in found])
        .select_related("document")
        .order_by("unit_id", "quota_type_id", "-on", "-pk")
        .distinct("unit_id", "quota_type_id")
    )
    if on is not None:
        entries = entries.filter(on__lte=on)
    return {(entry.unit_id, entry.quota_type_id): entry for entry in entries}
