"""Red checks, and letting them through."""

from __future__ import annotations

from typing import Any

from .base import ApprovalRefused


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
