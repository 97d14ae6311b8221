"""Making a move: who was faster, who may not, what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import ApprovalRefused

if TYPE_CHECKING:
    from ..models import Application, Line, Step


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


class LineFails(ApprovalRefused):
    """One line's effect was refused. refusal: what the register said."""

    def __init__(self, line: Line, refusal: Exception) -> None:
        super().__init__(line.pk)
        self.line = line
        self.refusal = refusal


class NothingGranted(ApprovalRefused):
    """Every line was refused: that is 不予通过, not 通过."""


class GrantedBeyond(ApprovalRefused):
    """More heads granted than were asked for, or fewer than none."""

    field = "granted"

    def __init__(self, line: Line) -> None:
        super().__init__(line.pk)
        self.line = line
