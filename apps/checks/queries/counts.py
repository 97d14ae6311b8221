"""How many findings are open: for first pages, the board, the rules page, and by day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.core.scope import within

from ..choices import Level
from ..models import Finding
from ..rules import BY_NUMBER, Rule


@dataclass(frozen=True)
class Counts:
    """Open findings of some subtrees; by_rule: (rule, number), most first."""

    red: int = 0
    yellow: int = 0
    by_rule: list[tuple[Rule, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.red + self.yellow


def open_counts(paths: Iterable[str]) -> Counts:
    """Return what is found and not muted in the subtrees. One query."""
    rows = Finding.objects.open().filter(within(paths, "scope")).order_by()
    levels: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for row in rows.values("rule", "level").annotate(n=Count("pk")):
        levels[row["level"]] += row["n"]
        rules[row["rule"]] += row["n"]
    by_rule = [
        (BY_NUMBER[number], n)
        for number, n in sorted(rules.items(), key=lambda pair: (-pair[1], pair[0]))
        if number in BY_NUMBER
    ]
    return Counts(levels[Level.RED], levels[Level.YELLOW], by_rule)


@dataclass(frozen=True)
class Day:
    """How many findings lasted at the end of a day, muted ones too."""

    on: dt.date
    red: int
    yellow: int


def by_day(findings: QuerySet[Finding], days: int, step: int = 1) -> list[Day]:
    """Return the lasting findings at the end of each `step`th of the last days. Two queries.

    findings   already scoped
    """
    today = timezone.localdate()
    zone = timezone.get_current_timezone()
    moved: Counter[tuple[dt.date, str]] = Counter()
    for name, sign in (("first_seen", 1), ("gone_at", -1)):
        rows = findings.exclude(**{name: None}).order_by()
        for row in (
            rows.annotate(on=TruncDate(name, tzinfo=zone))
            .values("on", "level")
            .annotate(n=Count("pk"))
        ):
            moved[row["on"], row["level"]] += sign * row["n"]
    ends = [today - dt.timedelta(days=back) for back in range(0, days, step)][::-1]
    return [
        Day(
            end,
            *(
                sum(n for (on, level), n in moved.items() if on <= end and level == wanted)
                for wanted in (Level.RED, Level.YELLOW)
            ),
        )
        for end in ends
    ]


def trend_chart(days: list[Day]) -> dict[str, Any]:
    """Return option, table and finding of the trend chart.

    It begins with the first day on which anything was found: before it nobody had looked.
    """
    days = list(itertools.dropwhile(lambda day: not day.red + day.yellow, days)) or days[-1:]
    labels = [f"{day.on:%m-%d}" for day in days]
    first, last = days[0], days[-1]
    change = (last.red + last.yellow) - (first.red + first.yellow)
    word = "增加" if change > 0 else "减少"
    said = f"比 {first.on.isoformat()} {word} {abs(change)} 个" if change else "与期初相同"
    return {
        "finding": f"现有 {last.red + last.yellow} 个未消除，其中红 {last.red} 个、"
        f"黄 {last.yellow} 个；{said}。",
        "option": {
            "legend": {"top": 0, "right": 0},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [
                {"type": "line", "name": "红", "step": "end", "color": "#CF1322",
                 "data": [day.red for day in days]},
                {"type": "line", "name": "黄", "step": "end", "color": "#B97100",
                 "lineStyle": {"type": "dashed"}, "data": [day.yellow for day in days]},
            ],
        },
        "table": {
            "columns": ["日期", "红", "黄", "合计"],
            "rows": [
                [day.on.isoformat(), day.red, day.yellow, day.red + day.yellow]
                for day in reversed(days)
            ],
        },
    }  # fmt: skip
