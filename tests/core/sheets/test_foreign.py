"""Layouts of other offices: their header is found, their columns proposed, their cells ours."""

import datetime as dt

import openpyxl
import pytest

from apps.core import sheets
from apps.core.sheets import Column, Mapping, applied, choose_profile, day, month, propose, text
from apps.core.sheets.mapping import from_json, mistakes
from apps.core.sheets.workbook import Sheet, Workbook

COLUMNS = [
    Column("姓名", "name", text, required=True),
    Column("公民身份号码", "id_no", text, aliases=("身份证号",)),
    Column("出生年月", "born", month),
    Column("编制所在单位", "unit", text, aliases=("单位",), required=True),
    Column("编制类型", "kind", text, required=True, aliases=("编制性质",)),
    Column("入编时间", "starts_on", day, required=True),
    Column("备注", "note", text),
]
SYNONYMS = {"starts_on": ("进编时间",)}
KNOWN = sheets.spellings(COLUMNS, SYNONYMS)


@pytest.fixture
def office_book(tmp_path):
    """A county's roster: title, unit line, header over two lines, numbers, total, signature."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "在编人员"
    page.append(["某县机关事业单位工作人员花名册"])
    page.append(["填报单位：某县教育局", None, None, None, None, "2024年3月"])
    page.append(["序\n号", "基本信息", None, None, "编制信息", None, None, "备注"])
    page.append(
        [None, "姓 名", "身份证\n号", "出生\n年月", "单位", "编制\n性质", "进编\n时间", None]
    )
    page.append([1, 2, 3, 4, 5, 6, 7, 8])
    page.append([1, "张三", "330683197904120017", "1979.4", "某县教育局", "事业", "2015.3", None])
    page.append([2, "李四", "330683198004120017", "1980.4", None, "事业", "201503", "借调"])
    page.append(["合计", 2])
    page.append(["制表人：王五", None, None, None, "审核人："])
    for place in ("A1:H1", "A3:A4", "B3:D3", "E3:G3", "H3:H4", "E6:E7"):
        page.merge_cells(place)
    made.create_sheet("说明").append(["本表每年填报一次"])
    made.save(tmp_path / "r.xlsx")
    return sheets.read(tmp_path / "r.xlsx")


def mapped(book, **more):
    profile = choose_profile(book, KNOWN)
    proposals = propose(profile, COLUMNS, synonyms=SYNONYMS)
    return profile, Mapping({one.name: one.field for one in proposals}, **more)


@pytest.mark.rule("W-07")
def test_a_header_over_two_lines_is_found_below_title_and_remarks(office_book):
    profile = choose_profile(office_book, KNOWN)

    assert (profile.sheet, profile.top, profile.bottom, profile.rows) == ("在编人员", 3, 4, 2)
    assert [one.name for one in profile.columns] == [
        "序号",
        "基本信息/姓名",
        "基本信息/身份证号",
        "基本信息/出生年月",
        "编制信息/单位",
        "编制信息/编制性质",
        "编制信息/进编时间",
        "备注",
    ]
    assert profile.columns[1].samples == ["张三", "李四"]
    assert [line for line, _ in profile.skipped] == [5, 8, 9]


@pytest.mark.rule("W-07")
def test_every_column_is_proposed_by_name_or_synonym(office_book):
    found = propose(choose_profile(office_book, KNOWN), COLUMNS, synonyms=SYNONYMS)

    assert [one.field for one in found] == [
        "",
        "name",
        "id_no",
        "born",
        "unit",
        "kind",
        "starts_on",
        "note",
    ]


@pytest.mark.rule("W-08")
def test_cells_stay_where_they_stood_and_days_come_by_the_chosen_rule(office_book):
    profile, mapping = mapped(office_book, days={"starts_on": "last"})
    ours, notices = applied(office_book, profile, mapping, COLUMNS)
    parsed = sheets.parse(ours, COLUMNS)

    assert parsed.lines == [6, 7]
    assert parsed.values["starts_on"] == [dt.date(2015, 3, 31)] * 2
    assert parsed.values["unit"] == ["某县教育局"] * 2, "a merged cell counts for each line"
    assert not parsed.faults
    said = [(one.row, one.message) for one in notices]
    assert (4, "「序号」一列按对照不导入") in said
    assert (6, "只有年月，按当月最后一日录入为 2015-03-31") in said
    assert (9, "不是数据行，没有读取") in said


@pytest.mark.rule("W-08")
def test_without_a_rule_a_month_is_no_day(office_book):
    profile, mapping = mapped(office_book)
    ours, _ = applied(office_book, profile, mapping, COLUMNS)
    parsed = sheets.parse(ours, COLUMNS)

    assert [(fault.row, fault.column) for fault in parsed.faults] == [(6, 7), (7, 7)]
    assert "缺少日" in next(iter(parsed.faults)).message


def test_a_constant_fills_a_column_the_file_lacks_and_a_copy_reads_one_twice(office_book):
    profile, mapping = mapped(office_book, days={"starts_on": "first"})
    mapping.columns["编制信息/编制性质"] = ""
    mapping.columns["备注"] = ""
    mapping.fills = {"kind": "行政"}
    mapping.copies = {"note": "编制信息/编制性质"}
    ours, _ = applied(office_book, profile, mapping, COLUMNS)
    parsed = sheets.parse(ours, COLUMNS)

    assert parsed.values["kind"] == ["行政"] * 2
    assert parsed.values["note"] == ["事业"] * 2
    assert not mistakes(mapping, profile, COLUMNS)


def test_a_default_fills_only_the_empty_cells(office_book):
    profile, mapping = mapped(office_book, fills={"note": "无"}, days={"starts_on": "first"})
    ours, _ = applied(office_book, profile, mapping, COLUMNS)

    assert sheets.parse(ours, COLUMNS).values["note"] == ["无", "借调"]


@pytest.mark.rule("W-08")
def test_what_cannot_stand_is_said_at_its_field(office_book):
    profile, mapping = mapped(office_book)
    mapping.columns["备注"] = "name"
    mapping.columns["没有的列"] = "note"
    mapping.columns["序号"] = "salary"
    mapping.copies = {"unit": "备注"}
    mapping.fills = {"starts_on": "去年"}
    mapping.days = {"name": "first"}
    said = dict(mistakes(mapping, profile, COLUMNS))

    assert "都对照到「姓名」" in "".join(s for f, s in mistakes(mapping, profile, COLUMNS))
    assert "只有日期列" in said["name"]
    assert "没有「没有的列」" in "".join(s for _, s in mistakes(mapping, profile, COLUMNS))
    assert "「salary」不是" in "".join(s for _, s in mistakes(mapping, profile, COLUMNS))
    assert "已有对照的列" in said["unit"]
    assert "「去年」不行" in said["starts_on"]


@pytest.mark.parametrize("content", [[], {"columns": []}, {"columns": {"a": 1}}, {"sheet": 3}])
def test_json_that_is_no_mapping_is_refused(content):
    with pytest.raises(ValueError, match="对照方案"):
        from_json(content)


def test_a_grouped_header_without_merges_carries_its_headings(tmp_path):
    path = tmp_path / "r.csv"
    lines = "某县花名册,,,,\n序号,基本信息,,编制,\n,姓名,身份证号,单位,编制性质\n1,张三,1,局,事业\n"
    path.write_bytes(lines.encode("gbk"))
    profile = choose_profile(sheets.read(path), KNOWN)

    assert (profile.top, profile.bottom) == (2, 3)
    assert [one.name for one in profile.columns] == [
        "序号",
        "基本信息/姓名",
        "基本信息/身份证号",
        "编制/单位",
        "编制/编制性质",
    ]


def test_headers_of_one_name_are_told_apart():
    sheet = Sheet("s", [["姓名", "时间", "时间", "单位"], ["甲", "1", "2", "局"]])
    profile = choose_profile(Workbook("csv", [sheet]), KNOWN)

    assert [one.name for one in profile.columns] == ["姓名", "时间", "时间#2", "单位"]


def test_the_fingerprint_does_not_mind_the_order_of_columns():
    one = Sheet("s", [["姓名", "单位", "编制性质"], ["甲", "局", "事业"]])
    other = Sheet("t", [["标题"], ["单 位", "编制性质", "姓名"], ["局", "事业", "甲"]])
    found = [choose_profile(Workbook("csv", [sheet]), KNOWN).fingerprint for sheet in (one, other)]

    assert found[0] == found[1]


def test_what_was_decided_before_is_proposed_first():
    sheet = Sheet("s", [["姓名", "归口", "编制性质"], ["甲", "局", "事业"]])
    profile = choose_profile(Workbook("csv", [sheet]), KNOWN)
    found = propose(profile, COLUMNS, remembered=[{"归口": "unit"}])

    assert [(one.name, one.field) for one in found][1] == ("归口", "unit")
    assert found[1].why == "上次这样对照"


def test_a_sheet_without_words_has_no_header():
    sheet = Sheet("s", [[1, 2, 3], [4, 5, 6]])

    assert choose_profile(Workbook("csv", [sheet]), KNOWN).bottom == 0
