"""What the code tables and the calendar may refuse."""

from __future__ import annotations

import datetime as dt


class DictionaryRefused(Exception):
    """Base of all refusals here."""


class ValueTaken(DictionaryRefused):
    """The table has this value, perhaps ended: a value is never given a second meaning."""

    def __init__(self, value: str, label: str) -> None:
        super().__init__(value)
        self.value = value
        self.label = label


class BeatenByColleague(DictionaryRefused):
    """Somebody else has changed the row in the meantime."""


class RuleBroken(DictionaryRefused):
    """Counting anew would break a rule that the database keeps. rule: the constraint's name."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class DayTaken(DictionaryRefused):
    """The day is in the calendar already."""

    def __init__(self, day: dt.date, label: str) -> None:
        super().__init__(day)
        self.day = day
        self.label = label
