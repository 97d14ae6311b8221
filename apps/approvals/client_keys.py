"""Keys of clients: how they look and what is kept of them. Source: docs/rules.md PI-01."""

from __future__ import annotations

import secrets
from typing import Final

from apps.core import crypto

PREFIX: Final = "bz_"
_FIELD: Final = "approvals_clientkey"


def make() -> str:
    """Return a new key: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """Return what is kept of a key, and by which it is found."""
    return crypto.blind_index(key, field=_FIELD)
