"""Who retires when, and what that does to the vacancies of the next ten years.

Everything is read from the stored estimate of the spells (docs/rules.md R-01 to R-05); a past day
is never asked for: a forecast begins today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from apps.core.models import CodeValue
from apps.core.scope import roots, within
from apps.units.models import Unit

from .models import Occupancy, RetirementShift
from .retirement import Category, retirement_month, shifted

YEARS = 10
#: Terms of the due lists, in months; key → (label, months).
TERMS: dict[str, tuple[str, int]] = {
    "1": ("1个月内", 1),
    "6": ("6个月内", 6),
    "24": ("24个月内", 24),
}
OVERDUE, UNKNOWN = "overdue", "unknown"
LEAST = "contribution_years"
#: Longest path of a node whose sums the database keeps.
NEAR = RetirementShift.DEPTH * Unit.steplen


class Contribution(NamedTuple):
    """The least years of pension contributions of who retires in a year. label: 15年6个月."""

    months: int
    label: str


def contribution(year: int) -> Contribution:
    """Return the least contribution for retirement in a year (R-03). One query.

    Before the first year of the table its first value holds, after the last one the last.
    """
    rows = list(CodeValue.objects.filter(table_id=LEAST).order_by("value"))
    if not rows:
        return Contribution(180, "15年")
    fitting = [row for row in rows if row.value.isdecimal() and int(row.value) <= year]
    row = fitting[-1] if fitting else rows[0]
    return Contribution(int(row.attrs.get("months", 180)), row.label)


def in_quota(paths: Iterable[str]) -> QuerySet[Occupancy]:
    """Return the spells that count today below some tree paths."""
    return Occupancy.objects.open().filter(within(paths, "scope"), counts=True)


def due(term: str, today: dt.date) -> Q:
    """Return the condition of a due list on spells in quota (R-04).

    term   "1", "6", "24": retires within so many months, this month included, from this month on;
           "overdue": reached in an earlier month and still in quota; "unknown": no estimate
    """
    month = today.replace(day=1)
    if term == OVERDUE:
        return Q(retires_on__lt=month)
    if term == UNKNOWN:
        return Q(retires_on__isnull=True)
    return Q(retires_on__gte=month, retires_on__lt=shifted(month, TERMS[term][1] + 1))


class Dues(NamedTuple):
    """Heads by term; the longer terms hold the shorter ones."""

    within_1: int
    within_6: int
    within_24: int
    overdue: int
    unknown: int

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """(term, label, number), in order; unknown only when there is somebody."""
        found = [(OVERDUE, "已到龄未办", self.overdue)]
        found += [
            (term, label, getattr(self, f"within_{term}")) for term, (label, _) in TERMS.items()
        ]
        if self.unknown:
            found.append((UNKNOWN, "无法推算", self.unknown))
        return found


def leaving(paths: Iterable[str], before: dt.date) -> dict[tuple[dt.date, str], int]:
    """Return {(month, type key): heads} of who retires before a month below some subtrees.

    Nodes near the root are read from sums the database keeps, deeper ones by the index of the
    estimate: at most two queries.
    """
    found: dict[tuple[dt.date, str], int] = {}
    tops = roots(paths)
    near = [path for path in tops if len(path) <= NEAR]
    deep = [path for path in tops if len(path) > NEAR]
    if near:
        kept = RetirementShift.objects.filter(path__in=near, month__lt=before).order_by()
        sums = kept.values_list("month", "quota_type_id").annotate(n=Sum("number"))
        for month, key, number in sums.exclude(n=0):
            found[month, key] = found.get((month, key), 0) + number
    if deep:
        rows = in_quota(deep).filter(retires_on__lt=before).order_by()
        counts = rows.values_list("retires_on", "quota_type_id").annotate(n=Count("pk"))
        for month, key, number in counts:
            found[month, key] = found.get((month, key), 0) + number
    return found


def dues(paths: Iterable[str], today: dt.date) -> Dues:
    """Count who retires when below some tree paths. At most three queries."""
    paths = list(paths)
    month = today.replace(day=1)
    counts = dict.fromkeys(TERMS, 0)
    overdue = 0
    for (when, _), number in leaving(paths, shifted(month, 25)).items():
        if when < month:
            overdue += number
            continue
        for term, (_, months) in TERMS.items():
            if when < shifted(month, months + 1):
                counts[term] += number
    unknown = in_quota(paths).order_by().filter(retires_on__isnull=True).count()
    return Dues(counts["1"], counts["6"], counts["24"], overdue, unknown)


@dataclass(frozen=True)
class Month:
    """One month. leaving: heads by type key; vacant: net vacancy at its end, by type key."""

    month: dt.date
    leaving: dict[str, int]
    vacant: dict[str, int]

    @property
    def total_leaving(self) -> int:
        return sum(self.leaving.values())

    @property
    def total_vacant(self) -> int:
        return sum(self.vacant.values())


@dataclass(frozen=True)
class Forecast:
    """Net vacancy (核定减实有) of the next ten years, month by month (R-05).

    types    (key, label) in the order of the code table; only types that count in totals
    today    net vacancy now, by type
    months   120 of them; the first is the present month, with those who are overdue in it
    overdue  of the first month's leavings, who had reached the age before
    """

    types: Sequence[tuple[str, str]]
    today: dict[str, int]
    months: Sequence[Month]
    overdue: int

    @property
    def total_today(self) -> int:
        return sum(self.today.values())

    @cached_property
    def total_leaving(self) -> int:
        return sum(month.total_leaving for month in self.months)

    @property
    def years(self) -> list[tuple[int, list[Month]]]:
        """The months by calendar year."""
        found: dict[int, list[Month]] = {}
        for one in self.months:
            found.setdefault(one.month.year, []).append(one)
        return list(found.items())


def forecast(
    paths: Iterable[str], today: dt.date, net: dict[str, int], types: Sequence[tuple[str, str]]
) -> Forecast:
    """Return the forecast below some tree paths. At most two queries.

    net     net vacancy today by quota type, as the caller's sums have it
    types   the types to show, in order; leavings of other types are left out
    """
    first = today.replace(day=1)
    end = shifted(first, YEARS * 12)
    keys = [key for key, _ in types]
    gone_by: dict[dt.date, dict[str, int]] = {}
    overdue = 0
    for (month, key), number in leaving(paths, end).items():
        if key not in keys:
            continue
        overdue += number if month < first else 0
        cell = gone_by.setdefault(max(month, first), {})
        cell[key] = cell.get(key, 0) + number
    vacant = {key: net.get(key, 0) for key in keys}
    now = dict(vacant)
    months = []
    for offset in range(YEARS * 12):
        month = shifted(first, offset)
        gone = gone_by.get(month, {})
        vacant = {key: vacant[key] + gone.get(key, 0) for key in keys}
        months.append(Month(month, gone, vacant))
    return Forecast(types, now, months, overdue)


def why(spell: Any) -> str:
    """Return, as a sentence, by what the estimate of a spell was made."""
    if spell.retires_as is None:
        return "性别未登记或不明，无法推算；请先核对公民身份号码"
    category = Category(spell.retires_as)
    found = retirement_month(spell.person.birth_month, category)
    years, months = divmod(found.age_months, 12)
    age = f"{years}周岁" + (f"{months}个月" if months else "")
    delay = f"，延迟 {found.delay_months} 个月" if found.delay_months else "，不延迟"
    return f"{category.label}，{spell.person.birth_month:%Y-%m} 出生，法定退休年龄 {age}{delay}"
