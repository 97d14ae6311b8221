"""The monthly statistics: equal to the figures of each day, kept, corrected, compared."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from apps.checks.models import DirtyUnit, MonthlyExcess, MonthlyFigure, StatisticNode
from apps.checks.queries.months import last_month_end
from apps.checks.queries.trends import over_trend
from apps.checks.services import mark_stale, refresh_statistics
from apps.dashboards.facts import drifts
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries import figures
from apps.staff.models import Occupancy
from tests.factories import quotas as q
from tests.factories import units

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CK-04")]

END_2012, END_2015 = dt.date(2012, 12, 31), dt.date(2015, 12, 31)


@pytest.fixture
def county(home, bureau):
    """Over by 2 from 2012; one leaves on 31 December 2013, one in 2015; a school with room."""
    q.grant(bureau, 5, on=dt.date(2011, 12, 1))
    q.allow(bureau, 2)
    q.people(bureau, 5, on=dt.date(2011, 12, 1))
    late = q.people(bureau, 2, on=dt.date(2012, 6, 30))
    for spell, day in zip(late, (dt.date(2013, 12, 31), dt.date(2015, 5, 1)), strict=True):
        Occupancy.objects.filter(pk=spell.pk).update(ends_on=day, exit_mode_id="exit_mode.03")
    school = units.unit("实验小学", bureau, nature_id="nature.104")
    q.grant(school, 9, q.FULL, on=dt.date(2014, 2, 3))
    q.people(school, 4, q.FULL, on=dt.date(2014, 3, 1))
    q.grant(school, 3, q.OUTSIDE)
    return home


def kept(unit, on, family=""):
    row = MonthlyFigure.objects.get(unit=unit, on=on, family=family)
    return (row.approved, row.actual, row.vacant, row.excess, row.over_units)


def test_every_month_equals_the_figures_of_its_last_day(county, bureau, foreign_bureau):
    q.staffed(foreign_bureau, 3, 4)

    refresh_statistics()

    rows = MonthlyFigure.objects.filter(unit=county, family="")
    assert rows.count() == (last_month_end().year - 2012) * 12 + last_month_end().month
    for row in rows:
        sums = figures(county, row.on).total
        assert kept(county, row.on) == (
            sums.approved, sums.actual, sums.vacant, sums.excess, sums.over
        ), row.on  # fmt: skip
    assert kept(county, END_2012) == (5, 7, 0, 2, 1)
    assert kept(county, dt.date(2013, 11, 30))[1] == 7
    assert kept(county, dt.date(2013, 12, 31))[1] == 6, "who leaves on a day is not counted on it"
    assert kept(county, END_2015) == (14, 9, 5, 0, 0)
    assert kept(county, END_2015, QuotaFamily.INSTITUTION) == (9, 4, 5, 0, 0)


def test_a_second_run_changes_nothing(county):
    refresh_statistics()
    before = list(MonthlyFigure.objects.order_by("pk").values_list())

    assert refresh_statistics() == 0
    assert refresh_statistics(only_stale=True) == 0
    assert list(MonthlyFigure.objects.order_by("pk").values_list()) == before


def test_a_back_dated_entry_is_found_and_corrected(county, bureau):
    refresh_statistics()
    DirtyUnit.objects.all().delete()
    assert list(drifts()) == []

    q.grant(bureau, 1, on=dt.date(2014, 1, 15))

    assert list(drifts()) == [], "months that wait for their turn are stale, not wrong"
    marks = DirtyUnit.objects.filter(since__isnull=False)
    assert [mark.since for mark in marks] == [dt.date(2014, 1, 15)]
    mark_stale([(mark.path, mark.since) for mark in marks])
    DirtyUnit.objects.all().delete()
    assert StatisticNode.objects.get(unit=county).stale_since == dt.date(2014, 1, 15)
    assert refresh_statistics(only_stale=True) > 100
    assert kept(county, dt.date(2013, 12, 31))[0] == 5
    assert kept(county, dt.date(2014, 1, 31))[0] == 6
    assert list(drifts()) == []


def test_a_wrong_month_is_drift_until_the_night(county):
    refresh_statistics()
    DirtyUnit.objects.all().delete()
    MonthlyFigure.objects.filter(unit=county, on=END_2012, family="").update(over_units=9)

    found = [drift for drift in drifts() if drift.check == "月度统计"]

    assert [drift.where for drift in found] == [f"{county.pk}/2012-12-31/"]
    assert refresh_statistics(only_stale=True) == 0
    assert refresh_statistics() == 1
    assert list(drifts()) == []


def test_a_new_month_is_added_without_correction(county):
    refresh_statistics(today=dt.date(2026, 3, 5))
    assert MonthlyFigure.objects.latest("on").on == dt.date(2026, 2, 28)
    StatisticNode.objects.update(computed_at=dt.datetime(2026, 2, 28, 12, tzinfo=dt.UTC))

    assert refresh_statistics(only_stale=True, today=dt.date(2026, 4, 1)) == 0

    assert MonthlyFigure.objects.latest("on").on == dt.date(2026, 3, 31)


def test_the_last_month_keeps_the_excess_of_each_unit(county, bureau):
    q.allow(bureau, 3)
    q.people(bureau, 3, on=dt.date(2016, 1, 1))

    refresh_statistics()

    rows = MonthlyExcess.objects.values_list("unit", "on", "excess")
    assert list(rows) == [(bureau.pk, last_month_end(), 3)]


def test_the_board_tells_how_over_staffing_went(county, bureau, client, leader):
    refresh_statistics()
    client.force_login(leader)

    answer = client.get(reverse("dashboards:board"))
    page = answer.content.decode()

    trend = answer.context["trend"]
    assert [p.label for p in trend.points][:2] == ["2012-03", "2012-06"]
    assert (trend.points[-1].label, trend.points[-1].over_units) == ("今天", 0)
    assert "超编单位由 1 家减至 0 家" in page
    assert "毛超编由 2 名减至 0 名" in page
    assert "行政编制实有由 6 名减至 5 名" in page


def test_the_line_of_a_past_day_ends_there(county):
    refresh_statistics()
    day = dt.date(2014, 8, 20)

    trend = over_trend(county, figures(county, day))

    assert [p.label for p in trend.points][-2:] == ["2014-06", "2014-08-20"]
    assert trend.points[-1].over_units == 1


def test_without_statistics_there_is_no_line(county, client, leader):
    client.force_login(leader)
    answer = client.get(reverse("dashboards:board"))
    assert answer.context["trend"] is None
    assert "超编消化" not in answer.content.decode()
