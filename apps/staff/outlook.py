"""到龄与空编预测: the card of a unit or a board; figures, chart, and what is assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core import wording
from apps.quotas.queries import Figures, figures
from apps.units.models import Unit

from .forecast import Dues, Forecast, dues, forecast

ASSUMED = (
    "净空编＝核定减实有。假定核定编制不变、到龄当月退休、没有新进和其他减员；"
    "已到龄未办的计入本月；性别不明、不计入总数的编制类型不在内。"
    "退休年月为预计，弹性退休以登记为准。"
)


@dataclass(frozen=True)
class DueLine:
    """One count that links to its people."""

    label: str
    number: int
    url: str
    tone: str


@dataclass(frozen=True)
class Outlook:
    """What templates/staff/_outlook.html shows; chart, table, finding as {% chart %} takes them."""

    lines: list[DueLine]
    forecast: Forecast | None = None
    chart: dict[str, Any] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=dict)
    finding: str = ""
    assumed: str = ASSUMED


def due_lines(paths: Sequence[str], today: dt.date, unit: Unit | None = None) -> list[DueLine]:
    """Return the counts of the due lists below some subtrees. Two queries."""
    return _lines(dues(paths, today), unit)


def outlook(
    paths: Sequence[str],
    today: dt.date,
    *,
    unit: Unit | None = None,
    sums: Figures | None = None,
) -> Outlook:
    """Return the whole card of some subtrees. Three queries, and those of the sums.

    unit   whose page it is, for the links; None: all of the reader's scope
    sums   today's figures of the same subtrees, where the caller has them already
    """
    sums = sums or figures(paths)
    rows = [row for row in sums.types if row.in_total]
    types = [(row.quota_type.pk, row.quota_type.label) for row in rows]
    net = {row.quota_type.pk: row.sums.net for row in rows}
    made = forecast(paths, today, net, types)
    return Outlook(
        lines=due_lines(paths, today, unit),
        forecast=made,
        chart=_chart(made),
        table=_table(made),
        finding=_finding(made),
    )


def _lines(found: Dues, unit: Unit | None) -> list[DueLine]:
    tones = {"overdue": "red", "1": "amber", "unknown": "grey"}
    made = []
    for term, label, number in found.lines:
        query: dict[str, Any] = {"term": term}
        if unit is not None:
            query |= {"under": unit.pk, "under_text": unit.name}
        url = f"{reverse('staff:retiring')}?{urlencode(query)}"
        made.append(DueLine(label, number, url, tones.get(term, "blue") if number else "grey"))
    return made


def _finding(made: Forecast) -> str:
    """Say in one sentence what the chart shows."""
    if not made.months:
        return ""
    most = max(made.years, key=lambda year: sum(month.total_leaving for month in year[1]))
    number = wording.thousands
    gone = sum(month.total_leaving for month in most[1])
    end = made.months[-1]
    text = (
        f"今天净空编 {_signed(made.total_today)} 名；"
        f"今后十年预计退休 {number(made.total_leaving)} 名，"
        f"到 {wording.month(end.month)} 净空编 {_signed(end.total_vacant)} 名"
    )
    return f"{text}；退休最多的是 {most[0]} 年，{number(gone)} 名。" if gone else f"{text}。"


def _signed(value: int) -> str:
    return f"{wording.MINUS}{wording.thousands(-value)}" if value < 0 else wording.thousands(value)


def _chart(made: Forecast) -> dict[str, Any]:
    months = [wording.month(month.month) for month in made.months]
    return {
        "legend": {"top": 0, "right": 0},
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": months},
        "yAxis": [
            {"type": "value", "scale": True, "minInterval": 1},
            {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {
                "type": "line",
                "name": "净空编（左轴，名）",
                "step": "end",
                "showSymbol": False,
                "data": [month.total_vacant for month in made.months],
            },
            {
                "type": "bar",
                "name": "当月退休（右轴，名）",
                "yAxisIndex": 1,
                "data": [month.total_leaving for month in made.months],
            },
        ],
    }


def _table(made: Forecast) -> dict[str, Any]:
    """Every month: leavings and net vacancy in all, then the net vacancy of each type."""
    several = len(made.types) > 1
    columns = ["月份", "当月退休", "净空编"]
    if several:
        columns += [f"{label}净空编" for _, label in made.types]
    rows = []
    for month in made.months:
        row: list[Any] = [wording.month(month.month), month.total_leaving]
        row.append(_signed(month.total_vacant))
        if several:
            row += [_signed(month.vacant[key]) for key, _ in made.types]
        rows.append(row)
    return {"columns": columns, "rows": rows}
