"""Invented identity numbers with a right check character (GB 11643), for tests."""

from __future__ import annotations

import datetime as dt

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def number(division: str, born: dt.date, serial: int) -> str:
    """Return the number of division, day of birth and serial 1–999 (odd: a man)."""
    body = f"{division}{born:%Y%m%d}{serial:03d}"
    return body + _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]
