"""Where a user may act: the guardian grants of this app, read for accounts.scopes."""

from __future__ import annotations

from typing import Any

from .models import Unit, UnitUserPermission


def anyone_holds(permission: str, path: str) -> bool:
    """Say whether an active account holds a permission on the unit at `path`. One query."""
    above = [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]
    return UnitUserPermission.objects.filter(
        permission__codename=permission, content_object__path__in=above, user__is_active=True
    ).exists()


def of(user: Any) -> dict[str, list[str]]:
    """Return {permission: [tree paths of the subtree roots]} of `user`. One query."""
    found: dict[str, list[str]] = {}
    rows = UnitUserPermission.objects.filter(user_id=user.pk).values_list(
        "permission__codename", "content_object__path"
    )
    for codename, path in rows:
        found.setdefault(codename, []).append(path)
    return found
