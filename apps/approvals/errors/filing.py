"""What an applicant filed: its people, lines and materials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import ApprovalRefused

if TYPE_CHECKING:
    from ..models import Application, Line


class PersonHasOpenApplication(ApprovalRefused):
    """One open application for one person (AP-05).

    other   the one there is; line: of this case, whose person it is
    """

    def __init__(self, other: Application | None, line: Line | None = None) -> None:
        super().__init__(other.pk if other is not None else None)
        self.other = other
        self.line = line


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


class DocumentNeeded(ApprovalRefused):
    field = "document"
