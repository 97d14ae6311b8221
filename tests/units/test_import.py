"""Importing the tree: real listings exactly, our own template, and every fault at its cell."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction

from apps.accounts.system import SYSTEM
from apps.audit.models import AuditEvent
from apps.core.imports import KINDS, RefusedByRegister
from apps.core.sheets import Sheet, Workbook
from apps.units import services
from apps.units.choices import EntityKind, EventKind
from apps.units.models import Unit, UnitEvent
from tests.factories import reference, units

pytestmark = pytest.mark.django_db
KIND = KINDS["units"]
TREES = Path(__file__).resolve().parents[3] / "shared" / "data" / "org_trees"
FILES = ("shandong_province_2018", "heze_shizhi_2018", "heze_yuncheng_2018")


def book(*rows):
    return Workbook("csv", [Sheet("机构", [list(row) for row in rows])])


def check(*rows, user=SYSTEM, under=None):
    return KIND.check(book(*rows), user=user, under=under)


def take_in(*rows, user=SYSTEM, under=None):
    plan = check(*rows, user=user, under=under)
    assert plan.faults.as_json() == []
    with transaction.atomic():
        KIND.commit(plan, by=user)
    return plan


def faults(plan):
    return [(fault.row, fault.header, fault.message) for fault in plan.faults.sorted()]


def counts(plan):
    return plan.creates, plan.changes, plan.same


def listing(name):
    path = TREES / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"needs the shared data beside the checkout: {path.name}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def stands_as(rows, root):
    """Compare the subtree of `root` with a listing: order, depth, names, codes and kinds."""
    header, *body = rows
    found = [
        (unit.name, unit.code or "", unit.depth - root.depth, unit.entity_kind)
        for unit in Unit.objects.under(root)
    ]
    records = (dict(zip(header, row, strict=True)) for row in body)
    expected = [
        (
            row["name"],
            row["code"],
            int(row["depth"]),
            "body" if row["is_unit"] == "1" else "grouping",
        )
        for row in records
    ]
    assert found == expected


@pytest.mark.parametrize("where", ["top", "under"])
def test_the_real_trees_come_out_exactly(db, where):
    under = units.unit("全国", entity_kind=EntityKind.GROUPING) if where == "under" else None
    for name in FILES:
        rows = listing(name)
        plan = take_in(*rows, under=under)
        assert counts(plan) == (len(rows) - 1, 0, 0)
    for name in FILES:
        rows = listing(name)
        root = Unit.objects.get(name=rows[1][3], depth=2 if under else 1)
        stands_as(rows, root)
        history = Unit.history.count(), UnitEvent.objects.count(), AuditEvent.objects.count()
        assert counts(take_in(*rows, under=under)) == (0, 0, len(rows) - 1)
        assert history == (
            Unit.history.count(),
            UnitEvent.objects.count(),
            AuditEvent.objects.count(),
        )
    assert Unit.objects.find_problems() == ([], [], [], [], [])
    made = Unit.objects.exclude(pk=under.pk) if under else Unit.objects.all()
    assert UnitEvent.objects.filter(kind=EventKind.INITIAL).count() == made.count()


def test_an_exported_tree_comes_back_unchanged(db):
    rows = listing("heze_yuncheng_2018")
    take_in(*rows)
    columns = KIND.columns(SYSTEM)
    header = [column.header for column in columns]
    exported = [
        [column.shown(value) for column, value in zip(columns, row, strict=True)]
        for row in KIND.rows(user=SYSTEM)
    ]

    assert counts(check(header, *exported)) == (0, 0, len(rows) - 1)


HEADER = ("上级机构编码", "机构编码", "机构名称", "类别", "机构性质", "设立日期", "设立文号")


def test_our_template_makes_units_in_the_order_of_the_file(home, document, clerk):
    plan = take_in(
        HEADER,
        ("A1", "A11", "嵊州中学", "法人单位", "事业单位", "", ""),
        (home.code, "A1", "嵊州市教育局", "法人单位", "行政机关", "2015-03-01", document.number),
        ("A1", "", "办公室", "内设机构", "", "", ""),
        ("", "A2", "嵊州市体育局", "", "", "", ""),
        user=clerk,
    )
    assert counts(plan) == (4, 0, 0)
    names = list(Unit.objects.under(home).values_list("name", "depth", "entity_kind"))
    assert names == [
        ("嵊州市", 1, "grouping"),
        ("嵊州市教育局", 2, "body"),
        ("嵊州中学", 3, "body"),
        ("办公室", 3, "department"),
        ("嵊州市体育局", 2, "body"),
    ]
    bureau = Unit.objects.get(code="A1")
    event = bureau.events.get()
    assert (event.kind, event.document, event.on) == ("establish", document, dt.date(2015, 3, 1))
    assert bureau.document_links.get().document == document
    assert bureau.history.get().history_user_id == clerk.pk
    assert Unit.objects.get(code="A11").events.get().kind == "initial"
    assert AuditEvent.objects.get(kind="unit.import").change_id == bureau.history.get().change_id


def test_what_differs_is_shown_field_by_field_and_set(home, bureau, clerk):
    plan = take_in(
        ("机构编码", "机构名称", "简称", "经费形式"),
        (bureau.code, "嵊州市教育体育局", "教体局", "财政全额补助"),
        user=clerk,
    )
    assert counts(plan) == (0, 1, 0)
    assert {tuple(change) for change in plan.changed[0].changes} == {
        ("机构名称", "嵊州市教育局", "嵊州市教育体育局"),
        ("简称", "", "教体局"),
        ("经费形式", "", "财政全额补助"),
    }
    bureau.refresh_from_db()
    assert (bureau.name, bureau.name_initials) == ("嵊州市教育体育局", "szsjytyj")
    event = bureau.events.get()
    assert event.before["name"] == "嵊州市教育局"
    assert bureau.history.first().name == "嵊州市教育体育局"


def test_an_empty_cell_leaves_the_value(home, bureau, clerk):
    services.change(unit=bureau, by=clerk, short_name="教育局")
    plan = check(("机构编码", "机构名称", "简称"), (bureau.code, bureau.name, ""), user=clerk)
    assert counts(plan) == (0, 0, 1)


def test_a_code_is_filled_in_where_there_was_none(home, clerk):
    units.unit("嵊州市体育局", home, code=None)
    plan = take_in(
        ("上级机构编码", "机构编码", "机构名称"),
        (home.code, "T1", "嵊州市体育局"),
        user=clerk,
    )
    assert counts(plan) == (0, 1, 0)
    assert Unit.objects.get(code="T1").name == "嵊州市体育局"


NAMES = ("上级机构编码", "机构编码", "机构名称")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("X9", "1", "甲局")], "上级机构“X9”不在库中，也不在本文件中"),
        ([("", "1", "甲局"), ("", "1", "乙局")], "机构编码 1 与第 2 行重复"),
        ([("", "", "甲局"), ("", "", "甲局")], "与第 2 行同名，同一上级下名称不能相同"),
        ([("2", "1", "甲局"), ("1", "2", "乙局")], "上级关系成环"),
        ([("", "", "")], ""),
        ([("", "9", "")], "「机构名称」必须填写"),
        ([("", "9", "甲" * 161)], "有 161 个字，最多 160 个"),
    ],
)
def test_a_fault_stands_at_its_row(home, clerk, rows, message):
    plan = check(NAMES, *rows, user=clerk)
    found = faults(plan)
    assert len(found) == 1
    assert message in found[0][2]
    assert Unit.objects.count() == 1


def test_an_unknown_parent_is_answered_with_the_nearest(home, clerk):
    units.unit("嵊州市教育局", home)
    plan = check(("上级机构名称", "机构名称"), ("嵊洲市教育局", "嵊州中学"), user=clerk)
    assert faults(plan) == [
        (
            2,
            "上级机构名称",
            "上级机构“嵊洲市教育局”不在库中，也不在本文件中，是否应为“嵊州市教育局”",
        )
    ]


def test_two_parents_of_one_name_are_not_guessed(home, clerk):
    for name in ("甲局", "乙局"):
        units.unit("办公室", units.unit(name, home))
    plan = check(("上级机构名称", "机构名称"), ("办公室", "文印室"), user=clerk)
    assert "有 2 个机构叫“办公室”，请写上级机构编码" in faults(plan)[0][2]


@pytest.mark.rule("U-18")
def test_a_unit_is_not_moved(home, bureau, clerk):
    other = units.unit("嵊州市公安局", home)
    plan = check(NAMES, (other.code, bureau.code, bureau.name), user=clerk)
    assert "在库中位于“嵊州市”下；导入不移动机构" in faults(plan)[0][2]


@pytest.mark.rule("U-17")
def test_a_decided_value_is_not_changed_by_import(home, bureau, clerk):
    plan = check(
        ("机构编码", "机构名称", "机构规格"),
        (bureau.code, bureau.name, "副科（乡）级"),
        user=clerk,
    )
    assert "变更机构规格须有批文" in faults(plan)[0][2]


@pytest.mark.rule("U-12")
def test_a_former_code_is_refused(home, bureau, clerk):
    former = bureau.code
    services.change(unit=bureau, by=clerk, code="NEW-1")
    plan = check(NAMES, (home.code, former, "嵊州市体育局"), user=clerk)
    assert "编码不能重复使用" in faults(plan)[0][2]


def test_a_foreign_unit_is_refused_without_its_name(home, foreign_bureau, clerk):
    for parent, unit in (("", foreign_bureau.code), (foreign_bureau.code, "Z1")):
        plan = check(NAMES, (parent, unit, "嵊州市体育局"), user=clerk)
        assert len(faults(plan)) == 1
        assert "保密名称" not in str(faults(plan))
        assert "新昌" not in str(faults(plan))


def test_a_clerk_adds_nothing_at_the_top(home, clerk, foreign_home):
    both = units.holder("both", "office_clerk", foreign_home)
    from apps.units import appointments

    appointments.appoint(user=both, role="office_clerk", unit=home, by=None)
    user = type(both).objects.get(pk=both.pk)
    plan = check(("机构编码", "机构名称"), ("Z1", "新县"), user=user)
    assert "没有写上级机构" in faults(plan)[0][2]
    plan = take_in(("机构编码", "机构名称"), ("Z1", "体育局"), user=user, under=home)
    assert Unit.objects.get(code="Z1").path.startswith(home.path)


def test_credit_codes_are_checked_and_unique(home, bureau, clerk):
    header = ("机构编码", "机构名称", "统一社会信用代码")
    plan = check(header, ("Z1", "体育局", "11330683MB12345678"), user=clerk)
    assert "校验码应为" in faults(plan)[0][2]
    right = faults(plan)[0][2].split("应为 ")[1][0]
    code = f"11330683MB1234567{right}"
    services.change(unit=bureau, by=clerk, uscc=code)
    plan = check(header, ("Z1", "体育局", code), user=clerk)
    assert f"统一社会信用代码 {code} 已用于其他机构" in faults(plan)[0][2]


def test_an_unregistered_document_is_a_fault(home, clerk):
    plan = check(
        ("机构编码", "机构名称", "设立日期", "设立文号"),
        ("Z1", "体育局", "2015-03-01", "嵊编发〔2015〕99号"),
        user=clerk,
    )
    assert faults(plan)[0][1] == "设立文号"


def test_who_is_faster_makes_the_commit_refuse(home, document, clerk):
    plan = check(NAMES, (home.code, "Z1", "体育局"), user=clerk)
    services.establish(
        parent=home,
        name="体育局",
        entity_kind=EntityKind.BODY,
        on=units.DAY,
        document=document,
        by=clerk,
        code="Z2",
    )
    before = Unit.objects.count()
    with pytest.raises(RefusedByRegister) as refused, transaction.atomic():
        KIND.commit(plan, by=clerk)
    assert "同一上级下已有“体育局”，编码是 Z2" in str(refused.value.faults.as_json())
    assert Unit.objects.count() == before


def test_a_long_chain_is_a_fault_and_no_crash(home, clerk):
    rows = [(f"{n + 1}", f"{n}", f"机构{n}") for n in range(3000)]
    plan = check(NAMES, *rows, (home.code, "3000", "机构3000"), user=clerk)
    assert "机构树最多" in faults(plan)[0][2]


def test_regions_are_named_by_code_or_name(home, clerk):
    from apps.units.models import Region

    reference.load()
    Region.objects.create(code="330683", name="嵊州市", level="county")
    header = ("机构编码", "机构名称", "行政区划")
    plan = take_in(header, ("Z1", "甲局", "330683"), ("Z2", "乙局", "嵊州市"), user=clerk)
    assert plan.creates == 2
    assert set(Unit.objects.filter(code__startswith="Z").values_list("region_id", flat=True)) == {
        "330683"
    }
