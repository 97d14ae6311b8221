"""From a read sheet to checked columns of values, with every fault at its cell."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .columns import Column
from .faults import Fault, Faults, Notice
from .grid import Grid
from .headers import HeaderMap, map_headers
from .kinds import Converted
from .marking_child import FAULT_SHEET
from .tidy import key
from .workbook import Cell, Sheet, Workbook, as_text

NOTE_MARKS = ("示例", "例:", "例如", "填写说明", "说明:", "注:", "备注:", "#示例")
NOTE_ROWS = 3  # note rows are looked for in so many lines under the header
TOTAL_MARKS = frozenset({"合计", "总计", "小计", "制表人", "审核人", "填表人"})


@dataclass(slots=True)
class Parsed:
    """One sheet, read column by column. The lists of `values` and `lines` run in parallel.

    lines    Excel line number of each data row
    values   field → values in row order (None: empty or faulty); only columns the file has
    given    fields the file has a column for: a missing column is not an emptied one
    faults   everything wrong; add your own with `fault(i, field, message)`
    warnings normalisations and unknown columns; add with `warn(…)`
    """

    sheet: Sheet
    columns: dict[str, Column]
    header: HeaderMap
    lines: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=lambda: Faults(keep=5_000))
    seconds: float = 0.0

    @property
    def given(self) -> set[str]:
        return set(self.values)

    @property
    def mapping(self) -> list[tuple[str, str]]:
        """Each column's header with the file's own text for it, "" where the file has none."""
        texts = self.header.texts
        return [(column.header, texts.get(name, "")) for name, column in self.columns.items()]

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, index: int) -> dict[str, Any]:
        """Return one row as {field: value}; index counts data rows from 0."""
        return {name: column[index] for name, column in self.values.items()}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield all rows as {field: value}. For large sheets work on `values` instead."""
        names = list(self.values)
        for cells in zip(*self.values.values(), strict=True):
            yield dict(zip(names, cells, strict=True))

    def raw(self, index: int, name: str) -> str:
        """Return the text as it stands in the file, masked if the column is masked."""
        column = self.columns[name]
        place = self.header.places.get(name, 0)
        return column.masked(as_text(self.sheet.cell(self.lines[index], place))) if place else ""

    def fault(self, index: int, name: str, message: str, value: str | None = None) -> None:
        """Add a fault at a data row's cell, e.g. from a rule over several columns."""
        self.faults.add(self._at(index, name, message, value))

    def warn(self, index: int, name: str, message: str, value: str | None = None) -> None:
        """Add a warning at a data row's cell."""
        self.warnings.add(self._at(index, name, message, value))

    def _at(self, index: int, name: str, message: str, value: str | None) -> Fault:
        column = self.columns[name]
        shown = self.raw(index, name) if value is None else column.masked(value)
        place = self.header.places.get(name, 0)
        return Fault(self.sheet.name, self.lines[index], place, column.header, shown, message)


def choose_sheet(book: Workbook, columns: Sequence[Column], name: str | None = None) -> Sheet:
    """Return the sheet to read: the named one, else the visible one whose header fits best."""
    sheets = book.visible() or book.sheets
    if name is not None:
        for sheet in book.sheets:
            if sheet.name == name:
                return sheet
    filled = [sheet for sheet in sheets if not sheet.is_empty() and sheet.name != FAULT_SHEET]
    if not filled:
        return sheets[0]
    return max(filled, key=lambda sheet: len(map_headers(sheet, columns).places))


def parse(
    book: Workbook,
    columns: Sequence[Column],
    *,
    sheet: str | None = None,
    mapping: dict[str, str] | None = None,
    formulas: bool = False,
) -> Parsed:
    """Read one sheet of a workbook by its columns; all faults at once, nothing raised.

    sheet     name of the sheet; None: the visible sheet that fits best
    mapping   field → header text, as a person has chosen it for a foreign layout
    formulas  True takes the stored results of formula cells; False makes each a fault
    Rows without any content are left out, also note rows under the header that begin with 示例.
    """
    start = time.perf_counter()
    chosen = choose_sheet(book, columns, sheet)
    header = map_headers(chosen, columns, mapping=mapping)
    out = Parsed(chosen, {column.field: column for column in columns}, header)
    out.faults.extend(header.faults)
    out.warnings.extend(header.warnings)
    if header.line:
        out.lines = _data_lines(chosen, header)
        if not out.lines:
            message = "表头下面没有数据，请填写后再上传"
            out.faults.add(Fault(chosen.name, header.line, 0, "", "", message))
        told: frozenset[tuple[int, int]] = frozenset(() if formulas else chosen.formulas)
        for column in columns:
            place = header.places.get(column.field)
            if place is not None:
                _read_column(out, column, place, told)
        if not formulas:
            _formula_faults(out)
    out.seconds = time.perf_counter() - start
    return out


def _data_lines(sheet: Sheet, header: HeaderMap) -> list[int]:
    """Return the Excel lines that hold data in one of the mapped columns."""
    places = sorted(place - 1 for place in header.places.values())
    if isinstance(sheet.rows, Grid):
        first = sheet.rows[header.line : header.line + NOTE_ROWS]
        notes = {line for line, row in enumerate(first, start=header.line + 1) if _is_note(row)}
        empty = _empty_rows(sheet.rows, header.line, places)
        left_out = notes | {at + 1 for at in empty}
        below = range(header.line + 1, len(sheet.rows) + 1)
        return [line for line in below if line not in left_out] if left_out else list(below)
    lines: list[int] = []
    for line, row in enumerate(sheet.rows[header.line :], start=header.line + 1):
        width = len(row)
        for place in places:
            cell = row[place] if place < width else None
            if cell is not None and (not isinstance(cell, str) or (cell and not cell.isspace())):
                break
        else:
            continue
        if line - header.line <= NOTE_ROWS and _is_note(row):
            continue
        lines.append(line)
    return lines


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def _empty_rows(grid: Grid, start: int, places: Sequence[int]) -> list[int]:
    """Return the rows from `start` on, counted from 0, that are blank at all these columns."""
    empty = list(range(start, len(grid)))
    for place in places:
        if place < grid.width and empty:
            codes = grid.codes[place]
            blank = {n for n, cell in enumerate(grid.values[place]) if _is_blank(cell)}
            empty = [row for row in empty if codes[row] in blank] if blank else []
    return empty


def _codes(lines: list[int], codes: Sequence[int]) -> Sequence[int]:
    """Return the codes of these lines."""
    if lines and lines[-1] - lines[0] == len(lines) - 1:
        return codes[lines[0] - 1 : lines[-1]]
    return [codes[line - 1] for line in lines]


def _convert(out: Parsed, column: Column, place: int) -> Converted:
    """Read the cells of one column on the data lines."""
    rows, at = out.sheet.rows, place - 1
    reader = column.reader.fresh()
    if isinstance(rows, Grid):
        return reader.convert_coded(rows.values[at], _codes(out.lines, rows.codes[at]))
    picked = [rows[line - 1] for line in out.lines]
    return reader.convert([row[at] if at < len(row) else None for row in picked])


def _is_note(row: Sequence[Cell]) -> bool:
    """A note or example row says so in its first filled cell."""
    for cell in row:
        text = key(as_text(cell))
        if text:
            return text.startswith(NOTE_MARKS)
    return False


def _read_column(
    out: Parsed,
    column: Column,
    place: int,
    told: frozenset[tuple[int, int]],
) -> None:
    """told: (line, place) of cells that are faults for holding a formula."""
    read = _convert(out, column, place)
    out.values[column.field] = read.values
    name, lines, header = out.sheet.name, out.lines, column.header
    for index, message in read.bad:
        shown = column.masked(as_text(out.sheet.cell(lines[index], place)))
        out.faults.add(Fault(name, lines[index], place, header, shown, message))
    if column.required and None in read.values:
        faulty = {index for index, _ in read.bad}
        for index, value in enumerate(read.values):
            if value is None and index not in faulty and (lines[index], place) not in told:
                message = f"「{header}」必须填写"
                out.faults.add(Fault(name, lines[index], place, header, "", message))
    for index, new, why in read.tidied:
        old = column.masked(as_text(out.sheet.cell(lines[index], place)))
        out.warnings.add(Notice(name, lines[index], place, header, old, column.masked(new), why))


def _formula_faults(out: Parsed) -> None:
    sheet = out.sheet
    if not sheet.formula_count:
        return
    by_place = {place: name for name, place in out.header.places.items()}
    wanted = set(out.lines)
    message = "单元格是公式，请复制后用“选择性粘贴—数值”改为内容"
    for line, place in sheet.formulas:
        name = by_place.get(place)
        if name is not None and line in wanted:
            column = out.columns[name]
            shown = column.masked(as_text(sheet.cell(line, place)))
            out.faults.add(Fault(sheet.name, line, place, column.header, shown, message))
    hidden = sheet.formula_count - len(sheet.formulas)
    if hidden > 0:
        more = f"另有 {hidden} 个公式单元格未逐个列出，请全部改为数值"
        out.faults.add(Fault(sheet.name, 0, 0, "", "", more))
