"""Statutory retirement age. Source: docs/rules.md R-01; the decision of the Standing Committee of
the National People's Congress of 2024-09-13 (渐进式延迟法定退休年龄), in force 2025-01-01.

The result is an estimate: flexible early or late retirement is a choice of person and unit.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class Category(StrEnum):
    """Who retires when: the age that held before 2025."""

    MEN = "M"
    WOMEN_55 = "F55"
    WOMEN_50 = "F50"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Category.MEN: "男职工（原60周岁）",
    Category.WOMEN_55: "女职工（原55周岁）",
    Category.WOMEN_50: "女职工（原50周岁）",
}


class _Rule(NamedTuple):
    """age: years before 2025; starts: birth month from which the age rises; one month more for
    each `step` months of birth, at most `cap` months."""

    age: int
    starts: date
    step: int
    cap: int


_RULES: Final = {
    Category.MEN: _Rule(60, date(1965, 1, 1), 4, 36),
    Category.WOMEN_55: _Rule(55, date(1970, 1, 1), 4, 36),
    Category.WOMEN_50: _Rule(50, date(1975, 1, 1), 2, 60),
}


class Retirement(NamedTuple):
    """month: first day of the month of retirement; age and delay in months."""

    month: date
    age_months: int
    delay_months: int


def retirement_month(birth_month: date, category: Category | str) -> Retirement:
    """Return when a person reaches the statutory age.

    birth_month  any day of the month of birth
    category     Category or its value; raises ValueError for another
    """
    rule = _RULES[Category(category)]
    since = _months(birth_month) - _months(rule.starts)
    delay = 0 if since < 0 else min(rule.cap, since // rule.step + 1)
    age = rule.age * 12 + delay
    year, month = divmod(_months(birth_month) + age, 12)
    return Retirement(date(year, month + 1, 1), age, delay)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
