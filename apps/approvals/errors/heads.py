"""Notices of use and their heads (用编序号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import ApprovalRefused

if TYPE_CHECKING:
    import datetime as dt

    from ..models import Application, Line, Notice, Slot


class SlotGone(ApprovalRefused):
    """The approved head is used, returned, expired or revoked, or another application holds it."""

    field = "slot"

    def __init__(self, slot: Slot, other: Line | None = None) -> None:
        super().__init__(slot.pk)
        self.slot = slot
        self.other = other


class SlotMissing(ApprovalRefused):
    """Entries use an approved head unless their way of entering is exempt (EN-02)."""

    field = "slot"


class SlotElsewhere(ApprovalRefused):
    """The approved head is another unit's or another quota type's."""

    field = "slot"

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.pk)
        self.slot = slot


class ValidityPast(ApprovalRefused):
    field = "until"

    def __init__(self, until: dt.date) -> None:
        super().__init__(until)
        self.until = until


class NothingChosen(ApprovalRefused):
    """No head of the notice was ticked."""

    field = "slots"


class NothingFree(ApprovalRefused):
    """No head of the notice is free any more."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.pk)
        self.notice = notice


class SlotBusy(ApprovalRefused):
    """The head is in an open application (NT-08)."""

    field = "slots"

    def __init__(self, slot: Slot, application: Application) -> None:
        super().__init__(slot.pk, application.pk)
        self.slot = slot
        self.application = application
