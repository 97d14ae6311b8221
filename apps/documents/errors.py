"""What the services of this app may refuse, each with its facts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import ApprovalDocument


class DocumentRefused(Exception):
    """Base of the refusals; nothing was written."""


class NumberUnreadable(DocumentRefused):
    """The text is no document number. reason: Chinese, what would be right."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NumberTaken(DocumentRefused):
    """The number is registered already. first: the ApprovalDocument that has it."""

    def __init__(self, number: str, first: ApprovalDocument) -> None:
        super().__init__(number)
        self.number = number
        self.first = first


class IssuedInFuture(DocumentRefused):
    def __init__(self, day: dt.date) -> None:
        super().__init__(day)
        self.day = day


class DocumentInUse(DocumentRefused):
    """The number of a document that facts rest on does not change. effects: how many rows."""

    def __init__(self, document: ApprovalDocument, links: int) -> None:
        super().__init__(document)
        self.document = document
        self.links = links


class ClassifiedKeepsNoFile(DocumentRefused):
    """A document above 内部 has no file here. mark: the word that gave it away, or ""."""

    def __init__(self, mark: str = "") -> None:
        super().__init__(mark)
        self.mark = mark


class FileUnknown(DocumentRefused):
    """The content is not of the kinds that are kept, or not what the name says.

    name     as uploaded
    content  kind found by its first bytes, or ""
    """

    def __init__(self, name: str, content: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.content = content


class FileTooLarge(DocumentRefused):
    """size and limit in bytes."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(size)
        self.size = size
        self.limit = limit


class FileEmpty(DocumentRefused):
    pass


class FileMissing(DocumentRefused):
    """The row names a file that is not in the store."""
