"""The one writer of lists: xlsx and csv, streamed, no formula ever."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from .columns import Column
from .limits import Refused
from .safecell import Written, cells_of, csv_text, safe_text, xml_text
from .workbook import letter

Target = str | Path | IO[bytes]
Band = tuple[int, int, str]  # first column, last column (from 1), text of a merged cell

LAST_LINE = 1_048_576
TOO_MANY = "导出的行数超过一张工作表的上限，请缩小范围，或导出为 CSV"
_PAPER = {"A4": 9, "A3": 8}
_HEAD_FILL = "#DCE6F1"
_BAD_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def sheet_title(name: str) -> str:
    """Return a name Excel takes for a sheet: 31 characters, none of []:*?/\\."""
    clean = "".join(sign for sign in name if sign.isprintable()).translate(_BAD_IN_NAME).strip()
    return clean[:31] or "Sheet1"


def write_rows(
    out: Target,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    sheet_name: str = "Sheet1",
    title: str | None = None,
    lines: Sequence[str] = (),
    bands: Sequence[Sequence[Band]] = (),
    totals: Sequence[Any] | None = None,
    landscape: bool = True,
    paper: str = "A4",
    engine: str = "auto",
) -> Written:
    """Write a list as xlsx in constant memory.

    out     path or writable binary file; a path that could not be finished is removed
    rows    read once: sequences in column order, mappings by field, or objects by attribute
    title   merged line at the top;  lines: further merged lines under it (filters, day, reader)
    bands   merged header lines above the headers, from the top
    totals  cells of a last row, in column order
    engine  "rust" (17 MB for any size, 25 times the speed), "python" (openpyxl), "auto"
    Headers must differ from each other. Raises Refused past 1,048,576 lines.
    """
    if len({column.header for column in columns}) != len(columns):
        raise ValueError("two columns have the same header")
    tally = Written()
    head = _head(len(columns), title, lines, bands)
    cells = _bounded(cells_of(columns, rows, tally), tally, len(head))
    if totals is not None:
        cells = _with_totals(cells, columns, totals, tally)
    page = {"landscape": landscape, "paper_size": _PAPER[paper]}
    try:
        if engine == "rust" or (engine == "auto" and _has_rust()):
            _write_rust(out, columns, cells, sheet_title(sheet_name), head, page)
        else:
            _write_python(out, columns, cells, sheet_title(sheet_name), head, page)
    except BaseException:
        if isinstance(out, str | Path) and os.path.exists(out):
            os.unlink(out)
        raise
    return tally


def _has_rust() -> bool:
    try:
        import rustpy_xlsxwriter  # noqa: F401 - a young package: openpyxl stands in without it
    except ImportError:
        return False
    return True


def _head(
    width: int, title: str | None, lines: Sequence[str], bands: Sequence[Sequence[Band]]
) -> list[list[tuple[Band, str]]]:
    """Return the lines above the headers as ((first, last, text), look)."""
    tally = Written()
    head: list[list[tuple[Band, str]]] = []
    if title:
        head.append([((1, width, safe_text(title, tally)), "title")])
    head += [[((1, width, safe_text(line, tally)), "line")] for line in lines]
    head += [
        [((first, last, safe_text(text, tally)), "band") for first, last, text in band]
        for band in bands
    ]
    return head


def _bounded(cells: Iterator[list[Any]], tally: Written, above: int) -> Iterator[list[Any]]:
    for row in cells:
        if tally.rows + above + 2 > LAST_LINE:
            raise Refused(TOO_MANY)
        yield row


def _with_totals(
    cells: Iterator[list[Any]], columns: Sequence[Column], totals: Sequence[Any], tally: Written
) -> Iterator[list[Any]]:
    yield from cells
    counted = tally.rows
    yield from cells_of(columns, [tuple(totals)], tally)
    tally.rows = counted


def _write_rust(
    out: Target,
    columns: Sequence[Column],
    cells: Iterator[list[Any]],
    sheet_name: str,
    head: list[list[tuple[Band, str]]],
    page: dict[str, Any],
) -> None:
    import rustpy_xlsxwriter as rust  # only the writing process pays for it

    looks = {
        "title": rust.Format().set_bold().set_font_size(16).set_align("center"),
        "line": rust.Format().set_align("left"),
        "band": _boxed(rust).set_bold().set_align("center").set_background_color(_HEAD_FILL),
    }
    headers = [column.header for column in columns]
    merged: list[Any] = []
    for line, bands in enumerate(head):
        for (first, last, text), look in bands:
            # One cell cannot be merged with itself; it borrows its right neighbour.
            last = last if last > first or look == "band" else first + 1
            if last > first:
                merged.append((line, first - 1, line, last - 1, text, looks[look]))
    formats = []
    for column in columns:
        kind = column.reader
        style = _boxed(rust).set_num_format(kind.number_format if kind.numeric else "@")
        formats.append(style)
    # Without data there is no first row to take the headers from.
    first_row = next(cells, None)
    records: Iterator[dict[str, Any]]
    if first_row is None:
        records = iter([dict.fromkeys(headers)])
    else:
        records = _records(headers, first_row, cells)
    target: Any = str(out) if isinstance(out, str | Path) else out
    rust.write_worksheet(
        records,
        target,
        sheet_name=sheet_name,
        header_row=len(head),
        merge_ranges=merged or None,
        freeze_row=len(head) + 1,
        autofilter=True,
        column_widths=[column.display_width() for column in columns],
        column_formats=formats,
        header_format=_boxed(rust)
        .set_bold()
        .set_text_wrap()
        .set_align("center")
        .set_background_color(_HEAD_FILL),
        page_setup=page | {"repeat_rows": (0, len(head)), "fit_to_pages": (1, 0)},
    )


def _boxed(rust: Any) -> Any:
    return rust.Format().set_border("thin")


def _records(
    headers: list[str], first: list[Any], cells: Iterator[list[Any]]
) -> Iterator[dict[str, Any]]:
    yield dict(zip(headers, first, strict=True))
    for row in cells:
        yield dict(zip(headers, row, strict=True))


def _write_python(
    out: Target,
    columns: Sequence[Column],
    cells: Iterator[list[Any]],
    sheet_name: str,
    head: list[list[tuple[Band, str]]],
    page: dict[str, Any],
) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name)
    try:
        _fill_python(sheet, columns, cells, head, page)
        book.save(out)
    except BaseException:
        # A write-only sheet streams into a temporary file of its own.
        sheet.close()
        sheet._writer.cleanup()
        raise


def _fill_python(
    sheet: Any,
    columns: Sequence[Column],
    cells: Iterator[list[Any]],
    head: list[list[tuple[Band, str]]],
    page: dict[str, Any],
) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.cell_range import CellRange

    side = Side(style="thin")
    border, bold = Border(side, side, side, side), Font(bold=True)
    center = Alignment(horizontal="center", vertical="center", wrap_text=True)

    def cell(value: Any, number_format: str = "@") -> Any:
        made = WriteOnlyCell(sheet, xml_text(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            made.data_type = "s"  # openpyxl would make a formula of a leading "="
        made.number_format = number_format
        return made

    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[letter(number)].width = column.display_width()
    sheet.freeze_panes = f"A{len(head) + 2}"
    sheet.page_setup.orientation = "landscape" if page["landscape"] else "portrait"
    sheet.page_setup.paperSize = page["paper_size"]
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{len(head) + 1}"
    for line, bands in enumerate(head, start=1):
        made = [cell(None) for _ in columns]
        for (first, last, text), look in bands:
            made[first - 1] = cell(text)
            made[first - 1].font = Font(bold=True, size=16) if look == "title" else bold
            made[first - 1].alignment = Alignment(horizontal="left") if look == "line" else center
            if last > first:
                area = CellRange(min_col=first, max_col=last, min_row=line, max_row=line)
                sheet.merged_cells.add(area.coord)
        sheet.append(made)
    headers = [cell(column.header) for column in columns]
    for one in headers:
        one.font, one.fill = bold, PatternFill("solid", fgColor="FF" + _HEAD_FILL[1:])
        one.border, one.alignment = border, center
    sheet.append(headers)
    line_count = len(head) + 1
    formats = [c.reader.number_format if c.reader.numeric else "@" for c in columns]
    for row in cells:
        made = [cell(value, form) for value, form in zip(row, formats, strict=True)]
        for one in made:
            one.border = border
        sheet.append(made)
        line_count += 1
    sheet.auto_filter.ref = f"A{len(head) + 1}:{letter(len(columns))}{line_count}"


def write_csv(
    out: Target,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    totals: Sequence[Any] | None = None,
) -> Written:
    """Write a list as UTF-8 csv with a byte order mark, so that Excel reads it.

    Texts are quoted; one that begins like a formula gets an apostrophe in front. Numbers of
    numeric columns stay bare.
    """
    tally = Written()
    cells = cells_of(columns, rows, tally)
    if totals is not None:
        cells = _with_totals(cells, columns, totals, tally)
    if isinstance(out, str | Path):
        with open(out, "wb") as file:
            _write_text(file, columns, cells, tally)
    else:
        _write_text(out, columns, cells, tally)
    return tally


def _write_text(
    file: IO[bytes], columns: Sequence[Column], cells: Iterator[list[Any]], tally: Written
) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    try:
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([csv_text(column.header, tally) for column in columns])
        for row in cells:
            writer.writerow(
                [
                    "" if cell is None else csv_text(cell, tally) if isinstance(cell, str) else cell
                    for cell in row
                ]
            )
        text.flush()
    finally:
        text.detach()
