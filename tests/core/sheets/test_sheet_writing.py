"""What is written is text, comes back as it was, and never computes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import sheets
from apps.core.sheets import Column, Heading, Layout, Line, safecell

ENGINES = ["rust", "python"]
TEXTS = [Column("甲", "a", sheets.text()), Column("乙", "b", sheets.text())]

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", ";", "＝", "＋", "－", "＠", "|", "%", " =", "\t="]
BODIES = [
    "1+1",
    'HYPERLINK("http://127.0.0.1/","x")',
    "cmd|' /C calc'!A0",
    "SUM(A1:A9)",
    'IMPORTXML(CONCAT("http://127.0.0.1/",A1),"//a")',
    'DDE("cmd";"/C calc";"x")',
    'WEBSERVICE("http://127.0.0.1/")',
    "张三",
    "",
    "A1",
    "2+5+cmd|' /C calc'!A0",
    "@SUM(1)",
    "{=1}",
    "'quoted",
    "#REF!",
    "<f>1</f>",
    "_x003D_1",
    "x" * 300,
    "1\n=2",
]
INJECTIONS = [start + body for start in STARTS for body in BODIES]


def xml_of(data: bytes) -> str:
    """Return all sheets' XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return "".join(archive.read(name).decode() for name in names)


def back(data: bytes, tmp_path: Path) -> list[list[object]]:
    """Read a written workbook with our own reader: it passes the guard too."""
    path = tmp_path / "written.xlsx"
    path.write_bytes(data)
    return sheets.read(path).sheets[0].rows


def xlsx(rows: list[object], columns: list[Column] = TEXTS, **options: object) -> bytes:
    out = io.BytesIO()
    sheets.write_rows(out, columns, iter(rows), **options)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.rule("W-05")
@pytest.mark.parametrize("engine", ENGINES)
def test_three_hundred_formula_strings_stay_text_in_xlsx(engine: str, tmp_path: Path) -> None:
    assert len(INJECTIONS) > 300
    data = xlsx([(text, text) for text in INJECTIONS], engine=engine, title="=1+1", lines=["+1"])

    xml = xml_of(data)
    assert not re.search(r"<(?:\w+:)?f[ >/]", xml)
    assert set(re.findall(r' t="(\w+)"', xml)) <= {"inlineStr", "n"}
    got = [row[0] for row in back(data, tmp_path)[3:]]
    assert [text for text in got if str(text).strip()] == [t for t in INJECTIONS if t.strip()]


@pytest.mark.rule("W-05")
def test_three_hundred_formula_strings_are_harmless_in_csv() -> None:
    out = io.BytesIO()
    sheets.write_csv(out, TEXTS, [(text, "x") for text in INJECTIONS])

    for row in csv_rows(out.getvalue())[1:]:
        assert row[0][:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}
        assert row[0].lstrip()[:1] not in {"=", "+", "-", "@"}


def csv_rows(data: bytes) -> list[list[str]]:
    import csv

    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


AWKWARD = [
    *(
        "00123",
        "1e5",
        "TRUE",
        "#REF!",
        "  前后有空格  ",
        "甲\n乙",
        "甲\r\n乙",
        "_x000D_",
        "_x0041_b_",
    ),
    *("'引", "''=1", '"引"', "a,b;c", "<b>&amp;</b>", "𬱖㛃䶮﨑", "\u00e9", "e\u0301", "😀", "3/4"),
    *("2015-03-01", "x" * 32_767, "330522199001011234", "1" * 40, "NULL", "=", "'", "-"),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_awkward_texts_come_back_from_xlsx_as_they_were(engine: str, tmp_path: Path) -> None:
    data = xlsx([(text, text) for text in AWKWARD], engine=engine)

    assert back(data, tmp_path)[1:] == [[text, text] for text in AWKWARD]


def test_awkward_texts_come_back_from_csv_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    sheets.write_csv(path, TEXTS, [(text, text) for text in AWKWARD])

    assert sheets.read(path).sheets[0].rows[1:] == [[text, text] for text in AWKWARD]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20))
def test_csv_text_is_undone_by_reading(text: str) -> None:
    tally = sheets.Written()
    clean = safecell.safe_text(text, tally)

    written = safecell.csv_text(text, tally)

    assert safecell.from_csv(written) == clean
    assert not safecell.acts_as_formula(written)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), min_size=1, max_size=9
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_survives_both_engines(texts: list[str]) -> None:
    from python_calamine import load_workbook

    expected = [safecell.safe_text(text, sheets.Written()) for text in texts]
    for engine in ENGINES:
        data = xlsx([(text, "终") for text in texts], engine=engine)
        rows = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        got = [row[0] for row in rows[1:]]
        # A text of nothing but blanks may come back empty; nothing else may change.
        assert [g for g in got if str(g).strip()] == [e for e in expected if e.strip()]


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_are_numbers_and_everything_else_is_text(engine: str, tmp_path: Path) -> None:
    columns = [
        Column("名称", "name", sheets.text()),
        Column("数", "count", sheets.whole_number()),
        Column("日期", "day", sheets.day),
        Column("月", "month", sheets.month),
        Column("是否", "flag", sheets.yes_no),
        Column("类", "sort", sheets.code([("t.1", "行政")])),
    ]
    rows = [
        ("甲", 5, dt.date(2015, 3, 1), dt.date(2015, 3, 1), True, "t.1"),
        {"name": 7, "count": None, "flag": False},
        SimpleNamespace(name="丙", count=10**15, day=None, month=None, flag=None, sort=None),
        ("丁", Decimal("3"), "不详", "2015-03", "否", "没有的"),
    ]

    assert back(xlsx(rows, columns, engine=engine), tmp_path)[1:] == [
        ["甲", 5, "2015-03-01", "2015-03", "是", "行政"],
        ["7", "", "", "", "否", ""],
        ["丙", "1000000000000000", "", "", "", ""],
        ["丁", 3, "不详", "2015-03", "否", "没有的"],
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_title_bands_totals_and_the_frozen_header(engine: str, tmp_path: Path) -> None:
    data = xlsx(
        [("一", "二")],
        engine=engine,
        sheet_name="甲/乙[丙]:*?" + "长" * 40,
        title="标题",
        lines=["截至今日"],
        bands=[[(1, 2, "共用")]],
        totals=["合计", "9"],
    )

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in values] == ["标题", "截至今日", "共用", "甲", "一", "合计"]
    assert [row[1] for row in values] == [None, None, None, "乙", "二", "9"]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:B6"
    assert {str(merge) for merge in sheet.merged_cells.ranges} == {"A1:B1", "A2:B2", "A3:B3"}
    assert sheet.print_title_rows == "$1:$4"
    assert len(sheet.title) == 31
    assert sheet["A4"].font.bold
    assert sheet["A5"].number_format == "@"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_list_still_has_its_header(engine: str, tmp_path: Path) -> None:
    assert back(xlsx([], engine=engine), tmp_path)[0] == ["甲", "乙"]


def test_what_was_left_out_is_counted_and_said() -> None:
    tally = sheets.write_rows(io.BytesIO(), TEXTS, [("a\x01b", "c"), ("\x00", "x" * 40_000)])

    assert (tally.rows, tally.stripped, tally.clipped) == (2, 2, 1)
    assert "2 个单元格里的控制字符已去掉" in tally.sentence
    assert sheets.Written().sentence == ""


def test_a_file_that_could_not_be_finished_is_not_left_behind(tmp_path: Path) -> None:
    def rows():  # type: ignore[no-untyped-def]
        yield ("一", "二")
        raise RuntimeError("database went away")

    for engine in ENGINES:
        with pytest.raises(RuntimeError, match="went away"):
            sheets.write_rows(tmp_path / "a.xlsx", TEXTS, rows(), engine=engine)
        assert not (tmp_path / "a.xlsx").exists()


def test_mistakes_of_the_caller_are_told() -> None:
    with pytest.raises(ValueError, match="same header"):
        sheets.write_rows(io.BytesIO(), [TEXTS[0], TEXTS[0]], [])
    with pytest.raises(ValueError, match="3 cells for 2"):
        sheets.write_rows(io.BytesIO(), TEXTS, [("a", "b", "c")], engine="python")


# --- layouts ------------------------------------------------------------------------------

HEADINGS = [
    Heading(("序号",), 6, "0"),
    Heading(("单位",), 24, align="left"),
    Heading(("核定", "正"), form="0"),
    Heading(("核定", "副"), form="0"),
    Heading(("超配", "正"), form="0"),
    Heading(("超配", "副"), form="0"),
]


def layout(**changes: object) -> Layout:
    given_lines = [
        Line(["一、=党委系统"], sort="group", span=True),
        Line([1, "=cmd|'x'", 1, 3, 0, 2], tones={6: "over"}),
        Line([None, "合计", 1, 3, 0, 2], sort="total"),
    ]
    options: dict[str, object] = {
        "name": "提示表",
        "title": "配置情况提示表",
        "headings": HEADINGS,
        "lines": given_lines,
        "about": ("制表单位：某办", "截止日期：2024-05-31", "单位：名"),
        "notes": ["=说明"],
    }
    return Layout(**{**options, **changes})  # type: ignore[arg-type]


def test_a_layout_prints_as_the_office_prints_it() -> None:
    out = io.BytesIO()
    tally = sheets.write_layout(out, layout(frozen=2, paper="A3"))

    sheet = openpyxl.load_workbook(out).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "配置情况提示表"
    assert [text for text in rows[1] if text] == [
        "制表单位：某办",
        "截止日期：2024-05-31",
        "单位：名",
    ]
    assert rows[2] == ["序号", "单位", "核定", None, "超配", None]
    assert rows[3] == [None, None, "正", "副", "正", "副"]
    assert rows[5] == [1, "=cmd|'x'", 1, 3, 0, 2]
    assert [text for text in rows[8] if text] == ["制表人：", "审核人：", "负责人签字："]
    merged = {str(merge) for merge in sheet.merged_cells.ranges}
    assert {"A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "A5:F5"} <= merged
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "C5"
    assert sheet["F6"].font.color.rgb == "FFC00000"
    assert sheet["C6"].number_format == "0"
    assert tally.rows == 3


@pytest.mark.rule("W-05")
def test_no_layout_computes() -> None:
    out = io.BytesIO()
    sheets.write_layout(out, layout(title="=1+1"), layout(name="第二张", lines=[]))

    assert not re.search(r"<f[ >/]", xml_of(out.getvalue()))
    assert len(openpyxl.load_workbook(out).worksheets) == 2
