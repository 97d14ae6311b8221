"""The printed roster: columns that say something, in one line where they can."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.staff.models import Occupancy
from apps.staff.sheets import OPTIONAL, roster_layout
from tests.factories import quotas, staff
from tests.factories.cast import bureau, home  # noqa: F401

pytestmark = pytest.mark.django_db


def names_of(layout) -> list[str]:
    return [heading.path[0] for heading in layout.headings]


def made(unit, *, leaving: bool = False):
    spells = list(Occupancy.objects.filter(unit=unit).order_by("pk"))
    return roster_layout(
        unit=unit, spells=spells, office="编办", on=dt.date(2026, 11, 30), leaving=leaving
    )


def test_columns_nobody_has_anything_in_are_left_out(bureau):  # noqa: F811
    quotas.grant(bureau, 5)
    assert set(OPTIONAL) - {"去向"} <= set(names_of(made(bureau)))  # an empty form shows them all
    staff.enter(bureau, "甲")
    narrow, leaving = made(bureau), made(bureau, leaving=True)
    assert not set(OPTIONAL) & set(names_of(narrow))
    assert not set(OPTIONAL) & set(names_of(leaving))
    assert {"出编时间", "退出方式", "出编文号"} <= set(names_of(leaving))

    staff.enter(
        bureau, "乙", position_class="position_class.2", position_grade="position_grade.C09"
    )

    wide = made(bureau)
    assert set(names_of(wide)) - set(names_of(narrow)) == {"岗位类别、等级"}
    place = names_of(wide).index("岗位类别、等级")
    assert [line.cells[place] for line in wide.lines] == ["", "专业技术九级"]
    assert all(len(line.cells) == len(wide.headings) for line in wide.lines)
