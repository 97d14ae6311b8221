"""The statistics tables of the demo county come to the figures that are promised."""

from __future__ import annotations

import pytest

from apps.reports import periods
from apps.reports.tables import TABLES, Asked
from tests.demo.conftest import Seeded

pytestmark = pytest.mark.django_db


def total(seeded: Seeded, key: str, period: str) -> dict:
    made = TABLES[key].make(Asked(seeded.root, periods.read(period), "某编办"))
    line = next(line for line in made.layout.lines if "合计" in line.cells[:2])
    assert all("不平" not in check for check in made.checks)
    return {h.path: c for h, c in zip(made.layout.headings, line.cells, strict=False)}


@pytest.mark.rule("T-01")
@pytest.mark.parametrize("period", ["2015-10", "2026"])
def test_the_tables_come_to_the_printed_figures(seeded: Seeded, period: str):
    places, people = total(seeded, "2", period), total(seeded, "3", period)
    assert places[("行政编制", "小计")] == 2976
    assert people[("行政编制", "小计")] == 2592
    assert places[("事业编制", "小计")] == 13244
    assert people[("事业编制", "小计")] == 11358
    vacancies = total(seeded, "4", period)
    assert vacancies[("净空编",)] == 2270
    assert vacancies[("超编单位数",)] == 65
    assert total(seeded, "8", period)[("单位数", "小计")] == 435


@pytest.mark.rule("T-03")
@pytest.mark.parametrize("period", ["2015", "2018-H1", "2012-03"])
def test_movements_of_any_period_balance(seeded: Seeded, period: str):
    found = total(seeded, "6", period)
    first, came, went, last = (found[("合计", part)] or 0 for part in ("期初", "增", "减", "期末"))
    assert first + came - went == last
