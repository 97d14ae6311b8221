"""The child's side of marking: opens the workbook, writes the marked one. See marking.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from . import guard
from .headers import REMARK, SEARCHED_ROWS, SOURCE_LINE, header_key
from .limits import Limits, Refused
from .safecell import ERROR_FILL, Written, safe_text, xml_text
from .workbook import as_text, letter

WHOLE_CELLS = 300_000
COMMENTS = 2_000  # Excel slows down with more; further cells are only coloured
LISTED = 50_000
FAULT_SHEET = "错误清单"
AUTHOR = "校验"

Notes = dict[int, dict[int, list[str]]]  # line → column (0: whole line) → messages


def mark(work: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Write the marked copy. Returns {rows, whole, sentence}. Raises Refused."""
    checked = guard.inspect(work["path"], work["name"], limits)
    cells = _cell_count(work["path"], checked, limits)
    whole = cells <= work["whole_cells"]
    if checked.kind == "xlsx" and whole and work["keep_formats"]:
        _mark_in_place(work)
        said = ""
    else:
        from .child import sheets_of  # child.py imports this module when it runs this task

        _write_plain(work, sheets_of(work["path"], checked, limits), whole)
        said = "" if checked.kind == "xlsx" else f"原文件是 .{checked.kind}，已转为 .xlsx；"
        if checked.kind == "xlsx" and whole:
            said = "原文件的格式无法保留，只保留了内容；"
    rows = len({(fault[0], fault[1]) for fault in work["faults"]})
    if whole:
        said += "出错的单元格已标红，原因写在“错误说明”列"
    else:
        said += f"文件较大，只列出有错的 {rows} 行，原来的行号在最后一列"
    said += "，全部错误另见“错误清单”工作表"
    return {"rows": rows, "whole": whole, "sentence": said}


def _notes(faults: list[list[Any]], sheet: str, header: int) -> Notes:
    """Return the faults of one sheet; what concerns the sheet as a whole goes to its header."""
    notes: Notes = {}
    for name, row, column, _header, _value, message in faults:
        if name == sheet:
            notes.setdefault(row or header, {}).setdefault(column, []).append(message)
    return notes


def _header_line(work: dict[str, Any], sheet: str, top: list[list[Any]]) -> int:
    """Return the header's line: as told, else the line that names most of the faulty columns."""
    told = work["headers"].get(sheet)
    if told:
        return int(told)
    named = {header_key(fault[3]) for fault in work["faults"] if fault[0] == sheet and fault[2]}
    scores = [len(named & {header_key(as_text(cell)) for cell in row}) for row in top]
    best = max(scores, default=0)
    return scores.index(best) + 1 if best else 1


def _cell_count(path: str, checked: guard.Checked, limits: Limits) -> int:
    if checked.kind == "xlsx":
        return sum(facts.cells for facts in checked.sheets.values())
    from .child import sheets_of

    return sum(len(row) for _, _, rows in sheets_of(path, checked, limits) for row in rows)


def _remark(columns: dict[int, list[str]], headers: list[Any]) -> str:
    """Return the text of the 错误说明 cell: each message with its column's name and letter."""
    said = []
    for column in sorted(columns):
        for message in columns[column]:
            text = as_text(headers[column - 1]) if 0 < column <= len(headers) else ""
            said.append(f"{text}（{letter(column)}列）：{message}" if column else message)
    return "；".join(said)[:8_000]


def _set(cell: Any, text: str) -> None:
    cell.value = xml_text(safe_text(text, Written()))
    cell.data_type = "s"  # openpyxl would make a formula of a leading "="


def _mark_in_place(work: dict[str, Any]) -> None:
    """Mark the workbook itself, formats and all."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(work["path"], keep_links=False)
    except Exception as error:  # openpyxl trips over much that Excel and the reader take
        raise Refused(guard.BROKEN) from error
    left = COMMENTS
    if FAULT_SHEET in book.sheetnames:
        del book[FAULT_SHEET]
    faulty = {fault[0] for fault in work["faults"]}
    for sheet in book.worksheets:
        if sheet.title in faulty or sheet.title in work["headers"]:
            top = [list(row) for row in sheet.iter_rows(max_row=SEARCHED_ROWS, values_only=True)]
            header = _header_line(work, sheet.title, top)
            notes = _notes(work["faults"], sheet.title, header)
            left -= _mark_sheet(sheet, notes, header, left)
    _list_faults(book.create_sheet(FAULT_SHEET), work["faults"])
    book.save(work["out"])


def _mark_sheet(sheet: Any, notes: Notes, header: int, comments: int) -> int:
    """Mark one sheet; returns how many comments were made."""
    from openpyxl.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    red, none = PatternFill("solid", fgColor=ERROR_FILL), PatternFill()
    last = _clear_old_marks(sheet, none)
    headers = [sheet.cell(header, column).value for column in range(1, last + 1)]
    place = next(
        (at for at, text in enumerate(headers, 1) if header_key(as_text(text)) == REMARK), last + 1
    )
    for line in range(header, sheet.max_row + 1) if place <= last else ():
        if not isinstance(sheet.cell(line, place), MergedCell):
            sheet.cell(line, place).value = None
    made = 0
    top = sheet.cell(header, place)
    if not isinstance(top, MergedCell):
        _set(top, REMARK)
        top.font = Font(bold=True, color="FFC00000")
    sheet.column_dimensions[letter(place)].width = 60
    for line, columns in notes.items():
        for column, messages in columns.items():
            if not column:
                continue
            cell = sheet.cell(line, column)
            cell.fill = red
            if made < comments and not isinstance(cell, MergedCell):
                cell.comment = Comment(xml_text("\n".join(messages)[:500]), AUTHOR)
                made += 1
        remark = sheet.cell(line, place)
        if line != header and not isinstance(remark, MergedCell):
            _set(remark, _remark(columns, headers))
            remark.font = Font(color="FFC00000")
            remark.alignment = Alignment(wrap_text=True, vertical="top")
        elif line == header and not isinstance(remark, MergedCell):
            _set(remark, f"{REMARK}（{_remark(columns, headers)}）")
    return made


def _clear_old_marks(sheet: Any, none: Any) -> int:
    """Take away what an earlier return has marked. Returns the last column with a value."""
    from openpyxl.cell import MergedCell

    last = 1
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and cell.column > last:
                last = cell.column
            if isinstance(cell, MergedCell) or not cell.has_style:
                continue
            if cell.fill.fgColor.rgb == ERROR_FILL:
                cell.fill = none
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
    return last


def _list_faults(sheet: Any, faults: list[list[Any]]) -> None:
    """Fill the sheet that lists every fault: sheet, line, column, value, message."""
    from openpyxl.cell import WriteOnlyCell

    for name, width in zip("ABCDE", (16, 8, 24, 28, 80), strict=True):
        sheet.column_dimensions[name].width = width
    sheet.freeze_panes = "A2"
    for texts in _fault_rows(faults):
        cells = []
        for value in texts:
            cell = WriteOnlyCell(sheet, None)
            if isinstance(value, int):
                cell.value = value
            elif value:
                _set(cell, value)
            cells.append(cell)
        sheet.append(cells)


def _fault_rows(faults: list[list[Any]]) -> Iterator[list[Any]]:
    yield ["工作表", "行", "列", "内容", "错误说明"]
    for sheet, row, column, header, value, message in faults[:LISTED]:
        where = f"{header}（{letter(column)}列）" if column else header
        yield [sheet, row or "", where, value, message]
    if len(faults) > LISTED:
        yield ["", "", "", "", f"另有 {len(faults) - LISTED} 处未列出"]


def _write_plain(
    work: dict[str, Any],
    sheets: Iterator[tuple[str, bool, Iterator[list[Any]]]],
    whole: bool,
) -> None:
    """Write a new workbook with the same cells (or only the faulty lines), streamed."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    left = COMMENTS
    for name, hidden, rows in sheets:
        if name == FAULT_SHEET:
            continue
        sheet = book.create_sheet(name)
        if hidden:
            sheet.sheet_state = "hidden"
        top = list(islice(rows, SEARCHED_ROWS))
        header = _header_line(work, name, top)
        notes = _notes(work["faults"], name, header)
        left -= _copy_sheet(sheet, chain(top, rows), notes, header, whole, left)
    _list_faults(book.create_sheet(FAULT_SHEET), work["faults"])
    book.save(work["out"])


def _copy_sheet(
    sheet: Any, rows: Iterable[list[Any]], notes: Notes, header: int, whole: bool, comments: int
) -> int:
    from openpyxl.styles import Font

    red_text = Font(color="FFC00000")
    made = 0
    headers: list[Any] = []
    place = 0
    for line, row in enumerate(rows, start=1):
        if line == header:
            headers = row
            old = [n for n, text in enumerate(row) if header_key(as_text(text)) == REMARK]
            place = old[0] if old else len(row)
        columns = notes.get(line, {})
        if not (whole or columns or line <= header):
            continue
        cells = [_plain_cell(sheet, value) for value in row]
        made += _mark_cells(sheet, cells, columns, comments - made)
        if line >= header and (columns or line == header or place < len(cells)):
            cells += [_plain_cell(sheet, None) for _ in range(place + 1 - len(cells))]
            said = _remark(columns, headers)
            if line == header:
                said = f"{REMARK}（{said}）" if said else REMARK
            cells[place] = _plain_cell(sheet, said or None)
            cells[place].font = red_text
            if not whole:
                cells.append(_plain_cell(sheet, SOURCE_LINE if line == header else str(line)))
        sheet.append(cells)
    return made


def _mark_cells(sheet: Any, cells: list[Any], columns: dict[int, list[str]], left: int) -> int:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    made = 0
    for column, messages in columns.items():
        if not column:
            continue
        cells += [_plain_cell(sheet, None) for _ in range(column - len(cells))]
        cells[column - 1].fill = PatternFill("solid", fgColor=ERROR_FILL)
        if made < left:
            cells[column - 1].comment = Comment(xml_text("\n".join(messages)[:500]), AUTHOR)
            made += 1
    return made


def _plain_cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, None)
    if value is None or value == "":
        return cell
    if isinstance(value, dict):  # an Excel error, as the reader marks it
        value = value.get("e", "")
    if isinstance(value, str):
        _set(cell, value)
        cell.number_format = "@"
    elif isinstance(value, bool | int | float):
        cell.value = value
    else:
        cell.value = value
        midnight = not isinstance(value, dt.datetime) or value.time() == dt.time()
        if isinstance(value, dt.date):
            cell.number_format = "yyyy-mm-dd" if midnight else "yyyy-mm-dd hh:mm:ss"
    return cell
