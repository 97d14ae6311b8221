"""Where a user may act: the guardian grants of this app, read for accounts.scopes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from apps.core.scope import above

from .models import UnitUserPermission


def anyone_holds(permission: str, path: str) -> bool:
    """Say whether an active account holds a permission on the unit at `path`. One query."""
    return _held(permission, above(path)).exists()


def nearest(permission: str, path: str) -> str:
    """Return the root of the nearest subtree over `path` on which an active account holds a
    permission; "": nowhere. One query."""
    rows = _held(permission, above(path))
    return max(rows.values_list("content_object__path", flat=True), key=len, default="")


def _held(permission: str, paths: Iterable[str]) -> QuerySet[UnitUserPermission]:
    """Return the grants of a permission that active accounts hold on the units at `paths`."""
    return UnitUserPermission.objects.filter(
        permission__codename=permission, content_object__path__in=paths, user__is_active=True
    )


def offices_over(paths: Sequence[str]) -> list[str]:
    """Return the root of the nearest subtree some office examines over each path. One query."""
    rows = _held("examine", {one for path in paths for one in above(path)})
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
