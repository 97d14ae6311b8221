"""The day that a posted form carries along."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import BadRequest

from apps.core import days


def day_of(text: str) -> dt.date:
    """Return the day of a posted field. BadRequest for what is none, or cannot be shown."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"“{text[:20]}”不是日期，请按 2026-11-22 的样子填写") from None
    if sentence := days.refusal(day):
        raise BadRequest(sentence)
    return day
