"""Yes/no questions about documents. Source: docs/rules.md D-04."""

from __future__ import annotations

from typing import Any

from apps.core.scope import covers

from .models import ApprovalDocument

#: Who keeps the register keeps its documents.
REGISTER = "maintain"


def may_register(user: Any) -> bool:
    return bool(user.may_anywhere(REGISTER))


def may_change(user: Any, document: ApprovalDocument) -> bool:
    """Say whether `user` keeps the office that registered the document."""
    return covers(user.subtrees(REGISTER), document.scope)
