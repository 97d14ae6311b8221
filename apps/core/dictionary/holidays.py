"""Which years the calendar knows."""

from __future__ import annotations

import datetime as dt

from .. import calendar
from ..models import Holiday

#: The notice for the next year comes out in October or November.
NOTICE_MONTH = 11


def published() -> set[int]:
    """Return the years whose notice is entered. One query."""
    return calendar.published_years(list(Holiday.objects.values_list("day", flat=True)))


def missing(today: dt.date) -> list[int]:
    """Return the years that should be entered by `today`: this one, from November the next too."""
    wanted = [today.year] + ([today.year + 1] if today.month >= NOTICE_MONTH else [])
    known = published()
    return [year for year in wanted if year not in known]
