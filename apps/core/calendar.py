"""Working days and working time. Source: docs/rules.md C-01 to C-03.

The State Council office publishes each year's holidays and make-up days. A year without rows is
unknown: `is_workday` then gives a third answer, and deadlines count its Monday to Friday and say
that they are provisional. Nothing is guessed silently.

`WorkCalendar` is built from plain values and needs no database; `current()` reads core.Holiday.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

HOLIDAY: Final = "holiday"
WORKDAY: Final = "workday"
ZONE: Final = ZoneInfo("Asia/Shanghai")

#: From this day of December on, the next year's notice has at times changed the week.
LATE_DECEMBER: Final = 29
#: Years the table reaches past the last published one; deadlines beyond are refused.
REACH: Final = 10
_ONE: Final = timedelta(days=1)


class _Unknown:
    """The answer for a year not published. It is neither true nor false."""

    def __bool__(self) -> bool:
        raise TypeError("该年放假安排未公布：compare with UNKNOWN before using the answer")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


class Deadline(NamedTuple):
    """day: the last day, to the end of working hours. provisional: counts days of a year not yet
    published, by Monday to Friday (暂按周末推算)."""

    day: date
    provisional: bool


class Span(NamedTuple):
    """Working minutes between two moments; provisional as in Deadline."""

    minutes: int
    provisional: bool


class OutOfReach(ValueError):
    """A day the calendar does not reach. str() is a Chinese sentence."""


class WorkHours(NamedTuple):
    """The hours of one working day, as (from, to) in order; lunch lies between them."""

    parts: tuple[tuple[time, time], ...] = (
        (time(8, 30), time(12, 0)),
        (time(14, 0), time(17, 30)),
    )

    @property
    def per_day(self) -> int:
        """Working minutes in a day (420 for the usual hours)."""
        return sum(_minute(end) - _minute(start) for start, end in self.parts)

    def until(self, moment: time) -> int:
        """Return the working minutes of the day that have passed at `moment`; seconds drop."""
        now = _minute(moment)
        return sum(max(0, min(now, _minute(end)) - _minute(start)) for start, end in self.parts)

    def at(self, minutes: int) -> time:
        """Return the moment at which `minutes` of the day have passed, 1 to per_day."""
        for start, end in self.parts:
            length = _minute(end) - _minute(start)
            if minutes <= length:
                hour, minute = divmod(_minute(start) + minutes, 60)
                return time(hour, minute)
            minutes -= length
        raise ValueError("more minutes than a working day has")


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


class WorkCalendar:
    """Days that differ from the plain week, as a cumulative table of working days.

    marks      day to HOLIDAY or WORKDAY
    published  years whose notice is entered; default as published_years says
    hours      of every working day
    """

    def __init__(
        self,
        marks: Mapping[date, str],
        published: Collection[int] | None = None,
        hours: WorkHours | None = None,
    ) -> None:
        self.marks = dict(marks)
        self.published = frozenset(published_years(marks) if published is None else published)
        self.hours = hours or WorkHours()
        now = max(self.published, default=date.today().year)
        self.first = date(min(self.published, default=now) - REACH, 1, 1)
        self.last = date(now + REACH, 12, 31)
        # passed[n]: working days from `first` up to and including its nth day.
        self._passed: list[int] = []
        total = 0
        for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
            total += self._works(date.fromordinal(ordinal))
            self._passed.append(total)

    def _works(self, day: date) -> bool:
        mark = self.marks.get(day)
        return mark == WORKDAY or (mark is None and day.weekday() < 5)

    def is_workday(self, day: date) -> bool | _Unknown:
        """Return True, False, or UNKNOWN for a day of a year not published."""
        return self._works(day) if day.year in self.published else UNKNOWN

    def is_firm(self, day: date) -> bool:
        """Say whether nothing published later can change `day`.

        The last days of December wait for the next year's notice.
        """
        late = day.month == 12 and day.day >= LATE_DECEMBER
        return day.year in self.published and (not late or day.year + 1 in self.published)

    def deadline(self, start: date, working_days: int) -> Deadline:
        """Return the day on which `working_days` end; the day of acceptance is day 0.

        0 gives the start itself. Raises OutOfReach, ValueError for a negative number.
        """
        if working_days < 0:
            raise ValueError("working_days is negative")
        if working_days == 0:
            return Deadline(start, not self.is_firm(start))
        target = self._days_until(start) + working_days
        at = bisect_left(self._passed, target)
        if at >= len(self._passed):
            raise OutOfReach(f"期限超出{self.last.year}年，工作日历尚不能推算")
        day = self.first + timedelta(days=at)
        return Deadline(day, not self._firm_between(start + _ONE, day))

    def working_days(self, start: date, end: date) -> int:
        """Return the working days after `start` up to and including `end`; 0 when end <= start.

        Unpublished years count by Monday to Friday; ask `is_firm` where that matters.
        """
        return max(0, self._days_until(end) - self._days_until(start))

    def _days_until(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise OutOfReach(
                f"{day.year}年不在工作日历范围内（{self.first.year}至{self.last.year}年）"
            )
        return self._passed[(day - self.first).days]

    def _firm_between(self, start: date, end: date) -> bool:
        """Say whether every day of the closed range is firm."""
        return self.is_firm(end) and all(
            year in self.published for year in range(start.year, end.year + 1)
        )

    def minutes_until(self, moment: datetime) -> int:
        """Return working minutes from the calendar's first day to `moment`.

        The difference of two such numbers is the working time between two moments. Aware moments
        are read in Chinese time, naive ones as they stand.
        """
        local = moment.astimezone(ZONE) if moment.tzinfo else moment
        day = local.date()
        passed = self._days_until(day)
        if not self._works(day):
            return passed * self.hours.per_day
        return (passed - 1) * self.hours.per_day + self.hours.until(local.time())

    def working_time(self, start: datetime, end: datetime) -> Span:
        """Return the working minutes from `start` to `end`; lunch and nights do not count.

        An end before the start gives 0.
        """
        first, last = sorted((_local_day(start), _local_day(end)))
        minutes = self.minutes_until(end) - self.minutes_until(start)
        return Span(max(0, minutes), not self._firm_between(first, last))

    def after(self, start: datetime, minutes: int) -> datetime:
        """Return the moment at which `minutes` of working time have passed since `start`.

        Aware in Chinese time when `start` is aware. 0 gives `start`. Raises OutOfReach.
        """
        if minutes < 0:
            raise ValueError("minutes is negative")
        if minutes == 0:
            return start
        target = self.minutes_until(start) + minutes
        whole_days, rest = divmod(target - 1, self.hours.per_day)
        at = bisect_left(self._passed, whole_days + 1)
        if at >= len(self._passed):
            raise OutOfReach(f"期限超出{self.last.year}年，工作日历尚不能推算")
        moment = datetime.combine(self.first + timedelta(days=at), self.hours.at(rest + 1))
        return moment.replace(tzinfo=ZONE) if start.tzinfo else moment


def _local_day(moment: datetime) -> date:
    return (moment.astimezone(ZONE) if moment.tzinfo else moment).date()


def current() -> WorkCalendar:
    """Return the calendar of core.Holiday: one query. Hold on to it for a batch, not for ever.

    Which years count as published: see published_years.
    """
    from .models import Holiday  # here: the rest of the module needs no Django

    marks = Holiday.objects.order_by("day").values_list("day", "kind")
    return _made(tuple(marks), hours_set(), date.today().year)


@lru_cache(maxsize=2)
def _made(marks: tuple[tuple[date, str], ...], hours: WorkHours, _this_year: int) -> WorkCalendar:
    """Return the calendar of these days: the same days make the same one, and adding up its
    decades costs as much as ten statements. The year is what it reckons from without marks."""
    found = dict(marks)
    return WorkCalendar(found, published_years(found), hours)


def published_years(marks: Collection[date]) -> set[int]:
    """Return the years whose notice is entered: 1 October is marked in every notice.

    Days entered one by one before the notice is complete do not publish a year.
    """
    return {day.year for day in marks if (day.month, day.day) == (10, 1)}


def hours_set() -> WorkHours:
    """Return settings.BIANZHI_WORK_HOURS, such as "08:30-12:00,14:00-17:30", or the usual hours.

    Raises ValueError when it does not read as hours in order.
    """
    from django.conf import settings

    text = getattr(settings, "BIANZHI_WORK_HOURS", "")
    return parse_hours(text) if text else WorkHours()


def parse_hours(text: str) -> WorkHours:
    """Return the hours a text names. Raises ValueError with a Chinese sentence."""
    try:
        parts = tuple(
            (time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
            for start, end in (part.split("-") for part in text.split(","))
        )
    except ValueError:
        raise ValueError(f"工作时间“{text}”无法识别，应如 08:30-12:00,14:00-17:30") from None
    moments = [moment for part in parts for moment in part]
    if moments != sorted(set(moments)):
        raise ValueError(f"工作时间“{text}”前后颠倒或重叠，应如 08:30-12:00,14:00-17:30")
    return WorkHours(parts)
