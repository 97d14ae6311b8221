"""The two reminder sheets: sums that hold, the board's own totals, one content on every medium."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.models import CodeValue
from apps.dashboards.queries import protocol
from apps.dashboards.queries.summary import summary
from apps.dashboards.sheets import posts_sheet, quota_sheet
from apps.dashboards.sheets.build import Share
from apps.posts import queries as posts
from apps.units.models import DocumentUnit
from apps.units.place import Place
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units
from tests.factories.documents import DocumentFactory

from .conftest import PLANTED

pytestmark = pytest.mark.django_db
MAKERS = [quota_sheet, posts_sheet]
PAGES = ["dashboards:quota_sheet", "dashboards:posts_sheet"]


def made(make, node, **options):
    return make(node, office="某编办", **options)


def column(sheet, *path):
    return next(n for n, field in enumerate(sheet.fields) if field.path == path)


def rows_of(sheet, *sorts):
    return [row for row in sheet.rows if row.sort in sorts]


def summed(rows, place):
    """Return the sum of a column; shares are summed part by part and whole by whole."""
    values = [row.cells[place] for row in rows if row.cells[place] is not None]
    if values and isinstance(values[0], Share):
        return Share(sum(v.part for v in values), sum(v.whole for v in values))
    return sum(values) if values else None


def number_columns(sheet):
    return [
        n
        for n, field in enumerate(sheet.fields)
        if field.form != "@" and field.value is not None and field.alone is None
    ]


# -- sums -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("opened", ["none", "one", "all"])
def test_rows_add_up_to_subtotals_and_subtotals_to_the_whole(world, make, opened):
    sheet = made(
        make,
        world.home,
        opened={"none": set(), "one": {str(world.bureau.pk)}, "all": {"all"}}[opened],
    )
    (total,) = rows_of(sheet, "total")
    subtotals = rows_of(sheet, "subtotal")
    assert [row.label for row in subtotals] == ["党委小计", "政府小计"]
    for place in number_columns(sheet):
        members = []
        for row in sheet.rows:
            if row.sort in ("unit", "part"):
                members.append(row)
            elif row.sort == "subtotal":
                assert summed(members, place) == row.cells[place], (row.label, place)
                members = []
        assert summed(subtotals, place) == total.cells[place], place


@pytest.mark.rule("B-02")
def test_the_quota_sheet_tells_the_boards_totals(world):
    """Both by different roads: the sheet adds up cells, the board reads buckets."""
    tally = made(quota_sheet, world.home).total
    whole, board = tally.total, summary(world.home).quotas.total

    assert whole == board
    assert (whole.approved, whole.net, whole.vacant, whole.excess, whole.over) == (112, 1, 6, 5, 1)
    assert tally.usable == 6  # rules B-02: what is over elsewhere takes nothing away


def test_the_posts_sheet_tells_the_boards_posts_at_the_head_of_units(world):
    p.due(world.bureau, 2, "post_kind.21")  # 内设机构: in the board, not on this sheet
    tally = made(posts_sheet, world.home).total
    kinds = [r for r in posts.figures(world.home).kinds if r.post_kind.attrs["level"] == "unit"]

    assert tally.due.sum == sum(row.sums.due for row in kinds) == 4
    assert (tally.over.chief, tally.over.deputy, tally.short.chief, tally.short.deputy) == (
        1, 0, 0, 2,
    )  # fmt: skip  # domain.md §5.3: no netting
    assert (tally.over_units, tally.short_units) == (1, 1)


def test_a_past_day_adds_up_too(world):
    q.grant(world.school, 5, q.FULL, on=dt.date(2019, 1, 1))
    day = dt.date(2018, 12, 31)
    assert (
        made(quota_sheet, world.home, on=day).total.total == summary(world.home, day).quotas.total
    )
    assert made(quota_sheet, world.home).total.total.approved == 117
    empty = made(posts_sheet, world.home, on=dt.date(2015, 2, 28)).total
    assert (empty.due.sum, empty.filled.sum) == (0, 0)
    assert made(posts_sheet, world.home, on=q.DAY).total.filled.sum == 3


def test_places_of_a_department_are_its_units_and_nothing_is_lost(world):
    department = units.unit("人事科", world.school, entity_kind="department", code=None)
    loose = units.unit("筹备组", world.organs, entity_kind="department", code=None)
    with connection.cursor() as cursor:  # past the rule that places stand at the unit
        for unit in (department, loose):
            cursor.execute(
                'INSERT INTO quotas_quotaentry (unit_id, quota_type_id, change, kind, "on", '
                "document_id, source_level, reason, note, scope) SELECT %s, 'quota_type.21', 3, "
                "'grant', '2015-03-01', id, '', '测试', '', '' FROM documents_approvaldocument "
                "LIMIT 1",
                [unit.pk],
            )
    sheet = made(quota_sheet, world.home, opened={"all"})
    by_name = {row.label: row for row in sheet.rows}

    assert sheet.total.total == summary(world.home).quotas.total
    assert by_name["实验小学"].cells[column(sheet, "合计", "核定")] == 23
    assert by_name["筹备组"].cells[column(sheet, "合计", "核定")] == 3


def test_an_abolished_unit_is_listed_for_the_days_it_existed(world):
    old = units.unit("旧中心", world.home, established_on=dt.date(2010, 1, 1))
    old.status, old.abolished_on = "abolished", dt.date(2016, 1, 1)
    old.save()

    today = {row.label for row in made(quota_sheet, world.home).rows}
    then = {row.label for row in made(quota_sheet, world.home, on=dt.date(2015, 6, 1)).rows}
    assert "旧中心" not in today
    assert "旧中心" in then


# -- what stands in the cells ---------------------------------------------------------------------


def test_rows_stand_in_protocol_order_by_class(world):
    sheet = made(quota_sheet, world.home, opened={"all"})
    assert [(row.sort, row.label) for row in sheet.rows] == [
        ("group", "党委"),
        ("unit", "中共嵊州市委办公室"),
        ("subtotal", "党委小计"),
        ("group", "政府"),
        ("unit", "嵊州市教育局"),
        ("part", "实验小学"),
        ("part", "机关幼儿园"),
        ("subtotal", "政府小计"),
        ("total", "合计"),
    ]
    folded = made(quota_sheet, world.home)
    (bureau,) = [row for row in folded.rows if row.unit == world.bureau]
    assert (bureau.folded, bureau.cells[column(folded, "合计", "实有")]) == (2, 99)


def test_types_without_data_are_left_out_and_named(world):
    sheet = made(quota_sheet, world.home)
    heads = {field.path[0] for field in sheet.fields}

    assert {"行政", "事业全额"} <= heads
    assert not heads & {"周转", "工勤", "政法专项"}
    (note,) = [note for note in sheet.notes if "没有数据" in note]
    for word in ("政法专项", "参公", "事业差额", "工勤", "周转", "编外"):
        assert word in note
    q.grant(world.school, 4, q.OUTSIDE)
    sheet = made(quota_sheet, world.home)
    place = column(sheet, "编外", "控制数")
    assert rows_of(sheet, "total")[0].cells[place] == 4
    assert sheet.total.total.approved == 112  # 编外 stays out of the totals


@pytest.mark.rule("B-03")
def test_the_structure_of_the_people_is_counted(world):
    """Rules B-04: under 35 by month of birth, from 本科 on, 专技高级 of 专技."""
    day = dt.date(2026, 11, 22)
    q.grant(world.office, 4)
    young, old, *_ = q.people(world.office, 4, birth_month=dt.date(1991, 12, 1))
    _set(young, education_id="education.21")
    _set(old, birth_month=dt.date(1991, 11, 1), education_id="education.31")
    (senior,) = q.people(
        world.nursery, 1, q.FULL,
        position_class_id="position_class.2", position_grade_id="position_grade.C07",
    )  # fmt: skip
    q.people(
        world.nursery, 1, q.FULL,
        position_class_id="position_class.2", position_grade_id="position_grade.C08",
    )  # fmt: skip
    _set(senior, birth_month=dt.date(1966, 3, 1))

    people = made(quota_sheet, world.home, on=None).total.people
    from apps.dashboards.queries.quota_tally import people_of

    found = people_of(Place.of(world.home), day, [])
    office, nursery = found[world.office.path], found[world.nursery.path]
    assert (office.heads, office.young, office.graduates) == (16, 3, 1)
    assert (nursery.specialists, nursery.senior, nursery.retiring) == (2, 1, 1)
    assert people.heads == summary(world.home).quotas.total.actual


def _set(spell, **fields):
    for name, value in fields.items():
        setattr(spell.person, name, value)
    spell.person.save()


def test_leaders_levels_age_and_documents_are_told(world):
    p.due(world.school, 1, post_level=CodeValue.objects.get(pk="post_level.1A42"))
    p.holder(world.school, post_level_id="post_level.1A41", birth_month=dt.date(1960, 1, 1))
    p.holder(world.school, "post_kind.14", counted=False)
    number = DocumentFactory(scope=world.home.path, kind_id="doc_kind.31")
    DocumentUnit.objects.create(document=number, unit=world.school)

    sheet = made(posts_sheet, world.home, opened={"all"})
    (row,) = [row for row in sheet.rows if row.unit == world.school]

    assert row.cells[column(sheet, "高配/低配", "高")] == 1
    assert row.cells[column(sheet, "不占职数人员")] == 1
    assert row.cells[column(sheet, "未来1年内到龄")] == 1
    assert row.cells[column(sheet, "三定文号")] == number
    assert row.cells[column(sheet, "超配", "小计")] is None


def test_colours_come_with_words(world):
    world.office.is_classified = True
    world.office.save()
    sheet = made(posts_sheet, world.home)
    (bureau,) = [row for row in sheet.rows if row.unit == world.bureau]
    over, short = column(sheet, "超配", "正"), column(sheet, "缺配", "副")
    assert (bureau.tones[over], bureau.tones[short]) == ("over", "short")
    assert bureau.cells[column(sheet, "备注")] == "超配正1，缺配副2"
    (office,) = [row for row in sheet.rows if row.unit == world.office]
    assert office.cells[column(sheet, "备注")] == "涉密"


def test_the_sentence_is_the_offices_own(world):
    assert made(quota_sheet, world.home).sentence == (
        "行政编制42名，实有47名，净空编−5名；事业编制70名，实有64名，净空编6名；"
        "合计112名，实有111名，净空编1名（毛空编6名，毛超编5名），空编比例1%；超编单位1个。"
    )


# -- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_the_page_shows_the_scope_of_its_reader_alone(client, world, leader, name, foreign_bureau):
    client.force_login(leader)
    page = client.get(reverse(name), {"open": "all"}).content.decode()

    assert "机关幼儿园" in page
    assert PLANTED not in page
    assert client.get(reverse(name), {"at": foreign_bureau.pk}).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_bureau_opens_and_closes(client, world, leader, name):
    client.force_login(leader)
    page = client.get(reverse(name)).content.decode()
    assert "机关幼儿园" not in page
    assert f"open={world.bureau.pk}#u{world.bureau.pk}" in page

    page = client.get(reverse(name), {"open": world.bureau.pk}).content.decode()
    assert "机关幼儿园" in page
    assert "收起嵊州市教育局的下属单位" in page


def test_only_what_is_red_or_blue_can_be_listed(client, world, leader):
    client.force_login(leader)
    for name in PAGES:
        body = client.get(reverse(name), {"marked": 1}).context["body"]
        rows = re.findall(r'<tr class="row-(\w+)".*?<th[^>]*>(.*?)</th>', body, re.S)
        assert [(sort, re.sub(r"<[^>]*>", "", label)) for sort, label in rows] == [
            ("group", "政府"), ("unit", "嵊州市教育局"), ("total", "合计"),
        ]  # fmt: skip


def test_too_many_units_for_one_sheet_lead_to_the_nodes_below(client, world, leader, monkeypatch):
    monkeypatch.setattr("apps.dashboards.views.sheets.MOST_UNITS", 3)
    client.force_login(leader)

    page = client.get(reverse(PAGES[0]))
    assert "单位太多" in page.content.decode()
    assert f"?at={world.organs.pk}" in page.content.decode()
    assert client.get(reverse(PAGES[0]), {"at": world.organs.pk}).context["sheet"].units == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("more", [1, 3])
def test_more_units_cost_no_query(client, world, leader, name, more, request):
    for number in range(more):
        unit = units.unit(f"第{number}中学", world.home, nature_id="nature.104")
        q.staffed(unit, 5, 7, q.FULL)
        p.due(unit, 1)
    client.force_login(leader)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(name), {"open": "all"})

    counts = request.config.stash.setdefault(_COUNTS, {})
    assert len(asked) <= 30
    assert counts.setdefault(name, len(asked)) == len(asked)


_COUNTS = pytest.StashKey[dict]()


# -- the workbook ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_the_workbook_is_the_whole_sheet(client, world, leader, name):
    client.force_login(leader)
    answer = client.get(reverse(name), {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    page = book.active
    lines = [[cell.value for cell in row] for row in page.iter_rows()]
    make = dict(zip(PAGES, MAKERS, strict=True))[name]
    sheet = made(make, world.home, opened={"all"})

    assert lines[0][0] == sheet.title
    assert "截止日期" in "".join(str(v) for v in lines[1] if v)
    total = next(line for line in lines if line[1] == "合计")
    (row,) = rows_of(sheet, "total")
    for place in number_columns(sheet):
        value = row.cells[place]
        value = value.ratio if isinstance(value, Share) else value
        assert total[place + 2] == (pytest.approx(value) if value is not None else None)
    names = [line[1] for line in lines if line[0] and str(line[0]).isdigit()]
    assert names == ["中共嵊州市委办公室", "嵊州市教育局", "　　实验小学", "　　机关幼儿园"]
    assert any(sheet.sentence in str(line[0]) for line in lines)
    assert page.page_setup.paperSize in (8, "8")
    assert page.page_setup.orientation == "landscape"
    from apps.audit.models import AuditEvent

    event = AuditEvent.objects.get(kind="export.run")
    assert event.actor_id == leader.pk


def test_one_unit_more_than_the_limit_is_counted_as_the_page_counts(world):
    assert protocol.size_of(world.home) == 4
