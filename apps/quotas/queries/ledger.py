"""单位编制台账: the movements of one unit with the running 控编数 (domain.md §6.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.core.models import CodeValue
from apps.units.models import Unit

from ..models import QuotaEntry
from ..running import RunningGroup, RunningLine


@dataclass(frozen=True)
class LedgerLine(RunningLine):
    """One movement and the places after it."""

    @property
    def note(self) -> str:
        due = self.entry.revolve_due_on
        lent = f"周转至 {due:%Y-%m-%d}" if due else ""
        return "；".join(filter(None, (self.entry.note, lent)))


@dataclass
class LedgerGroup(RunningGroup):
    """The lines of one type × funding × level, as the office rules its ledger."""

    quota_type: CodeValue
    funding: CodeValue | None
    source_level: str

    @property
    def title(self) -> str:
        parts = [self.quota_type.label]
        if self.funding is not None:
            parts.append(self.funding.label)
        if self.source_level:
            parts.append(self.source_level)
        return " · ".join(parts)

    @property
    def anchor(self) -> str:
        """The id that a link to this type's lines jumps to."""
        return f"t{self.quota_type.value}"


def ledger(unit: Unit, on: dt.date | None = None) -> list[LedgerGroup]:
    """Return the ledger of one unit up to a day, grouped, each group oldest first. One query."""
    entries = (
        QuotaEntry.objects.filter(unit=unit)
        .select_related("document", "quota_type", "funding")
        .order_by(
            "quota_type__sort", "quota_type__value", "funding__sort", "source_level", "on", "pk"
        )
    )
    if on is not None:
        entries = entries.filter(on__lte=on)
    groups: list[LedgerGroup] = []
    key: tuple[str, str | None, str] | None = None
    for entry in entries:
        this = (entry.quota_type_id, entry.funding_id, entry.source_level)
        if this != key:
            groups.append(LedgerGroup(entry.quota_type, entry.funding, entry.source_level))
            key = this
        group = groups[-1]
        group.lines.append(LedgerLine(entry, group.balance + entry.change))
    return groups


def first_day() -> dt.date | None:
    """Return the day of the oldest entry of the register; None while there is none."""
    first = QuotaEntry.objects.order_by("on", "pk").values_list("on", flat=True).first()
    return first


def documents_behind(groups: list[LedgerGroup]) -> dict[str, list[QuotaEntry]]:
    """Return the movements behind each type's 核定数, newest first: {type key: entries}."""
    found: dict[str, list[QuotaEntry]] = {}
    for group in groups:
        found.setdefault(group.quota_type.pk, []).extend(line.entry for line in group.lines)
    for entries in found.values():
        entries.sort(key=lambda entry: (entry.on, entry.pk), reverse=True)
    return found
