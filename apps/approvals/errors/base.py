"""What every refusal of the engine is."""

from __future__ import annotations


class ApprovalRefused(Exception):
    """Base of the refusals; nothing was written."""


class LetThrough(ApprovalRefused):
    """A guard that a named right may let through, with a reason and a document (AP-07)."""
