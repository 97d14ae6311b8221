"""看某一天: every page of a past day says so, shows that day's rows, and its links keep the day."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from apps.core import days
from apps.dashboards.queries.overage import over_lines
from apps.dashboards.queries.summary import summary
from apps.dashboards.sheets import posts_sheet, quota_sheet
from apps.quotas import dated, queries
from apps.staff.models import Occupancy
from apps.units import past, services
from apps.units.models import Unit, UnitEvent
from tests.factories import quotas as q
from tests.factories import units
from tests.factories.documents import DocumentFactory
from tests.quotas import world as w

pytestmark = pytest.mark.django_db

ON = dt.date(2018, 5, 17)
LISTS = ("units:list", "quotas:list", "quotas:over", "posts:list", "staff:list", "staff:left")
BOARDS = ("dashboards:board", "dashboards:posts_sheet", "dashboards:quota_sheet")
TABS = (
    "units:detail", "quotas:unit", "units:departments", "staff:unit", "units:history",
    "units:documents", "units:changes", "quotas:ledger", "posts:ledger", "staff:roster",
    "staff:unit_left",
)  # fmt: skip


def address(name, world):
    return reverse(name, args=[world.bureau.pk] if name in TABS else [])


@pytest.fixture
def later(world):
    """What happened to the world after the day: five left the bureau, its places were cut."""
    spells = Occupancy.objects.filter(unit=world.bureau)[:7]
    for spell in spells:
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=dt.date(2021, 1, 4), exit_mode_id="exit_mode.03", status_id=w.GONE
        )
    q.grant(world.office, 3, on=dt.date(2020, 2, 2))
    return world


@pytest.mark.rule("B-20")
@pytest.mark.parametrize("name", [*LISTS, *BOARDS, *TABS])
def test_a_page_of_a_past_day_says_so_and_keeps_the_day(client, leader, reader, later, name):
    client.force_login(leader if name in BOARDS else reader)

    body = client.get(address(name, later), {"on": ON}).content.decode()

    assert "2018 年 5 月 17 日" in body
    assert 'class="as-of"' in body
    for href in re.findall(r'<a\b(?![^>]*data-today)[^>]*href="(/[^"#?]*)(?=")', body):
        view = resolve(href).view_name
        assert view not in days._DATED, href


@pytest.mark.rule("B-20")
@pytest.mark.parametrize("name", [*LISTS, *BOARDS, *TABS])
def test_a_wrong_or_future_day_is_a_sentence(client, leader, reader, world, name):
    client.force_login(leader if name in BOARDS else reader)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for day, words in (("2018-02-30", "不是日期"), (tomorrow, "还没有到"), ("0999-01-01", "太早")):
        page = client.get(address(name, world), {"on": day})
        assert page.status_code == 400
        assert words in page.content.decode()
        assert "看今天的这一页" in page.content.decode()


def test_today_is_no_past_day(client, reader, world):
    client.force_login(reader)
    body = client.get(reverse("units:list"), {"on": timezone.localdate()}).content.decode()
    assert 'class="as-of"' not in body


def test_a_day_before_the_first_entry_says_so(client, leader, world):
    client.force_login(leader)
    body = client.get(reverse("dashboards:board"), {"on": "2001-01-01"}).content.decode()
    assert "编制台账从 2015-03-01 起记载" in body


def test_a_board_before_all_data_says_so_and_offers_the_first_day(client, leader, world):
    client.force_login(leader)
    page = client.get(reverse("dashboards:board"), {"at": world.home.pk, "on": "1949-10-01"})
    body = page.content.decode()
    assert "这一天还没有数据" in body
    assert "没有单位超编" not in body
    assert "没有超编单位" not in body
    first = f"{reverse('dashboards:board')}?at={world.home.pk}&amp;on=2015-03-01"
    assert body.count(f'href="{first}"') == 2  # in the frame and in the page
    there = client.get(first.replace("&amp;", "&"))
    assert there.context["nothing"] is None
    assert "这一天还没有数据" not in there.content.decode()


@pytest.mark.parametrize("settled", [False, True])
def test_lists_show_the_figures_of_the_day(client, reader, later, settled):
    if settled:
        dated.refresh()
    client.force_login(reader)

    over = client.get(reverse("quotas:over"), {"on": ON}).context["table"]
    assert [(row.record.unit, row.record.excess) for row in over.rows] == [(later.bureau, 5)]
    assert client.get(reverse("quotas:over")).context["table"].paginator.count == 0

    found = client.get(reverse("quotas:list"), {"on": ON, "sort": "-actual", "lamp": "over"})
    rows = [row.record for row in found.context["table"].rows]
    assert [(row.pk, row.then_total["actual"]) for row in rows] == [(later.bureau.pk, 35)]

    people = client.get(reverse("staff:unit", args=[later.bureau.pk]), {"on": ON})
    assert people.context["table"].paginator.count == 35
    assert client.get(reverse("staff:left"), {"on": ON}).context["table"].paginator.count == 0


@pytest.mark.parametrize("name", ["units:list", "quotas:list", "quotas:over", "posts:list"])
def test_an_export_says_the_day_in_its_name(client, reader, later, name):
    client.force_login(reader)
    answer = client.get(reverse(name), {"on": ON, "export": "xlsx"})
    whole = b"".join(answer.streaming_content)
    assert "2018-05-17" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(whole)).active
    assert "2018-05-17" in sheet.title


def test_a_unit_bears_its_name_of_the_day_and_is_missing_before_it_was(client, reader, world):
    services.rename(
        unit=Unit.objects.get(pk=world.school.pk),
        name="第一小学",
        on=dt.date(2020, 9, 1),
        document=DocumentFactory(scope=world.home.path),
        by=None,
    )
    Unit.objects.filter(pk=world.school.pk).update(established_on=dt.date(2010, 1, 1))
    client.force_login(reader)
    page = reverse("units:detail", args=[world.school.pk])

    assert '<h1 class="unit-name">实验小学' in client.get(page, {"on": ON}).content.decode()
    assert "第一小学" in client.get(page).content.decode()
    early = client.get(page, {"on": "2009-05-05"}).content.decode()
    assert "还没有这个机构，它于 2010-01-01 设立" in early
    listed = client.get(reverse("units:list"), {"on": ON}).content.decode()
    assert "实验小学" in listed
    assert "第一小学" not in listed


def moved_since(unit, below, on):
    """Move a unit and tell it as an event of that day, as the service of moves does."""
    parent = Unit.objects.get(path=unit.path[: -Unit.steplen])
    w.move(unit, below)
    UnitEvent.objects.create(
        unit=unit,
        kind="transfer",
        on=on,
        document=DocumentFactory(scope=below.path),
        before={"parent": parent.pk, "behind": None},
        after={"parent": below.pk},
    )


@pytest.mark.rule("Q-16")
@pytest.mark.parametrize("settled", [False, True])
def test_a_unit_moved_since_counts_where_it_stood(client, leader, world, settled):
    before = {
        unit.pk: queries.figures(unit, ON).total
        for unit in (world.home, world.bureau, world.organs)
    }
    school = queries.figures(world.school, ON).total
    moved_since(world.school, world.organs, dt.date(2021, 5, 5))
    if settled:
        dated.refresh()

    for unit in (world.home, world.bureau, world.organs):
        unit.refresh_from_db()
        assert queries.figures(unit, ON).total == before[unit.pk], unit
    after = dt.date(2022, 1, 1)
    assert queries.figures(world.bureau, after).total.approved == (
        before[world.bureau.pk].approved - school.approved
    )
    assert queries.figures(world.organs, after).total.approved == (
        before[world.organs.pk].approved + school.approved
    )
    below = queries.children_figures(Unit.objects.get(pk=world.inner.pk), ON)
    world.school.refresh_from_db()
    assert below[world.school.path][""] == school
    client.force_login(leader)
    page = client.get(reverse("dashboards:board"), {"at": world.inner.pk, "on": ON})
    rows = {row.unit.pk: row.sums.approved for row in page.context["board"].rows}
    assert rows[world.school.pk] == 20
    assert past.at(ON).shifts


def test_the_board_of_a_past_day_costs_few_queries(
    client, leader, later, django_assert_max_num_queries
):
    units.unit("又一个单位", later.home)
    client.force_login(leader)
    with django_assert_max_num_queries(30):
        client.get(reverse("dashboards:board"), {"on": ON})


@pytest.mark.rule("Q-16")
@pytest.mark.parametrize("settled", [False, True])
def test_lists_and_sheets_of_a_day_are_those_of_the_tree_of_that_day(
    client, leader, reader, world, settled
):
    """The bureau, five above its places, came under the organs since, its schools with it."""
    people = 35 + 20 + 44
    moved_since(world.bureau, world.organs, dt.date(2021, 5, 5))
    moved_since(Unit.objects.get(pk=world.school.pk), world.home, dt.date(2021, 6, 6))
    if settled:
        dated.refresh()
    home, organs, bureau, school = (
        Unit.objects.get(pk=unit.pk)
        for unit in (world.home, world.organs, world.bureau, world.school)
    )

    def over(unit, on):
        return [line.unit.pk for line in over_lines([unit.path], on=on)]

    assert over(organs, None) == [bureau.pk]
    assert over(organs, ON) == []
    assert over(home, ON) == over(bureau, ON) == [bureau.pk]

    def tally(make, unit, on):
        return make(unit, office="某编办", on=on, opened={"all"})

    for unit in (home, organs, bureau, school):
        sheet, board = tally(quota_sheet, unit, ON), summary(unit, ON)
        assert sheet.total.total == board.quotas.total, unit
        assert sheet.total.people.heads == board.quotas.total.actual, unit
        assert sheet.units == board.units, unit
    assert tally(quota_sheet, organs, ON).total.people.heads == 12
    assert tally(quota_sheet, bureau, ON).total.people.heads == people
    assert tally(quota_sheet, organs, None).total.people.heads == 12 + 35 + 44
    parts = [row.label for row in tally(quota_sheet, home, ON).rows if row.sort == "part"]
    assert parts == ["机关幼儿园", "实验小学"]  # below the bureau, as they stood
    assert tally(posts_sheet, organs, ON).total.due.sum == 0
    assert tally(posts_sheet, bureau, ON).total.due.sum == 4
    assert tally(posts_sheet, organs, None).total.due.sum == 4

    client.force_login(reader)
    for name, found in (("quotas:over", 1), ("posts:list", 2), ("staff:list", people)):
        for unit, count in ((organs, 0 if name != "staff:list" else 12), (bureau, found)):
            page = client.get(reverse(name), {"under": unit.pk, "under_text": unit.name, "on": ON})
            assert page.context["table"].paginator.count == count, (name, unit)
