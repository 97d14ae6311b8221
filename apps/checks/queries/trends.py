"""Trend lines from the monthly statistics: over-staffing since 2012, open findings by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from apps.core import wording
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries import Figures
from apps.units.models import Unit

from ..models import MonthlyFigure

#: 消化 is counted from here (domain.md §5.2: 84 over-staffed units in 2012, 65 in 2015).
BASE = dt.date(2012, 12, 31)
#: Administrative heads are compared with here (2,648 in 2013, 2,592 in 2015).
ADMIN_BASE = dt.date(2013, 12, 31)


@dataclass(frozen=True)
class Point:
    """One place on the line; whole units and places. admin: 行政编制实有."""

    label: str
    over_units: int
    excess: int
    admin: int


@dataclass(frozen=True)
class Trend:
    """What the card of the board shows."""

    finding: str
    points: list[Point]

    @property
    def option(self) -> dict[str, Any]:
        return {
            "legend": {"top": 0, "right": 0},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "category", "data": [p.label for p in self.points]},
            "yAxis": [
                {"type": "value", "minInterval": 1},
                {"type": "value", "splitLine": {"show": False}, "minInterval": 1},
            ],
            "series": [
                {
                    "type": "line",
                    "name": "超编单位（家）",
                    "step": "end",
                    "symbol": "none",
                    "data": [p.over_units for p in self.points],
                },
                {
                    "type": "line",
                    "name": "毛超编（名）",
                    "yAxisIndex": 1,
                    "step": "end",
                    "symbol": "none",
                    "lineStyle": {"type": "dashed"},
                    "data": [p.excess for p in self.points],
                },
            ],
        }

    @property
    def table(self) -> dict[str, Any]:
        return {
            "columns": ["时点", "超编单位（家）", "毛超编（名）", "行政编制实有（名）"],
            "rows": [
                [p.label, p.over_units, p.excess, wording.thousands(p.admin)]
                for p in reversed(self.points)
            ],
        }


def over_trend(node: Unit | None, live: Figures) -> Trend | None:
    """Return over-staffing of one subtree by quarters, ending with the figures of the board.

    live   the board's own figures: of today, or of its past day
    None when the months of this subtree are not kept. One query.
    """
    if node is None:
        return None
    rows = MonthlyFigure.objects.filter(unit=node, family__in=("", QuotaFamily.ADMIN))
    if live.on is not None:
        rows = rows.filter(on__lt=live.on)
    months: dict[dt.date, dict[str, MonthlyFigure]] = {}
    for row in rows.order_by("on"):
        months.setdefault(row.on, {})[row.family] = row
    whole = {on: found[""] for on, found in months.items() if "" in found}
    if not whole:
        return None
    admin = {on: found[QuotaFamily.ADMIN].actual for on, found in months.items()
             if QuotaFamily.ADMIN in found}  # fmt: skip
    points = [
        Point(f"{on:%Y-%m}", row.over_units, row.excess, admin.get(on, 0))
        for on, row in whole.items()
        if on.month % 3 == 0
    ]
    now = Point(
        wording.day(live.on) if live.on else "今天",
        live.total.over,
        live.total.excess,
        live.families[QuotaFamily.ADMIN].actual,
    )
    return Trend(_finding(whole, admin, now), [*points, now])


def _finding(whole: dict[dt.date, MonthlyFigure], admin: dict[dt.date, int], now: Point) -> str:
    """Return what the lines say, in words."""
    parts = []
    base = whole.get(BASE)
    if base is not None:
        parts.append(_moved("超编单位", base.over_units, now.over_units, "家"))
        parts.append(_moved("毛超编", base.excess, now.excess, "名"))
    said = f"与 2012 年底相比，{'，'.join(parts)}。" if parts else ""
    if admin.get(ADMIN_BASE):
        said += f"与 2013 年底相比，{_moved('行政编制实有', admin[ADMIN_BASE], now.admin, '名')}。"
    return said


def _moved(what: str, before: int, after: int, unit: str) -> str:
    first, second = wording.thousands(before), wording.thousands(after)
    if after < before:
        return f"{what}由 {first} {unit}减至 {second} {unit}，减少 {before - after} {unit}"
    if after > before:
        return f"{what}由 {first} {unit}增至 {second} {unit}，增加 {after - before} {unit}"
    return f"{what}仍为 {second} {unit}"
