"""Addresses of the pages of filing."""

from __future__ import annotations

from urllib.parse import urlencode


def with_query(address: str, **more: object) -> str:
    """Return an address with more in its query, whether it has one or not."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"
