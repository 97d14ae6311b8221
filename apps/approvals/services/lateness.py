"""限时申办: noting at submission that a matter was filed late. Source: docs/rules.md AP-22."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from apps.core import calendar

from ..choices import Kind
from ..models import Application, LateFiling, Line

#: Working days after the fact within which a matter is to be filed, where its settings say nothing.
WITHIN = {Kind.ENTRY: 10, Kind.EXIT: 10}


def within(application: Application) -> int:
    """Return the working days after the fact a case may be filed in; 0 for no limit."""
    usual = WITHIN.get(Kind(application.kind), 0)
    return int(application.version.option("file_within", usual) or 0)


def fact_on(lines: Sequence[Line]) -> dt.date | None:
    """Return the earliest day the lines say something happened on."""
    found = []
    for line in lines:
        place = line.values.get("place", {})
        text = place.get("starts_on") or place.get("on")
        if text:
            found.append(dt.date.fromisoformat(text))
    return min(found, default=None)


def note(application: Application, lines: Sequence[Line], now: dt.datetime) -> LateFiling | None:
    """Keep that a case is first submitted after its limit; return the row, None when in time."""
    limit, fact = within(application), fact_on(lines)
    if not limit or fact is None:
        return None
    filed = timezone.localtime(now).date()
    days = calendar.current()
    try:
        last = days.deadline(fact, limit)
        late = days.working_days(last.day, filed)
    except calendar.OutOfReach:  # long before the calendar begins
        return None
    if late < 1:
        return None
    made, _ = LateFiling.objects.get_or_create(
        application=application,
        defaults={
            "unit": application.unit,
            "fact_on": fact,
            "due_on": last.day,
            "filed_on": filed,
            "days": late,
            "provisional": last.provisional,
        },
    )
    return made
