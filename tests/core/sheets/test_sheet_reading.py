"""What an honest file says arrives as it stands, whatever wrote it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import sheets
from apps.core.sheets import csvtext
from apps.core.sheets.limits import DEFAULT
from tests.core.sheets.archives import book, compound, formula, label, number, old_stream, sheet_xml
from tests.shared_data import FOLDER


def written(path: Path, rows: list[list[object]], **sheets_more: list[list[object]]) -> Path:
    """Write a workbook with openpyxl, as an office's program would."""
    book_made = openpyxl.Workbook()
    book_made.remove(book_made.worksheets[0])
    for name, content in {"表一": rows, **sheets_more}.items():
        sheet = book_made.create_sheet(name)
        for row in content:
            sheet.append(row)
    book_made.save(path)
    return path


def test_values_keep_their_kind(tmp_path: Path) -> None:
    row = ["文字", "00123", 5, 1.5, True, dt.date(2015, 3, 1), dt.datetime(2015, 3, 1, 8, 30)]
    path = written(tmp_path / "a.xlsx", [row])

    assert sheets.read(path).sheets[0].rows[0] == [
        "文字", "00123", 5, 1.5, True, dt.date(2015, 3, 1), dt.datetime(2015, 3, 1, 8, 30),
    ]  # fmt: skip


def test_line_one_and_column_a_stay_where_they_are(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0]["C4"] = "此处"
    made.worksheets[0]["E5"] = 7
    made.save(tmp_path / "a.xlsx")

    sheet = sheets.read(tmp_path / "a.xlsx").sheets[0]

    assert sheet.cell(4, 3) == "此处"
    assert sheet.cell(5, 5) == 7
    assert len(sheet.rows) == 5
    assert sheet.cell(1, 1) in (None, "")
    assert sheet.cell(99, 99) is None


def test_merges_hidden_sheets_formulas_and_errors_are_told(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"] = "合并"
    sheet.merge_cells("A1:B2")
    sheet["A3"] = "=1+1"
    made.create_sheet("藏").sheet_state = "hidden"
    made.create_sheet("深藏").sheet_state = "veryHidden"
    made.create_chartsheet("图")
    made.save(tmp_path / "a.xlsx")

    read = sheets.read(tmp_path / "a.xlsx")

    assert [(s.name, s.hidden) for s in read] == [("Sheet", False), ("藏", True), ("深藏", True)]
    assert read.sheets[0].merged == [(1, 1, 2, 2)]
    assert read.sheets[0].formulas == [(3, 1)]
    assert read.visible() == [read.sheets[0]]


def test_an_excel_error_is_a_value_of_its_own(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#REF!</v></c></row>'
    (tmp_path / "a.xlsx").write_bytes(book(sheet_xml(cells)))

    assert sheets.read(tmp_path / "a.xlsx").sheets[0].rows[0][1] == sheets.CellError("#错误")


def test_old_workbooks_are_read(tmp_path: Path) -> None:
    cells = label(0, 0, "姓名") + label(1, 0, "𬱖某") + number(1, 1, 5) + formula(2, 1, 7)
    (tmp_path / "a.xls").write_bytes(compound({"Workbook": old_stream(cells)}))

    read = sheets.read(tmp_path / "a.xls")

    assert read.kind == "xls"
    assert read.sheets[0].rows[1] == ["𬱖某", 5]
    assert read.sheets[0].formulas == [(3, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files_of_any_usual_encoding_and_separator(
    encoding: str, mark: str, tmp_path: Path
) -> None:
    text = f'姓名{mark}单位\r\n张三{mark}"甲{mark}局"\r\n李四{mark}𬱖局\r\n'
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))

    read = sheets.read(path)

    assert read.sheets[0].rows == [["姓名", "单位"], ["张三", f"甲{mark}局"], ["李四", "𬱖局"]]
    assert any(csvtext.ENCODINGS[name] in read.notes[0] for name in csvtext.ENCODINGS)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8
            ),
            min_size=2,
            max_size=4,
        ).filter(any),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_comes_through_a_csv(rows: list[list[str]]) -> None:
    import csv
    import io

    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    file = io.BytesIO(buffer.getvalue().encode("utf-8-sig"))

    encoding = csvtext.encoding_of(file)

    assert list(csvtext.rows_of(file, encoding, DEFAULT)) == rows


def test_check_tells_kind_and_sheets(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["x"]], 表二=[["y"]])

    peek = sheets.check(path, "名册.xlsx")

    assert (peek.kind, peek.sheets) == ("xlsx", [("表一", False), ("表二", False)])


def test_limits_can_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["x"]] * 30)

    assert len(sheets.read(path, limits=DEFAULT.but(rows=30)).sheets[0].rows) == 30
    with pytest.raises(sheets.Refused, match="最多 29 行"):
        sheets.read(path, limits=DEFAULT.but(rows=29))


# --- real files beside the checkout -------------------------------------------------------


def real_files() -> list[Path]:
    places = [FOLDER / "rosters", FOLDER / "power_lists" / "raw"]
    found = [path for place in places if place.is_dir() for path in sorted(place.glob("*.xls*"))]
    return found or [FOLDER / "rosters"]


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name[:24])
def test_real_workbooks_open_and_can_be_given_back(path: Path, tmp_path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"no workbooks in {FOLDER}: the shared data is not beside this checkout")
    read = sheets.read(path, path.name)
    first = next(sheet for sheet in read if not sheet.is_empty())
    fault = sheets.Fault(first.name, 2, 1, "列", "值", "这里要改")

    marked = sheets.mark_faults(path, [fault], tmp_path / "out.xlsx", name=path.name)

    again = sheets.read(tmp_path / "out.xlsx")
    back = next(sheet for sheet in again if sheet.name == first.name)
    assert marked.whole
    assert "这里要改" in str(back.rows[1])
    # Formulas come back as formulas, which Excel computes again; openpyxl drops what lies
    # unseen under a merge and writes a line break as one character.
    unseen = set(first.formulas)
    for top, left, bottom, right in first.merged:
        unseen |= {(a, b) for a in range(top, bottom + 1) for b in range(left, right + 1)}
    for line, row in enumerate(first.rows[2:], start=3):
        for column, value in enumerate(row, start=1):
            text = sheets.as_text(value).replace("\r", "")
            if (line, column) not in unseen and text.strip():
                assert sheets.as_text(back.cell(line, column)).replace("\r", "") == text
