"""Word templates of printed sheets, kept by an app above the ones that print them.

The keeper registers itself when its app is ready; a sheet names its template by a key.
"""

from __future__ import annotations

from collections.abc import Callable

#: key → the template in force. Raises NotPrintable.
Keeper = Callable[[str], bytes]

_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    _keepers[:] = [keeper]


def in_force(key: str) -> bytes:
    """Return the template an office has for a sheet. Raises NotPrintable."""
    (keeper,) = _keepers
    return keeper(key)
