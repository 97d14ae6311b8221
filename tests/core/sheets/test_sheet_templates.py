"""Templates are filled in and come back; faults come back in the file they were found in."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from apps.core import sheets
from apps.core.sheets import Column, Fault
from apps.core.sheets.safecell import ERROR_FILL
from tests.core.sheets.archives import book, rows_xml, sheet_xml

COLUMNS = [
    Column("姓名", "name", sheets.text(20), required=True, example="张三"),
    Column("编号", "number", sheets.text(18, half_width=True), example="0012", help="按证件填写"),
    Column("类型", "sort", sheets.code([("t.1", "行政"), ("t.2", "事业")])),
    Column("是否", "flag", sheets.yes_no),
    Column("人数", "count", sheets.whole_number(0, 99), example="3"),
    Column("单位", "unit", sheets.ref(dict, noun="单位", listing=lambda: ["甲局", "乙局"])),
]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "模板.xlsx"
    sheets.write_template(
        path, COLUMNS, title="花名册", code="roster", version=3, dictionaries={"民族": ["汉族"]}
    )
    return path


def fill(path: Path, *rows: list[object]) -> Path:
    made = openpyxl.load_workbook(path)
    for line, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=1):
            made.worksheets[0].cell(line, column).value = value
    made.save(path)
    return path


def test_a_template_locks_its_header_and_offers_lists(template: Path) -> None:
    made = openpyxl.load_workbook(template)
    sheet = made.worksheets[0]

    assert made.sheetnames == ["花名册", "填写说明", "字典"]
    assert made["字典"].sheet_state == "veryHidden"
    assert made["填写说明"].sheet_state == "visible"
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert sheet["A1"].value == "姓名*"
    assert "必填" in sheet["A1"].comment.text
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.column_dimensions["B"].number_format == "@"
    assert sheet.freeze_panes == "A2"
    rules = {str(rule.sqref).split("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["C"].formula1 == "'字典'!$A$2:$A$3"
    assert rules["F"].errorStyle == "warning"
    assert (rules["E"].formula1, rules["E"].formula2) == ("0", "99")
    assert rules["B"].type == "textLength"
    words = [cell.value for row in made["字典"].iter_rows() for cell in row]
    assert {"行政", "事业", "是", "否", "甲局", "汉族"} <= set(words)


def test_a_filled_template_is_read_without_its_example(template: Path) -> None:
    fill(template, ["李四", "0099", "事业", "是", 5, None])

    read = sheets.read(template)
    out = sheets.parse(read, COLUMNS)

    assert not out.faults
    assert out.lines == [3]
    assert out.row(0) == {
        "name": "李四", "number": "0099", "sort": "t.2", "flag": True, "count": 5, "unit": None,
    }  # fmt: skip


def test_a_template_is_known_again_by_code_and_version(template: Path) -> None:
    read = sheets.read(template)

    assert sheets.template_of(read) == ("roster", 3)
    assert sheets.template_warning(read, "roster", 3) is None
    assert "第 3 版模板，现行是第 4 版" in (sheets.template_warning(read, "roster", 4) or "")
    assert "还新" in (sheets.template_warning(read, "roster", 2) or "")
    other = sheets.template_warning(read, "units", 1, {"roster": "人员花名册"})
    assert "「人员花名册」的模板" in (other or "")


def test_a_file_of_ones_own_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(book())
    read = sheets.read(tmp_path / "a.xlsx")

    assert sheets.template_of(read) is None
    assert sheets.template_warning(read, "roster", 3) is None


# --- marked returns -----------------------------------------------------------------------


def returned(path: Path, out: Path, name: str | None = None, **options: int) -> sheets.Marked:
    """Read, parse and mark a file as an import does."""
    read = sheets.read(path, name)
    found = sheets.parse(read, COLUMNS)
    return sheets.mark_faults(
        path,
        found.faults,
        out,
        name=name,
        header_lines={found.sheet.name: found.header.line},
        **options,  # type: ignore[arg-type]
    )


def test_the_uploaded_workbook_comes_back_marked(template: Path, tmp_path: Path) -> None:
    fill(template, ["李四", "0099", "事叶", "是", 5], [None, "x" * 30, "行政", "也许", "三"])
    out = tmp_path / "out.xlsx"

    marked = returned(template, out)

    sheet = openpyxl.load_workbook(out)["花名册"]
    assert (marked.rows, marked.whole) == (2, True)
    assert sheet["G1"].value == "错误说明"
    assert "类型（C列）：「事叶」不在可选范围内" in sheet["G3"].value
    assert sheet["C3"].fill.fgColor.rgb == ERROR_FILL
    assert "不在可选范围内" in sheet["C3"].comment.text
    assert sheet["B3"].fill.fgColor.rgb != ERROR_FILL
    for cell in ("A4", "B4", "D4", "E4"):
        assert sheet[cell].fill.fgColor.rgb == ERROR_FILL
    assert sheet["A1"].comment is not None, "the template's own comments stay"
    listed = openpyxl.load_workbook(out)["错误清单"]
    assert listed.max_row == 6


def test_a_corrected_return_is_clean_and_marked_anew(template: Path, tmp_path: Path) -> None:
    fill(template, ["李四", "0099", "事叶"], ["王五", "1", "事叶"])
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    returned(template, first)
    made = openpyxl.load_workbook(first)
    made["花名册"]["C3"] = "事业"
    made.save(first)

    returned(first, second)

    sheet = openpyxl.load_workbook(second)["花名册"]
    assert [sheet.cell(1, at).value for at in (7, 8)] == ["错误说明", None]
    assert sheet["G3"].value is None
    assert sheet["C3"].fill.fgColor.rgb != ERROR_FILL
    assert sheet["C3"].comment is None
    assert "事叶" in sheet["G4"].value
    read = sheets.parse(sheets.read(second), COLUMNS)
    assert [fault.row for fault in read.faults] == [4]


@pytest.mark.parametrize(("name", "encoding"), [("a.csv", "gb18030"), ("a.csv", "utf-8")])
def test_text_comes_back_as_a_workbook(name: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes("姓名,编号,类型\n=1+1,007,事叶\n李四,008,行政\n".encode(encoding))

    marked = returned(path, tmp_path / "out.xlsx", name)

    rows = sheets.read(tmp_path / "out.xlsx").sheets[0].rows
    assert rows[0] == ["姓名", "编号", "类型", "错误说明"]
    assert rows[1][:3] == ["=1+1", "007", "事叶"]
    assert "事叶" in str(rows[1][3])
    assert rows[2][:3] == ["李四", "008", "行政"]
    assert ".csv，已转为 .xlsx" in marked.sentence
    assert not has_formula(tmp_path / "out.xlsx")


def has_formula(path: Path) -> bool:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        sheets_xml = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return any(re.search(rb"<f[ >/]", archive.read(name)) for name in sheets_xml)


def test_of_a_large_file_only_the_faulty_lines_come_back(tmp_path: Path) -> None:
    rows = [["姓名", "编号", "类型"]] + [[f"人{at}", "1", "行政"] for at in range(400)]
    rows[200][2] = rows[300][2] = "事叶"
    (tmp_path / "a.xlsx").write_bytes(book(sheet_xml(rows_xml(rows))))

    marked = returned(tmp_path / "a.xlsx", tmp_path / "out.xlsx", whole_cells=1_000)

    content = sheets.read(tmp_path / "out.xlsx").sheets[0].rows
    assert (marked.rows, marked.whole) == (2, False)
    assert "只列出有错的 2 行" in marked.sentence
    assert content[0] == ["姓名", "编号", "类型", "错误说明", "原行号"]
    assert [row[4] for row in content[1:]] == ["201", "301"]
    again = sheets.parse(sheets.read(tmp_path / "out.xlsx"), COLUMNS)
    assert not again.warnings, "the added columns are no news"


def test_faults_of_the_header_and_of_the_sheet_find_a_place(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(book(sheet_xml(rows_xml([["编号", "乙"], ["1", "2"]]))))
    faults = [
        Fault("表一", 0, 0, "表头", "", "没有找到表头"),
        Fault("没有的表", 9, 9, "x", "", "y"),
    ]

    sheets.mark_faults(tmp_path / "a.xlsx", faults, tmp_path / "out.xlsx")

    first = sheets.read(tmp_path / "out.xlsx").sheets[0].rows
    assert "没有找到表头" in str(first[0])


@pytest.mark.parametrize("whole_cells", [1_000, 1])
def test_the_header_is_found_without_being_told(whole_cells: int, tmp_path: Path) -> None:
    rows = [["某市花名册", ""], ["", ""], ["姓名", "类型"], ["张三", "事叶"]]
    (tmp_path / "a.xlsx").write_bytes(book(sheet_xml(rows_xml(rows))))
    faults = sheets.parse(sheets.read(tmp_path / "a.xlsx"), COLUMNS).faults

    sheets.mark_faults(tmp_path / "a.xlsx", faults, tmp_path / "out.xlsx", whole_cells=whole_cells)

    content = sheets.read(tmp_path / "out.xlsx").sheets[0].rows
    assert content[2][2] == "错误说明"
    assert "事叶" in str(content[3][2])


def test_what_is_written_into_remarks_never_computes(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(book(sheet_xml(rows_xml([["姓名"], ["=1+1"]]))))
    faults = [
        Fault("表一", 2, 1, "=姓名", "=1+1", "=HYPERLINK(1)"),
        Fault("表一", 2, 0, "", "", "=2"),
    ]

    sheets.mark_faults(tmp_path / "a.xlsx", faults, tmp_path / "out.xlsx")

    assert not has_formula(tmp_path / "out.xlsx")


def test_a_file_that_cannot_be_given_back_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")

    with pytest.raises(sheets.Refused):
        sheets.mark_faults(tmp_path / "a.xlsx", [], tmp_path / "out.xlsx")

    assert not (tmp_path / "out.xlsx").exists()


def test_where_openpyxl_gives_up_the_cells_come_back_plain(tmp_path: Path) -> None:
    """A style sheet openpyxl cannot take: the reader does not mind, the return is plain."""
    from tests.core.sheets.archives import MAIN, XML, Entry

    styles = (
        f'{XML}<styleSheet xmlns="{MAIN}"><fonts><font><b val="x?"/></font></fonts></styleSheet>'
    )
    relation = (
        '<Relationship Id="rId8" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/styles" Target="styles.xml"/>'
    )
    rows = sheet_xml(rows_xml([["姓名", "类型"], ["张三", "事叶"]])).replace(
        b'r="A2" t', b'r="A2" s="9" t'
    )
    (tmp_path / "a.xlsx").write_bytes(
        book(rows, [Entry("xl/styles.xml", styles.encode())], relations=relation)
    )

    marked = returned(tmp_path / "a.xlsx", tmp_path / "out.xlsx")

    assert "只保留了内容" in marked.sentence
    assert "事叶" in str(sheets.read(tmp_path / "out.xlsx").sheets[0].rows[1])
