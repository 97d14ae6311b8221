"""What the quota services may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

import datetime as dt
from typing import Any


class QuotaRefused(Exception):
    """Base of all refusals of this app; nothing was written."""


class NoRoom(QuotaRefused):
    """The places of one type in one unit do not allow it. Whole places, as they stood."""

    def __init__(
        self,
        unit: Any,
        quota_type: Any,
        *,
        approved: int,
        actual: int,
        reserved: int = 0,
        over_allowed: int = 0,
        asked: int = 1,
    ) -> None:
        super().__init__(str(unit), str(quota_type), approved, actual, reserved, asked)
        self.unit = unit
        self.quota_type = quota_type
        self.approved = approved
        self.actual = actual
        self.reserved = reserved
        self.over_allowed = over_allowed
        self.asked = asked

    @property
    def usable(self) -> int:
        """Places that could still be taken; never below zero."""
        return max(0, self.approved + self.over_allowed - self.actual - self.reserved)

    @property
    def missing(self) -> int:
        """Places that are lacking for what was asked."""
        room = self.approved + self.over_allowed - self.actual - self.reserved
        return self.asked - room


class QuotaFull(NoRoom):
    """More people or reservations than there are usable places."""


class NotEnoughPlaces(NoRoom):
    """A cut below the people who hold the places. `asked` is the size of the cut."""


class QuotasFull(QuotaRefused):
    """Several cells lack room, as an import may find at its end: `cells` is a list of NoRoom."""

    def __init__(self, cells: list[NoRoom]) -> None:
        super().__init__(*cells)
        self.cells = cells


class BelowZero(QuotaRefused):
    """The ledger would show fewer than no places on a day."""

    def __init__(self, unit: Any, quota_type: Any, *, on: dt.date | None, places: int) -> None:
        super().__init__(str(unit), str(quota_type), on, places)
        self.unit = unit
        self.quota_type = quota_type
        self.on = on
        self.places = places


class IllegalQuotaType(QuotaRefused):
    """The nature of the unit does not allow this quota type (docs/rules.md Q-12)."""

    def __init__(self, unit: Any, quota_type: Any) -> None:
        super().__init__(str(unit), str(quota_type))
        self.unit = unit
        self.quota_type = quota_type


class UnitHoldsNoQuota(QuotaRefused):
    """A grouping node, or a unit that was abolished, gets no places."""

    def __init__(self, unit: Any) -> None:
        super().__init__(str(unit))
        self.unit = unit


class DocumentMissing(QuotaRefused):
    """A figure without a document cannot be entered."""


class EntryInFuture(QuotaRefused):
    def __init__(self, on: dt.date) -> None:
        super().__init__(on)
        self.on = on


class WrongSign(QuotaRefused):
    """核增 that takes places away, 核减 that adds them, or a line that changes nothing."""

    def __init__(self, kind: Any, change: int) -> None:
        super().__init__(kind, change)
        self.kind = kind
        self.change = change
