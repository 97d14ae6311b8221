"""Until when a step must be done, and how long it took. Source: docs/rules.md C-01, AP-06."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.utils import timezone

from apps.core import calendar


class Due(NamedTuple):
    """at: end of working hours of the last day; None where no limit is set."""

    at: dt.datetime | None
    provisional: bool


NEVER = Due(None, False)

_held: ContextVar[list[calendar.WorkCalendar] | None] = ContextVar("calendar", default=None)


@contextmanager
def one_calendar() -> Iterator[None]:
    """Read the holidays once, when first asked, for all that is counted inside."""
    token = _held.set([])
    try:
        yield
    finally:
        _held.reset(token)


def _days() -> calendar.WorkCalendar:
    held = _held.get()
    if held is None:
        return calendar.current()
    if not held:
        held.append(calendar.current())
    return held[0]


def due(since: dt.datetime, working_days: int, days: calendar.WorkCalendar | None = None) -> Due:
    """Return the end of a limit that begins at `since`; the day of arrival is day 0.

    days   the calendar, where the caller holds one already
    """
    if working_days < 1:
        return NEVER
    days = days or _days()
    try:
        end = days.deadline(timezone.localtime(since).date(), working_days)
    except calendar.OutOfReach:
        return Due(None, True)
    closing = days.hours.parts[-1][1]
    at = dt.datetime.combine(end.day, closing, tzinfo=calendar.ZONE)
    return Due(at, end.provisional)


def minutes_between(
    since: dt.datetime | None,
    until: dt.datetime,
    days: calendar.WorkCalendar | None = None,
) -> int | None:
    """Return the working minutes a step took; None when it is not known since when."""
    if since is None:
        return None
    try:
        return (days or _days()).working_time(since, until).minutes
    except calendar.OutOfReach:
        return None
