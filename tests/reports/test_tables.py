"""统计表 1–8: figures that agree with the board and the facts, each one drillable."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.posts import queries as posts
from apps.quotas import dated
from apps.quotas import queries as quotas
from apps.reports import periods
from apps.reports.tables import TABLES, Asked
from apps.reports.tables import figures as f
from apps.reports.tables.figures import spells
from apps.staff.models import Occupancy
from tests.dashboards.conftest import PLANTED
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units

from .conftest import content, pdf_text, sheet_rows

pytestmark = pytest.mark.django_db
NOW = f"{timezone.localdate():%Y-%m}"


def made(key, node, period=NOW, **values):
    return TABLES[key].make(Asked(node, periods.read(period), "某编办", **values))


def row(table, label):
    """Return {path of a column: value} of the line with a label."""
    for line in table.layout.lines:
        if label in line.cells[:2]:
            return {h.path: c for h, c in zip(table.layout.headings, line.cells, strict=False)}
    raise AssertionError(label)


class Links(HTMLParser):
    """The figures of a page that lead somewhere: [(figure, address)]."""

    def __init__(self):
        super().__init__()
        self.found, self._url, self._in = [], None, False

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._in = "layout-table" in dict(attrs).get("class", "")
        if tag == "a" and self._in:
            self._url = dict(attrs)["href"]

    def handle_data(self, data):
        if self._url:
            self.found.append((data.strip(), self._url))
            self._url = None

    def handle_endtag(self, tag):
        if tag == "table":
            self._in = False


# -- the same figures as elsewhere ----------------------------------------------------------------


@pytest.mark.rule("T-01")
@pytest.mark.parametrize("whole", [False, True])
def test_places_and_people_are_the_boards_own(world, whole):
    board = quotas.figures(world.home)
    total = row(made("4", world.home, whole=whole), "合计")
    assert total[("核定",)] == board.total.approved == 112
    assert total[("实有",)] == board.total.actual == 111
    assert total[("净空编",)] == board.total.net == 1
    assert total[("空编",)] == board.total.vacant == 6
    assert total[("超编",)] == board.total.excess == 5
    assert total[("超编单位数",)] == board.total.over == 1
    assert row(made("2", world.home, whole=whole), "合计")[("合计",)] == 112
    assert row(made("3", world.home, whole=whole), "合计")[("合计",)] == 111


@pytest.mark.rule("T-01")
def test_a_past_day_tells_what_the_board_tells_of_that_day(world):
    period = periods.read("2015-03")
    board = quotas.figures(world.home, period.last)
    total = row(made("4", world.home, "2015-03"), "合计")
    assert (total[("核定",)], total[("实有",)]) == (board.total.approved, board.total.actual)
    assert total[("核定",)] == 112
    before = row(made("4", world.home, "2015-02"), "合计")
    assert (before[("核定",)], before[("实有",)]) == (0, 0)


@pytest.mark.rule("T-01")
def test_leadership_posts_are_the_boards_own(world):
    board = posts.figures(world.home).total
    total = row(made("5", world.home), "合计")
    assert total[("领导小计", "应配")] == board.due == 4
    assert total[("领导小计", "实配")] == board.filled == 3
    assert total[("正职", "超配")] == board.over == 1
    assert total[("副职", "缺配")] == board.short == 2


def test_lines_add_up_to_subtotals_and_subtotals_to_the_whole(world):
    for key in ("2", "3", "4", "5"):
        for whole in (False, True):
            table = made(key, world.home, whole=whole)
            lines = table.layout.lines
            for column, heading in enumerate(table.layout.headings):
                if column < 2 or heading.form != "0":
                    continue
                members, subtotals, started = 0, 0, False
                for line in lines:
                    if line.sort == "group":
                        members, started = 0, line.cells[0] != "按编制类型"
                    elif line.sort == "plain" and started:
                        members += line.cells[column] or 0
                    elif line.sort == "subtotal":
                        assert (line.cells[column] or 0) == members, (key, heading.path)
                        subtotals += members
                assert (lines[-1].cells[column] or 0) == subtotals, (key, heading.path)


def test_units_stand_in_protocol_order_by_system(world):
    labels = [line.cells[1] for line in made("2", world.home).layout.lines if line.sort == "plain"]
    assert labels == ["中共嵊州市委办公室", "嵊州市教育局"]
    folded = [line.cells[0] for line in made("2", world.home).layout.lines if line.span]
    assert folded == ["党委", "政府"]
    whole = made("2", world.home, whole=True)
    labels = [line.cells[1].strip() for line in whole.layout.lines if line.sort == "plain"]
    assert labels == ["中共嵊州市委办公室", "嵊州市教育局本级", "实验小学", "机关幼儿园"]


# -- 表1 and 表8 ----------------------------------------------------------------------------------


@pytest.mark.rule("T-02")
def test_units_before_and_new_less_abolished_are_those_now(world):
    from apps.units.models import Unit

    new = units.unit("新设中心", world.home, established_on=dt.date(2020, 5, 4))
    Unit.objects.filter(pk=world.school.pk).update(
        status="abolished", abolished_on=dt.date(2020, 6, 1)
    )
    table = made("1", world.home, "2020-H1")
    total = row(table, "合计")
    assert (total[("上期",)], total[("新增",)], total[("撤销",)], total[("本期",)]) == (4, 1, 1, 4)
    assert "平" in table.checks[0]
    assert "不平" not in table.checks[0]
    empty = row(table, "未填小计")
    assert empty[("本期",)] == 1, "a unit without a class is a line of its own"
    assert new.system_class_id is None


@pytest.mark.rule("T-02")
def test_institutions_are_told_by_class_and_those_without_one_too(world):
    world.school.pi_class_id = "pi_class.2"
    world.school.save()
    table = made("8", world.home)
    assert row(table, "公益一类")[("核定",)] == 20
    assert row(table, "未填")[("核定",)] == 50
    total = row(table, "合计")
    assert (total[("核定",)], total[("实有",)], total[("净空编",)]) == (70, 64, 6)


# -- 表6 ------------------------------------------------------------------------------------------


@pytest.mark.rule("T-03")
def test_before_and_in_less_out_is_after_exactly(world):
    start, inside = dt.date(2019, 12, 31), dt.date(2020, 2, 3)
    q.people(world.nursery, 3, q.FULL, on=inside, entry_mode_id="entry_mode.03")
    leaving = list(Occupancy.objects.filter(unit=world.school)[:4])
    for spell, mode in zip(leaving, ("03", "03", "01", "10"), strict=True):
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=dt.date(2020, 3, 1), exit_mode_id=f"exit_mode.{mode}"
        )
    table = made("6", world.home, "2020-H1")
    held = spells(world.home)
    first, last = held.on_day(start).count(), held.on_day(dt.date(2020, 6, 30)).count()
    assert row(table, "期初")[("合计", "期初")] == first == 111
    assert row(table, "增加小计")[("合计", "增")] == 3
    assert row(table, "减少小计")[("合计", "减")] == 4
    assert row(table, "期末")[("合计", "期末")] == last == 110
    assert row(table, "　公开招聘")[("合计", "增")] == 3
    assert row(table, "　退休")[("合计", "减")] == 2
    total = row(table, "合计")
    assert [total[("合计", part)] for part in ("期初", "增", "减", "期末")] == [111, 3, 4, 110]
    assert all("，平" in check for check in table.checks)


@pytest.mark.rule("T-03")
def test_a_move_inside_counts_on_both_sides_and_is_told(world):
    day = dt.date(2020, 2, 3)
    spell = Occupancy.objects.filter(unit=world.school).first()
    Occupancy.objects.filter(pk=spell.pk).update(ends_on=day, exit_mode_id="exit_mode.02")
    Occupancy.objects.create(
        person=spell.person,
        unit=world.nursery,
        quota_type_id=q.FULL,
        status_id="person_status.110",
        starts_on=day,
    )
    table = made("6", world.home, "2020-02")
    assert row(table, "　其中：范围内调动、转编")[("合计", "增")] == 1
    assert row(table, "　未填")[("合计", "增")] == 1, "an entry without a mode is not dropped"
    assert row(table, "期末")[("合计", "期末")] == 111


def test_people_outside_the_totals_have_their_own_table(world):
    q.grant(world.bureau, 6, q.OUTSIDE)
    q.people(world.bureau, 4, q.OUTSIDE)
    table = made("7", world.home)
    total = row(table, "合计")
    assert (total[("控制数",)], total[("实有",)]) == (6, 4)
    assert row(made("3", world.home), "合计")[("合计",)] == 111
    assert total[("占比",)] == pytest.approx(4 / (4 + total[("在编实有",)]))


@pytest.mark.rule("T-04")
def test_what_is_not_filled_in_is_a_column_and_parts_add_up(world):
    total = row(made("3", world.home), "合计")
    assert total[("未填", "学历")] == 111
    assert total[("未填", "民族")] == 111
    ages = sum(v or 0 for path, v in total.items() if path[0] == "年龄")
    assert ages == 111


# -- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(TABLES))
@pytest.mark.rule("T-05")
def test_every_figure_leads_to_as_many_rows(client, clerk, world, key):
    q.grant(world.bureau, 6, q.OUTSIDE)
    q.people(world.bureau, 4, q.OUTSIDE)
    Occupancy.objects.filter(unit=world.school).update(entry_mode_id="entry_mode.03")
    client.force_login(clerk)
    url = reverse("reports:table", args=[key])
    for period in (NOW, "2015"):
        reader = Links()
        reader.feed(client.get(f"{url}?period={period}&at={world.home.pk}").content.decode())
        assert reader.found or key == "5"
        step = max(1, len(reader.found) // 8)
        for figure, address in reader.found[::step]:
            page = client.get(address)
            assert page.status_code == 200, address
            if "units" in address and key not in ("1", "8"):
                continue  # places lead to the units that have them
            assert page.context["page"].paginator.count == int(figure), (figure, address)


@pytest.mark.parametrize("key", list(TABLES))
def test_a_table_is_a_page_a_pdf_and_a_workbook_of_the_same_figures(client, clerk, world, key):
    client.force_login(clerk)
    url = f"{reverse('reports:table', args=[key])}?period={NOW}&at={world.home.pk}"
    page = client.get(url).content.decode()
    text = pdf_text(content(client.get(f"{url}&export=pdf")))
    rows = sheet_rows(content(client.get(f"{url}&export=xlsx")))
    title = rows[0][0]
    assert title in text
    assert title in page
    for cell in (cell for line in rows for cell in line if isinstance(cell, str)):
        assert "".join(cell.split()) in text, cell


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2199-01", "还没有开始"),
        ("2026-13", "不是统计期"),
        ("abc", "不是统计期"),
        ("0001", "年份请填写"),
        ("2026-H3", "不是统计期"),
    ],
)
def test_a_period_that_is_none_is_told_and_nothing_is_printed(
    client, clerk, world, period, sentence
):
    client.force_login(clerk)
    url = f"{reverse('reports:table', args=['4'])}?period={period}"
    page = client.get(url)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert client.get(f"{url}&export=pdf").status_code == 400
    assert client.get(f"{reverse('reports:index')}?period={period}").status_code == 422


@pytest.mark.parametrize("at", ["999999999", "x", "-1", "²", "99999999999999999999"])
def test_a_node_that_is_none_is_not_found(client, clerk, world, at):
    client.force_login(clerk)
    assert client.get(reverse("reports:table", args=["4"]), {"at": at}).status_code == 404


def test_a_table_of_another_county_does_not_exist_and_tells_no_name(
    client, stranger, world, foreign_bureau
):
    client.force_login(stranger)
    for key in TABLES:
        url = reverse("reports:table", args=[key])
        assert client.get(url, {"at": world.home.pk}).status_code == 404
        assert "嵊州" not in client.get(url).content.decode()


def test_the_own_county_never_shows_the_other(client, clerk, world):
    client.force_login(clerk)
    for key in TABLES:
        page = client.get(reverse("reports:table", args=[key])).content.decode()
        assert PLANTED not in page


def test_a_unit_clerk_gets_the_tables_of_the_own_unit(client, unit_clerk, world):
    client.force_login(unit_clerk)
    page = client.get(reverse("reports:table", args=["4"]))
    assert page.context["node"] == world.bureau
    assert row(page.context["made"], "合计")[("核定",)] == 100


def test_more_units_cost_no_query(clerk, world):
    for key in TABLES:
        with CaptureQueriesContext(connection) as few:
            made(key, world.home)
        for number in range(3):
            unit = units.unit(f"新单位{key}{number}", world.home, nature_id="nature.101")
            q.grant(unit, 3)
        with CaptureQueriesContext(connection) as many:
            made(key, world.home)
        assert len(many) <= len(few), key
        assert len(many) <= 30


@pytest.mark.rule("T-06")
def test_a_subtree_too_large_for_units_is_told_by_the_nodes_below(world, monkeypatch):
    monkeypatch.setattr("apps.reports.register.MOST_UNITS", 2)
    table = made("4", world.home)
    labels = [line.cells[1] for line in table.layout.lines if line.sort == "plain"]
    assert "党委机关" in labels
    assert "嵊州市教育局" in labels
    total = row(table, "合计")
    assert (total[("核定",)], total[("实有",)], total[("超编单位数",)]) == (112, 111, 1)
    assert row(made("6", world.home), "合计")[("合计", "期末")] == 111


@pytest.mark.rule("T-06")
@pytest.mark.parametrize("refreshed", [False, True])
def test_sums_of_the_nodes_below_are_the_sums_of_their_units(world, refreshed):
    p.due(world.bureau, 3)
    p.holder(world.bureau)
    p.holder(world.office, p.DEPUTY)
    q.grant(world.school, 4, q.OUTSIDE)
    q.people(world.school, 2, q.OUTSIDE, on=dt.date(2020, 5, 1))
    if refreshed:
        dated.refresh()
    today = timezone.localdate()
    for node in (world.home, world.bureau):
        length = len(node.path) + 4
        for day in (dt.date(2015, 3, 1), dt.date(2019, 1, 1), dt.date(2020, 5, 1), today):
            for count in (f.places, f.posts):
                summed = {}
                for path, tally in count(node, day).items():
                    summed.setdefault(path[:length], Counter()).update(tally)
                below = count(node, day, length)
                for path in {*summed, *below}:
                    assert +below.get(path, Counter()) == +summed.get(path, Counter()), (path, day)
    assert f.places(world.home, today, len(world.home.path) + 4)[world.bureau.path]["over"] == 1


def test_periods_have_their_days():
    half = periods.read("2024-h1")
    assert (half.before, half.first, half.last) == (
        dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 6, 30),
    )  # fmt: skip
    assert periods.read("2024-02").last == dt.date(2024, 2, 29)
    assert periods.read("2023").label == "2023年度"
    running = periods.current()
    assert running.is_running or running.last == timezone.localdate()
    assert running.end == timezone.localdate()
    assert all(
        re.fullmatch(r"\d{4}(-\d\d|-H[12])?", key)
        for _, found in periods.offered()
        for key, _ in found
    )
