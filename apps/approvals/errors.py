"""What the engine may refuse, each with its facts. Sentences: refusals.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Application, Line, Slot, Step


class ApprovalRefused(Exception):
    """Base of the refusals; nothing was written."""


class Stale(ApprovalRefused):
    """Somebody was faster. step: the newest entry of the trail."""

    def __init__(self, application: Application, step: Step | None) -> None:
        super().__init__(application.pk)
        self.application = application
        self.step = step


class MoveRefused(ApprovalRefused):
    """The case is not where this move begins. step: the newest entry of the trail."""

    def __init__(self, application: Application, move: str, step: Step | None = None) -> None:
        super().__init__(application.pk, move)
        self.application = application
        self.move = move
        self.step = step


class OwnApplication(ApprovalRefused):
    """Nobody decides what they filed themselves (AP-03)."""


class OpinionMissing(ApprovalRefused):
    field = "opinion"

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NoSuchHandler(ApprovalRefused):
    """转办 to somebody who may not decide at this step."""

    field = "to"

    def __init__(self, user: Any) -> None:
        super().__init__(str(user))
        self.user = user


class PersonHasOpenApplication(ApprovalRefused):
    """One open application for one person (AP-05). other: the one there is."""

    def __init__(self, other: Application | None) -> None:
        super().__init__(other.pk if other is not None else None)
        self.other = other


class PersonTwice(ApprovalRefused):
    """The same person stands in another line of this application already. line: that one."""

    field = "id_no"

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line


class OtherUnit(ApprovalRefused):
    """One application is filed for one unit (and about one other unit). unit: which."""

    field = "unit"

    def __init__(self, unit: Any) -> None:
        super().__init__(unit.pk)
        self.unit = unit


class LineChanged(ApprovalRefused):
    """A colleague wrote this line meanwhile. line: as it is now."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line


class OneLineOnly(ApprovalRefused):
    """This kind of application has one line."""


class TooManyFiles(ApprovalRefused):
    """One material takes a limited number of files."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class MaterialMissing(ApprovalRefused):
    """labels: materials the list demands that are not attached."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(*labels)
        self.labels = labels


class NothingAsked(ApprovalRefused):
    """An application without a line."""


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


class RedCheck(ApprovalRefused):
    """A red contradiction would appear; found: checks.asking.Found, red ones only (AP-07)."""

    def __init__(self, found: list[Any]) -> None:
        super().__init__(*(one.rule.number for one in found))
        self.found = found


class OverrideIncomplete(ApprovalRefused):
    """An override needs a reason and a document."""

    field = "document"


class NothingToOverride(ApprovalRefused):
    """No check is red."""


class LineFails(ApprovalRefused):
    """One line's effect was refused. refusal: what the register said."""

    def __init__(self, line: Line, refusal: Exception) -> None:
        super().__init__(line.pk)
        self.line = line
        self.refusal = refusal


class NotAPartner(ApprovalRefused):
    """The user confirms for no partner whose turn it is."""


class NothingGranted(ApprovalRefused):
    """Every line was refused: that is 不予通过, not 通过."""
