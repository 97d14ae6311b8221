"""Long reports made by a job: rosters of a whole subtree, unit by unit, in one file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from apps.core.sheets import Layout
from apps.staff import queries as staff
from apps.staff.sheets import roster_layout
from apps.units.models import Unit

from .places import office_name

#: people one file may hold: about 300 pages
MOST_PEOPLE = 8_000


class TooMuch(Exception):
    """More than a file may hold; sentence: what to do."""

    def __init__(self, number: int) -> None:
        self.sentence = (
            f"范围内有 {number} 人，超过一份文件的上限 {MOST_PEOPLE} 人，没有生成；"
            "请选择下级单位分别生成，或在导出中心导出花名册工作簿。"
        )
        super().__init__(self.sentence)


@dataclass(frozen=True)
class Report:
    """make: (user, node, on, progress) → layouts. personal: shows masked identity numbers."""

    key: str
    name: str
    about: str
    make: Callable[..., list[Layout]]
    personal: bool = True


def _roster(user: Any, node: Unit, on: dt.date | None, progress: Any) -> list[Layout]:
    return _by_unit(staff.roster(user, on=on), node, on, progress, leaving=False)


def _leavers(user: Any, node: Unit, on: dt.date | None, progress: Any) -> list[Layout]:
    day = on or timezone.localdate()
    rows = staff.leavers(user).filter(ends_on__lte=day).order_by("scope", "-ends_on", "-pk")
    return _by_unit(rows, node, on, progress, leaving=True)


def _by_unit(
    rows: Any, node: Unit, on: dt.date | None, progress: Any, *, leaving: bool
) -> list[Layout]:
    """Return a roster for each unit that has people, in protocol order."""
    rows = rows.under(node)
    number = rows.count()
    if number > MOST_PEOPLE:
        raise TooMuch(number)
    office, day = office_name(), on or timezone.localdate()
    progress.stage("编排", number)
    layouts, done = [], 0
    for _, found in groupby(rows, key=lambda spell: spell.unit_id):
        spells = list(found)
        layouts.append(
            roster_layout(
                unit=spells[0].unit, spells=spells, office=office, on=day, leaving=leaving
            )
        )
        done += len(spells)
        progress.at(done)
    if not layouts:
        layouts = [roster_layout(unit=node, spells=[], office=office, on=day, leaving=leaving)]
    return layouts


REPORTS = {
    report.key: report
    for report in (
        Report("roster", "在编人员花名册（含下级）", "逐单位编排的花名册", _roster),
        Report("leavers", "减少人员花名册（含下级）", "逐单位编排的减少人员", _leavers),
    )
}
