"""Statutory retirement age. Source: docs/rules.md R-01, R-02, B-03.

The decision of the Standing Committee of the National People's Congress of 2024-09-13
(渐进式延迟法定退休年龄), in force 2025-01-01.

The result is an estimate: flexible early or late retirement is a choice of person and unit. The
database keeps the estimate of every spell by the same rule (migration 0008_retirement_triggers);
tests/staff/test_retirement.py proves both equal.
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
    return Retirement(_month(_months(birth_month) + age), age, delay)


#: 工人: women of these identities retire from 50 on, all other women from 55 on (B-03).
WORKERS: Final = ("person_identity.5", "person_identity.6", "person_identity.7")
MAN: Final = "sex.1"
WOMAN: Final = "sex.2"
#: Flexible retirement: at most this many months before or after the statutory month (R-02).
FLEXIBLE: Final = 36


def category_of(sex: str, identity: str | None) -> Category | None:
    """Return the category of a person; None where the sex is not known.

    sex, identity   keys of code values; the identity of the spell, or None
    """
    if sex == MAN:
        return Category.MEN
    if sex == WOMAN:
        return Category.WOMEN_50 if identity in WORKERS else Category.WOMEN_55
    return None


class Bounds(NamedTuple):
    """First and last month a person may choose; both included."""

    first: date
    last: date


def bounds(birth_month: date, category: Category | str) -> Bounds:
    """Return between which months retirement may be chosen.

    Early by up to three years, not before the age that held before 2025; late by up to three.
    """
    rule, statutory = _RULES[Category(category)], retirement_month(birth_month, category).month
    earliest = max(_months(statutory) - FLEXIBLE, _months(birth_month) + rule.age * 12)
    return Bounds(_month(earliest), _month(_months(statutory) + FLEXIBLE))


def shifted(day: date, months: int) -> date:
    """Return the first day of the month that is `months` after the month of `day`."""
    return _month(_months(day) + months)


def _month(number: int) -> date:
    year, month = divmod(number, 12)
    return date(year, month + 1, 1)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
