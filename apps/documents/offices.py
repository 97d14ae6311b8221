"""Where a person may register documents: the names of subtrees, given by the units app."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Source = Callable[[Sequence[str]], list[tuple[str, str]]]

_source: Source | None = None
_above: Callable[[Sequence[str]], list[str]] | None = None


def register(source: Source, above: Callable[[Sequence[str]], list[str]]) -> None:
    """Set the functions that know the tree.

    source   returns (path, name) of subtree roots, in the order given
    above    returns the subtree of the nearest office over each path
    """
    global _source, _above
    _source, _above = source, above


def above(paths: Sequence[str]) -> list[str]:
    """Return the subtrees of the offices that look after these units."""
    return _above(paths) if _above is not None and paths else []


def named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return (path, name) for the paths of subtree roots."""
    if not paths:
        return []
    return _source(paths) if _source is not None else [(path, path) for path in paths]
