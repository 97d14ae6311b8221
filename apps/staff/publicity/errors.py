"""What the services of notices may refuse. Sentences: refusals.py."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..errors import StaffRefused


class PublicityRefused(StaffRefused):
    """Base of the refusals; nothing was written."""


class ClassifiedUnit(PublicityRefused):
    """A classified unit hangs out nothing."""

    field = "unit"

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class NobodyToShow(PublicityRefused):
    """There is nobody of whom the notice would tell."""

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class AlreadyHanging(PublicityRefused):
    """A notice of this kind is not closed yet. publicity: that one."""

    def __init__(self, publicity: Any) -> None:
        super().__init__(publicity.pk)
        self.publicity = publicity


class StartsInPast(PublicityRefused):
    """What hangs from a past day on cannot be what is taken today."""

    field = "starts_on"


class DaysUnheard(PublicityRefused):
    """The calendar does not reach so far. sentence: Chinese, whole."""

    field = "starts_on"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class PublicityClosed(PublicityRefused):
    """The notice has been closed."""

    def __init__(self, on: dt.date) -> None:
        super().__init__(on)
        self.on = on


class StillHanging(PublicityRefused):
    """The last day of the notice is not over."""

    def __init__(self, ends_on: dt.date) -> None:
        super().__init__(ends_on)
        self.ends_on = ends_on


class EvidenceMissing(PublicityRefused):
    """Nothing proves that the notice hung."""


class EvidenceUnfit(PublicityRefused):
    """The file is neither a photograph nor a scan."""


class ObjectionsOpen(PublicityRefused):
    """Objections without a result. number: how many."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class ObjectionOutsideDays(PublicityRefused):
    """Raised before the notice began, or after today."""

    field = "raised_on"

    def __init__(self, starts_on: dt.date) -> None:
        super().__init__(starts_on)
        self.starts_on = starts_on


class NotInNotice(PublicityRefused):
    """The person objected to does not stand in the notice."""

    field = "person"


class ObjectionHandled(PublicityRefused):
    """A colleague has handled the objection. by: who, as written down."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class HandledBeforeRaised(PublicityRefused):
    """The day of the result lies before the objection, or after today."""

    field = "handled_on"

    def __init__(self, raised_on: dt.date) -> None:
        super().__init__(raised_on)
        self.raised_on = raised_on
