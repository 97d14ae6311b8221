"""Where a user may act: the guardian grants of this app, read for accounts.scopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .models import Unit, UnitUserPermission


def anyone_holds(permission: str, path: str) -> bool:
    """Say whether an active account holds a permission on the unit at `path`. One query."""
    above = [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]
    return UnitUserPermission.objects.filter(
        permission__codename=permission, content_object__path__in=above, user__is_active=True
    ).exists()


def nearest(permission: str, path: str) -> str:
    """Return the root of the nearest subtree over `path` on which an active account holds a
    permission; "": nowhere. One query."""
    above = [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]
    rows = UnitUserPermission.objects.filter(
        permission__codename=permission, content_object__path__in=above, user__is_active=True
    )
    return max(rows.values_list("content_object__path", flat=True), key=len, default="")


def offices_over(paths: Sequence[str]) -> list[str]:
    """Return the root of the nearest subtree some office examines over each path. One query."""
    steps = range(Unit.steplen, max(map(len, paths), default=0) + 1, Unit.steplen)
    above = {path[:end] for path in paths for end in steps}
    rows = UnitUserPermission.objects.filter(
        permission__codename="examine", content_object__path__in=above, user__is_active=True
    )
    found = set(rows.values_list("content_object__path", flat=True))
    nearest = {max((f for f in found if p.startswith(f)), key=len, default="") for p in paths}
    return sorted(nearest - {""})


def of(user: Any) -> dict[str, list[str]]:
    """Return {permission: [tree paths of the subtree roots]} of `user`. One query."""
    found: dict[str, list[str]] = {}
    rows = UnitUserPermission.objects.filter(user_id=user.pk).values_list(
        "permission__codename", "content_object__path"
    )
    for codename, path in rows:
        found.setdefault(codename, []).append(path)
    return found
