"""What the commands tell of a past day is what the pages of that day show."""

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.dashboards.queries.board import board
from apps.units import services
from apps.units.models import Unit
from tests.factories import quotas as q
from tests.factories import staff, units

pytestmark = pytest.mark.django_db

THEN = dt.date(2016, 6, 30)


@pytest.fixture
def school(home, bureau, document, clerk):
    """A school whose name, places and people changed since the day."""
    school = units.unit("实验小学", bureau, nature_id="nature.104")
    units.unit("后设中心", bureau, nature_id="nature.104", established_on=dt.date(2019, 1, 1))
    q.grant(school, 8, q.FULL, on=dt.date(2015, 3, 1))
    q.grant(school, 4, q.FULL, on=dt.date(2018, 3, 1))
    for year in (2015, 2015, 2015, 2018, 2018):
        staff.enter(school, quota_type=q.FULL, starts_on=dt.date(year, 9, 1))
    services.rename(
        unit=school, name="实验学校", on=dt.date(2020, 5, 1), document=document, by=clerk
    )
    return school


def exported(kind, tmp_path, *arguments):
    """Return the rows of the exported sheet, each {header: value}."""
    out = tmp_path / f"{kind}.xlsx"
    call_command("export_file", kind, str(out), "--actor", "clerk", *arguments)
    header, *rows = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


def shown(client, url):
    answer = client.get(url, {"on": THEN.isoformat()})
    assert answer.status_code == 200
    return answer.content.decode()


def test_units_of_a_day_bear_the_names_of_that_day(school, client, clerk, tmp_path):
    then = [str(v) for row in exported("units", tmp_path, "--on", str(THEN)) for v in row.values()]
    now = [str(v) for row in exported("units", tmp_path) for v in row.values()]
    assert "实验小学" in then
    assert not {"实验学校", "后设中心"} & set(then)
    assert {"实验学校", "后设中心"} <= set(now)
    assert "实验小学" not in now

    client.force_login(clerk)
    page = shown(client, reverse("units:list"))
    assert "实验小学" in page
    assert "后设中心" not in page


def test_roster_and_ledger_of_a_day_hold_what_the_board_counts(school, bureau, clerk, tmp_path):
    root = Unit.objects.get(depth=1, path=bureau.path[:4])
    total = board(root, [root.path], timezone.localdate(), THEN).summary.quotas.total

    assert (total.approved, total.actual) == (8, 3)
    assert len(exported("roster", tmp_path, "--on", str(THEN))) == total.actual
    assert len(exported("roster", tmp_path)) == 5
    lines = exported("quotas", tmp_path, "--on", str(THEN))
    assert sum(line["增编数"] or 0 for line in lines) == total.approved


def test_figures_of_a_day_are_the_board_of_that_day(school, bureau):
    out = io.StringIO()
    call_command("figures", "--json", "--under", bureau.code, "--on", str(THEN), stdout=out)
    told = json.loads(out.getvalue())
    found = board(bureau, [bureau.path], timezone.localdate(), THEN).summary

    total = found.quotas.total
    assert (told["on"], told["approved"], told["actual"]) == (str(THEN), 8, 3)
    assert told["vacant"] == {"net": total.net, "gross": total.vacant}
    assert (told["units"], told["institutions"]) == (found.units, found.institutions) == (2, 1)
