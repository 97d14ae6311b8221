"""Where a user may act: the guardian grants of this app, read for accounts.scopes."""

from __future__ import annotations

from typing import Any

from .models import UnitUserPermission


def of(user: Any) -> dict[str, list[str]]:
    """Return {permission: [tree paths of the subtree roots]} of `user`. One query."""
    found: dict[str, list[str]] = {}
    rows = UnitUserPermission.objects.filter(user_id=user.pk).values_list(
        "permission__codename", "content_object__path"
    )
    for codename, path in rows:
        found.setdefault(codename, []).append(path)
    return found
