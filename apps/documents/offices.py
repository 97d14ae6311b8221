"""Where a person may register documents: the names of subtrees, given by the units app."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Source = Callable[[Sequence[str]], list[tuple[str, str]]]

_source: Source | None = None


def register(source: Source) -> None:
    """Set the function that returns (path, name) of subtree roots, in the order given."""
    global _source
    _source = source


def named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return (path, name) for the paths of subtree roots."""
    if not paths:
        return []
    return _source(paths) if _source is not None else [(path, path) for path in paths]
