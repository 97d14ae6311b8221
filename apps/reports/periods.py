"""Months, half-years and years as reports are made for: the day before and the last day."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from django.utils import timezone

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_HALF = re.compile(r"(\d{4})-H([12])")
_YEAR = re.compile(r"(\d{4})")
FIRST_YEAR, LAST_YEAR = 1949, 2199


class BadPeriod(ValueError):
    """A text that is no period, or one that has not begun; carries the sentence."""


@dataclass(frozen=True)
class Period:
    """key as in the address: 2026-11, 2026-H1 or 2026. first, last: its days."""

    key: str
    label: str
    first: dt.date
    last: dt.date

    @property
    def before(self) -> dt.date:
        """期初: the last day of the period before."""
        return self.first - dt.timedelta(days=1)

    @property
    def end(self) -> dt.date:
        """期末: the last day, or today while the period is running."""
        return min(self.last, timezone.localdate())

    @property
    def is_running(self) -> bool:
        return self.last > timezone.localdate()


def read(text: str) -> Period:
    """Return the period of a key. Raises BadPeriod for what is none, and for one to come."""
    text = text.strip().upper()
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        period = _span(text, f"{year}年{month}月", year, month, month)
    elif found := _HALF.fullmatch(text):
        year, half = int(found[1]), int(found[2])
        word = "上半年" if half == 1 else "下半年"
        period = _span(text, f"{year}年{word}", year, half * 6 - 5, half * 6)
    elif found := _YEAR.fullmatch(text):
        year = int(found[1])
        period = _span(text, f"{year}年度", year, 1, 12)
    else:
        raise BadPeriod(
            f"“{text[:20]}”不是统计期，请写成 2026-11（月）、2026-H1（半年）或 2026（年）"
        )
    if period.first > timezone.localdate():
        raise BadPeriod(f"{period.label}还没有开始，请选择已经开始的统计期")
    return period


def _span(key: str, label: str, year: int, first: int, last: int) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadPeriod(f"年份请填写 {FIRST_YEAR} 至 {LAST_YEAR}")
    end = dt.date(year, last, monthrange(year, last)[1])
    return Period(key, label, dt.date(year, first, 1), end)


def current() -> Period:
    """Return the month that is running."""
    return read(f"{timezone.localdate():%Y-%m}")


def offered(count: int = 24) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the choices of a period, newest first, by sort: (heading, [(key, label)])."""
    today = timezone.localdate()
    months, year, month = [], today.year, today.month
    for _ in range(count):
        months.append(read(f"{year}-{month:02}"))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    halves = [
        read(f"{year}-H{half}")
        for year in range(today.year, today.year - 6, -1)
        for half in (2, 1)
        if dt.date(year, half * 6 - 5, 1) <= today
    ]
    years = [read(str(year)) for year in range(today.year, today.year - 15, -1)]
    return [
        (word, [(one.key, one.label) for one in found])
        for word, found in (("月报", months), ("半年报", halves), ("年报", years))
    ]
