"""What the ledgers of places and of posts have in common: dated movements and what stands after.

An entry of either ledger has `on`, `change` (never 0), `document`, `reason` and `note`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import QuerySet, Sum

from apps.documents.models import ApprovalDocument


@dataclass(frozen=True)
class RunningLine:
    """One movement and the balance after it."""

    entry: Any
    balance: int

    @property
    def on(self) -> dt.date:
        return self.entry.on

    @property
    def reason(self) -> str:
        return self.entry.reason

    @property
    def document(self) -> ApprovalDocument:
        return self.entry.document

    @property
    def added(self) -> int | None:
        return self.entry.change if self.entry.change > 0 else None

    @property
    def cut(self) -> int | None:
        return -self.entry.change if self.entry.change < 0 else None


@dataclass
class RunningGroup:
    """The lines of one heading of a ledger, oldest first."""

    lines: list[Any] = field(default_factory=list, kw_only=True)

    @property
    def added(self) -> int:
        return sum(line.added or 0 for line in self.lines)

    @property
    def cut(self) -> int:
        return sum(line.cut or 0 for line in self.lines)

    @property
    def balance(self) -> int:
        return self.lines[-1].balance if self.lines else 0


def lowest_since(entries: QuerySet, on: dt.date) -> tuple[int, dt.date]:
    """Return the least that the entries of one cell come to on `on` or later, and its first day."""
    days = entries.order_by("on").values_list("on").annotate(change=Sum("change"))
    standing = sum(change for day, change in days if day <= on)
    least, least_on = standing, on
    for day, change in days:
        if day > on:
            standing += change
            if standing < least:
                least, least_on = standing, day
    return least, least_on


Line = TypeVar("Line", bound=Any)


def by_cell(lines: Iterable[Line]) -> dict[tuple[int, str], list[Line]]:
    """Return the lines of each cell (unit id, type or kind key), cells as they are first named."""
    grouped: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.cell, []).append(line)
    return grouped
