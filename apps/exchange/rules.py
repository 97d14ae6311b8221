"""Yes/no questions about batches."""

from __future__ import annotations

from typing import Any

from apps.core.imports import KINDS
from apps.core.scope import covers

from .models import ImportBatch


def may_withdraw(user: Any, batch: ImportBatch) -> bool:
    """Say whether `user` keeps all the batch has touched; what lies nowhere is its owner's."""
    kind = KINDS.get(batch.kind)
    if kind is None:
        return False
    if batch.reach is not None:
        return covers(user.subtrees(kind.permission), batch.reach.path)
    if getattr(user, "pk", None) is None:
        return True  # the system itself
    return batch.owner_id == user.pk and bool(user.may_anywhere(kind.permission))
