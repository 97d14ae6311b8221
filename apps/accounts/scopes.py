"""Where a user's grants come from. The units app registers the one source of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Source = Callable[[Any], dict[str, list[str]]]

_source: Source | None = None


def register(source: Source) -> None:
    """Set the function that returns {permission: [tree paths]} of one user, in one query."""
    global _source
    _source = source


def grants_of(user: Any) -> dict[str, list[str]]:
    """Return {permission: [tree paths of the subtree roots]} of `user`."""
    return _source(user) if _source is not None else {}
