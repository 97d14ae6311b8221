"""From a sheet to checked columns: the header found, the lines counted as Excel counts them."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from apps.core import sheets
from apps.core.sheets import Column, Sheet, Workbook

COLUMNS = [
    Column("姓名", "name", sheets.text(20, inner="cjk", middle_dot=True), required=True),
    Column(
        "身份证号",
        "number",
        sheets.text(18, half_width=True, inner="none"),
        required=True,
        aliases=("公民身份号码", "证件号码"),
        mask=lambda value: value[:3] + "***",
    ),
    Column("编制类型", "sort", sheets.code([("t.10", "行政编制"), ("t.20", "事业编制")])),
    Column("入编日期", "since", sheets.day),
    Column("人数", "count", sheets.whole_number(0)),
]
HEADER = ["姓名", "身份证号", "编制类型", "入编日期", "人数"]


def parsed(*rows: list[object], name: str = "名册", **options: object) -> sheets.Parsed:
    book = Workbook("xlsx", [Sheet(name, [list(row) for row in rows])])
    return sheets.parse(book, COLUMNS, **options)  # type: ignore[arg-type]


def said(faults: sheets.Faults) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column_text, fault.message) for fault in faults.sorted()]


def test_values_come_by_field_with_their_excel_lines() -> None:
    out = parsed(HEADER, ["张三", "330", "行政编制", "2015-03-01", 5], [], ["李四", "331"])

    assert out.lines == [2, 4]
    assert out.values == {
        "name": ["张三", "李四"],
        "number": ["330", "331"],
        "sort": ["t.10", None],
        "since": [dt.date(2015, 3, 1), None],
        "count": [5, None],
    }
    assert not out.faults
    assert out.row(1)["name"] == "李四"
    assert [row["number"] for row in out.rows()] == ["330", "331"]


@pytest.mark.parametrize("above", [0, 1, 5, 14])
def test_the_header_is_found_below_title_lines(above: int) -> None:
    lines = [["某市花名册", "", "截止日期：2024-05-31"]] * above
    out = parsed(*lines, HEADER, ["张三", "330"])

    assert out.header.line == above + 1
    assert out.lines == [above + 2]


def test_headers_are_known_by_text_in_any_order_and_spelling() -> None:
    header = ["人 数", "入编日期（年月日）", "证件号码*", "姓\n名：", "编制类型"]
    out = parsed(header, [3, "2015.3.1", "330", "张三", "t.20"])

    assert out.row(0) == {
        "name": "张三",
        "number": "330",
        "sort": "t.20",
        "since": dt.date(2015, 3, 1),
        "count": 3,
    }
    assert out.header.texts["number"] == "证件号码*"


def test_each_missing_required_header_is_one_fault_with_the_nearest() -> None:
    out = parsed(["姓 名称", "编制类型", "入编日期"], ["张三", "行政编制", ""])

    messages = [message for _, _, message in said(out.faults)]
    assert len(messages) == 2
    assert "缺少「姓名」" in messages[0]
    assert "姓 名称" in messages[0]
    assert "缺少「身份证号」" in messages[1]


def test_no_header_at_all_is_one_fault_that_lists_what_is_expected() -> None:
    out = parsed(["甲", "乙"], ["1", "2"])

    assert len(out.faults) == 1
    assert "姓名、身份证号" in out.faults.kept[0].message
    assert out.lines == []


def test_a_header_twice_is_a_fault_and_an_unknown_one_a_warning() -> None:
    out = parsed([*HEADER, "姓名", "爱好"], ["张三", "330"])

    assert [(c, m[:8]) for _, c, m in said(out.faults)] == [("姓名（F列）", "「姓名」在 A ")]
    assert [c for _, c, _ in said(out.warnings)] == ["爱好（G列）"]


def test_columns_that_a_return_has_added_are_no_news() -> None:
    out = parsed([*HEADER, "错误说明", "原行号"], ["张三", "330"])

    assert not out.warnings
    assert not out.faults


@pytest.mark.parametrize("mark", ["示例：张三", "示例", "例如：张三", "填写说明：按批文"])
def test_an_example_line_is_skipped(mark: str) -> None:
    out = parsed(HEADER, [mark, "330"], ["李四", "331"])

    assert out.lines == [3]


def test_a_person_called_like_an_example_further_down_is_not_skipped() -> None:
    out = parsed(HEADER, *[["张三", "330"]] * 5, ["示例", "330"])

    assert len(out) == 6


def test_a_sheet_without_data_is_a_fault() -> None:
    assert "没有数据" in said(parsed(HEADER).faults)[0][2]


@pytest.mark.rule("W-06")
def test_every_fault_is_at_its_cell() -> None:
    out = parsed(
        ["名册"],
        HEADER,
        ["", "330", "行政遍制", "2015.3", 1],
        ["张三", "", "事业编制", "2015-03-01", "三"],
    )

    assert [(row, column) for row, column, _ in said(out.faults)] == [
        (3, "姓名（A列）"),
        (3, "编制类型（C列）"),
        (3, "入编日期（D列）"),
        (4, "身份证号（B列）"),
        (4, "人数（E列）"),
    ]
    assert "是否应为「行政编制」" in said(out.faults)[1][2]
    assert out.values["sort"] == [None, "t.20"]


def test_rules_of_others_add_faults_at_the_same_cells() -> None:
    out = parsed(HEADER, ["张三", "330522"], ["李四", "330523"])
    out.fault(1, "number", "与第 2 行重复")
    out.warn(0, "name", "库中有同名人员")

    assert out.faults.kept[0].as_json() == {
        "sheet": "名册",
        "row": 3,
        "column": "身份证号（B列）",
        "value": "330***",
        "message": "与第 2 行重复",
    }
    assert out.warnings.kept[0].row == 2


def test_masked_columns_never_show_their_value() -> None:
    out = parsed(HEADER, ["张三", "３３０５２２1234"], ["李四", "1" * 30])
    shown = json.dumps([out.faults.as_json(), out.warnings.as_json()], ensure_ascii=False)

    assert "330***" in shown
    assert "1234" not in shown
    assert "1111" not in shown


def test_normalisations_are_listed_with_old_and_new() -> None:
    out = parsed(HEADER, ["张 三 ", "３３０", "行政编制", "2015-03-01", "５"])

    rows = {fault.header: fault.message for fault in out.warnings}
    assert rows["姓名"] == "多余的空格已去掉：「张 三 」→「张三」"
    assert "全角" in rows["身份证号"]
    assert out.values["name"] == ["张三"]
    assert not out.faults


@pytest.mark.rule("W-03")
def test_formula_cells_are_faults_unless_asked_for() -> None:
    sheet = Sheet(
        "表", [HEADER, ["张三", "330", "", "", 5]], formulas=[(2, 5), (9, 9)], formula_count=2
    )
    book = Workbook("xlsx", [sheet])

    assert [(f.row, f.column) for f in sheets.parse(book, COLUMNS).faults] == [(2, 5)]
    assert not sheets.parse(book, COLUMNS, formulas=True).faults


def test_a_column_that_is_missing_is_not_an_emptied_one() -> None:
    out = parsed(["姓名", "身份证号"], ["张三", "330"])

    assert out.given == {"name", "number"}


def test_a_persons_mapping_goes_before_the_headers() -> None:
    header = ["人员", "号", "姓名"]
    out = parsed(header, ["张三", "330", "别的"], mapping={"name": "人员", "number": "号"})

    assert out.values["name"] == ["张三"]
    assert out.values["number"] == ["330"]


def test_the_sheet_that_fits_best_is_read_and_hidden_ones_are_not() -> None:
    rows = [HEADER, ["张三", "330"]]
    book = Workbook(
        "xlsx",
        [
            Sheet("说明", [["姓名怎么填"], ["看这里"]]),
            Sheet("藏", rows, hidden=True),
            Sheet("册", rows),
            Sheet("错误清单", [["工作表", "行"], ["册", 2]]),
        ],
    )

    assert sheets.parse(book, COLUMNS).sheet.name == "册"
    assert sheets.parse(book, COLUMNS, sheet="藏").sheet.name == "藏"


def test_merged_or_short_lines_do_no_harm() -> None:
    out = parsed(HEADER, ["张三"], ["李四", "331", None, None, None, "多出来的"])

    assert out.lines == [2, 3]
    assert [message for _, _, message in said(out.faults)] == ["「身份证号」必须填写"]


def test_faults_past_the_bound_are_counted_and_said() -> None:
    faults = sheets.Faults(keep=2)
    faults.extend(sheets.Fault("表", line, 1, "列", "", "错") for line in range(1, 6))

    assert len(faults) == 5
    assert [row["row"] for row in faults.as_json()] == [1, 2, 0]
    assert "另有 3 处" in faults.as_json()[-1]["message"]


def test_the_report_has_the_agreed_form() -> None:
    report = sheets.Report("roster", rows=3, created=2, seconds={"read": 0.12345})
    report.faults.add(sheets.Fault("表", 7, 28, "列", "值", "错"))

    assert json.loads(report.dumps()) == {
        "kind": "roster",
        "rows": 3,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "withdrawn": None,
        "faults": [
            {"sheet": "表", "row": 7, "column": "列（AB列）", "value": "值", "message": "错"}
        ],
        "warnings": [],
        "seconds": {"read": 0.123},
    }


def test_a_hundred_thousand_lines_are_read_once_per_distinct_value() -> None:
    """Not a stopwatch: a kind must be asked once for equal cells, however many there are."""

    class Counting(sheets.Kind):
        asked = 0

        def one(self, value: object) -> object:
            self.asked += 1
            return value

    kind = Counting()
    read = kind.convert(["甲", "乙"] * 50_000)

    assert kind.asked == 2
    assert read.values[-1] == "乙"
