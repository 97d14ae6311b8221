"""Settings of kinds and Word templates of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import ApprovalRefused

if TYPE_CHECKING:
    from ..models import KindVersion


class SettingUnfit(ApprovalRefused):
    """Settings that leave a case without a sound way. field: of the form, "" for the whole."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(field, text)
        self.field = field
        self.text = text


class SettingChanged(ApprovalRefused):
    """Somebody made another version meanwhile. version: the newest one."""

    def __init__(self, version: KindVersion) -> None:
        super().__init__(version.pk)
        self.version = version


class SettingSame(ApprovalRefused):
    """The form says what holds already."""


class UnknownPlaceholders(ApprovalRefused):
    """A Word template with names its paper does not have."""

    field = "file"

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


class SameTemplate(ApprovalRefused):
    """A Word template that is the one in force."""

    field = "file"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
