"""Yes/no questions about documents. Source: docs/rules.md D-04."""

from __future__ import annotations

from typing import Any

from apps.core.scope import covers, roots

from .models import ApprovalDocument

#: Who keeps the register keeps its documents.
REGISTER = "maintain"
#: Who may enter a document: the office, and a unit's clerk the papers its applications cite.
ENTERS = (REGISTER, "file_for")


def may_register(user: Any) -> bool:
    return any(user.may_anywhere(permission) for permission in ENTERS)


def registering(user: Any) -> list[str]:
    """Return the subtrees a user may register documents for."""
    return roots(path for permission in ENTERS for path in user.subtrees(permission))


def may_change(user: Any, document: ApprovalDocument) -> bool:
    """Say whether `user` keeps the office that registered the document."""
    return covers(user.subtrees(REGISTER), document.scope)
