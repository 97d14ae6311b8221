"""What the services of this app may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Occupancy, Person, PostHolding


class StaffRefused(Exception):
    """Base of the refusals; nothing was written."""


class IdentityRefused(StaffRefused):
    """The identity number does not hold. reason: Chinese, what would be right, no number."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ContradictsNumber(StaffRefused):
    """Sex or month of birth is not what the identity number says.

    field   "sex" or "birth_month"
    right   value of the code table sex ("1"), or the first day of the month
    """

    def __init__(self, field: str, right: Any) -> None:
        super().__init__(field)
        self.field = field
        self.right = right


class TooYoung(StaffRefused):
    """The person had not completed `least` years on the day of entry."""

    def __init__(self, age: int, least: int) -> None:
        super().__init__(age)
        self.age = age
        self.least = least


class AlreadyRegistered(StaffRefused):
    """The identity number belongs to a person of the register."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.pk)
        self.person = person


class AlreadyInQuota(StaffRefused):
    """The person holds a place already. spell: the open Occupancy."""

    def __init__(self, spell: Occupancy) -> None:
        super().__init__(spell.pk)
        self.spell = spell


class OverlappingSpell(StaffRefused):
    """The days asked for meet another counting spell of the person."""

    def __init__(self, other: Occupancy) -> None:
        super().__init__(other.pk)
        self.other = other


class SpellClosed(StaffRefused):
    """The spell has ended since the page was opened."""


class PostingClosed(StaffRefused):
    """The posting has ended since the page was opened."""


class PostingOpen(StaffRefused):
    """The person holds this kind of post in this unit already."""

    def __init__(self, posting: PostHolding) -> None:
        super().__init__(posting.pk)
        self.posting = posting


class InFuture(StaffRefused):
    """A fact is dated after today. field: name of the date."""

    def __init__(self, field: str, day: dt.date) -> None:
        super().__init__(day)
        self.field = field
        self.day = day


class EntryInFuture(InFuture):
    pass


class ExitInFuture(InFuture):
    pass


class ExitBeforeEntry(StaffRefused):
    """The last day lies before the first. field: name of the date that is asked for."""

    def __init__(self, field: str, starts_on: dt.date, ends_on: dt.date) -> None:
        super().__init__(ends_on)
        self.field = field
        self.starts_on = starts_on
        self.ends_on = ends_on


class UnitHoldsNoPeople(StaffRefused):
    """The unit is abolished or a grouping: it has no quota."""

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class SameUnit(StaffRefused):
    """A transfer names the unit the person is in."""

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class SameQuotaType(StaffRefused):
    """A change of type names the type the person has."""

    def __init__(self, quota_type: Any) -> None:
        super().__init__(quota_type.pk)
        self.quota_type = quota_type


class ChangedMeanwhile(StaffRefused):
    """A colleague changed the row after the page was opened.

    by, at    who and when
    changes   {label, before, after} of what differs now
    version   of the row as it is now
    row       as it is now; base: its history row as the page showed it, None when unknown
    """

    def __init__(
        self,
        by: str,
        at: dt.datetime,
        changes: list[dict[str, Any]],
        version: int,
        row: Any = None,
        base: Any = None,
    ) -> None:
        super().__init__(by)
        self.row = row
        self.base = base
        self.by = by
        self.at = at
        self.changes = changes
        self.version = version


class PurposeMissing(StaffRefused):
    """A number is shown for a purpose only."""


class RevealLimit(StaffRefused):
    """The user has looked at `limit` numbers today."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NotInQuota(StaffRefused):
    """The person holds no place any more."""


class NoEstimate(StaffRefused):
    """Nothing is estimated of a person whose sex is not known."""


class RetirementInPast(StaffRefused):
    """The chosen month lies before this one."""

    field = "month"

    def __init__(self, month: dt.date) -> None:
        super().__init__(month)
        self.month = month


class RetirementOutOfBounds(StaffRefused):
    """Flexible retirement is bounded: first and last are the months that may be chosen."""

    field = "month"

    def __init__(self, month: dt.date, first: dt.date, last: dt.date) -> None:
        super().__init__(month)
        self.month = month
        self.first = first
        self.last = last


class StatutoryMonth(StaffRefused):
    """The chosen month is the statutory one: there is nothing to choose."""

    field = "month"

    def __init__(self, month: dt.date) -> None:
        super().__init__(month)
        self.month = month


class ChoiceWithdrawn(StaffRefused):
    """A colleague has withdrawn the choice since the page was opened."""


class KeyFieldLocked(StaffRefused):
    """A unit's clerk may not change these. labels: their words."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(labels)
        self.labels = labels


class HappenedInFuture(InFuture):
    pass


class HappenedTooLongAgo(StaffRefused):
    """The calendar does not reach back so far. sentence: Chinese, whole."""

    field = "happened_on"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class CorrectionUndone(StaffRefused):
    """A colleague has set this correction back already."""


class ChangedSince(StaffRefused):
    """Fields of a correction were changed again afterwards. labels: their words."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(labels)
        self.labels = labels
