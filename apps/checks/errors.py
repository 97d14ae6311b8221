"""What a move on a finding, or a setting, may refuse."""

from __future__ import annotations

import datetime as dt


class MoveRefused(Exception):
    """The finding is not in a state this move starts from. state: the one it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class HandledMeanwhile(Exception):
    """Somebody moved it since the page was shown. by: who, in words; move: what, in words."""

    def __init__(self, by: str, move: str) -> None:
        super().__init__(by)
        self.by = by
        self.move = move


class FindingGone(Exception):
    """The check no longer finds it: there is nothing to handle."""


class OpinionMissing(Exception):
    """This move needs a reason."""


class DayUnfit(Exception):
    """A mute ends in the past, or later than a year ahead. latest: the last possible day."""

    def __init__(self, latest: dt.date) -> None:
        super().__init__(latest)
        self.latest = latest


class ValueUnfit(Exception):
    """A threshold outside its limits. name: which; sentence: what would be right."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


class ReasonMissing(Exception):
    """A setting without its reason."""
