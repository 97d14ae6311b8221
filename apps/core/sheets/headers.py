"""Finding the header row of a sheet and which column is which, by text and never by position."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .columns import Column
from .faults import Fault
from .tidy import key
from .workbook import Cell, Sheet, as_text, letter

SEARCHED_ROWS = 15
REMARK, SOURCE_LINE = "错误说明", "原行号"  # columns that a returned workbook has gained
_BRACKETED = re.compile(r"[(\[（【].*?[)\]）】]")
_MARKS = re.compile(r"[*＊:：\s]")


@dataclass(slots=True)
class HeaderMap:
    """Where the header is and what it says.

    line     Excel line of the header row, 0 when none was found
    places   field → column number from 1
    texts    field → the header text as the file has it
    unknown  (column number, text) of the headers no column answers to
    faults, warnings  what to tell
    """

    line: int = 0
    places: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def header_key(text: str) -> str:
    """Return a header as it is compared: no blanks, star or colon, half-width, lower case."""
    return _MARKS.sub("", key(text))


def _spellings(columns: Sequence[Column]) -> dict[str, Column]:
    known: dict[str, Column] = {}
    for column in columns:
        known[header_key(column.header)] = column
    for column in columns:
        for alias in column.aliases:
            known.setdefault(header_key(alias), column)
    # 入编日期（年月日） answers to 入编日期, unless another column is called just that.
    for spelling, column in list(known.items()):
        known.setdefault(_BRACKETED.sub("", spelling), column)
    known.pop("", None)
    return known


def _lookup(known: dict[str, Column], text: str) -> Column | None:
    spelling = header_key(text)
    return known.get(spelling) or known.get(_BRACKETED.sub("", spelling))


def _match(row: Sequence[Cell], known: dict[str, Column]) -> int:
    """Return how many different columns a row names."""
    named = {column.field for cell in row if (column := _lookup(known, as_text(cell)))}
    return len(named)


def map_headers(
    sheet: Sheet, columns: Sequence[Column], *, mapping: dict[str, str] | None = None
) -> HeaderMap:
    """Find the header row among the first 15 and map its cells to the columns.

    mapping  field → header text chosen by a person; it goes before headers and aliases
    A required column that is missing is one fault, naming the nearest header there is; a header
    met twice is a fault; a header nobody asked for is a warning. Raises nothing.
    """
    known = _spellings(columns)
    by_field = {column.field: column for column in columns}
    for name, chosen in (mapping or {}).items():
        if name in by_field:
            known[header_key(chosen)] = by_field[name]
    best, best_line = 0, 0
    for line, row in enumerate(sheet.rows[:SEARCHED_ROWS], start=1):
        found = _match(row, known)
        if found > best:
            best, best_line = found, line
    out = HeaderMap(line=best_line)
    if not best:
        expected = "、".join(column.header for column in columns if column.required)
        expected = expected or "、".join(column.header for column in columns[:6])
        message = (
            f"前 {SEARCHED_ROWS} 行里没有找到表头。表头应有：{expected}。请用下载的模板填写后再上传"
        )
        out.faults.append(Fault(sheet.name, 0, 0, "表头", "", message))
        return out
    _assign(out, sheet, known)
    _missing(out, sheet, columns)
    return out


def _assign(out: HeaderMap, sheet: Sheet, known: dict[str, Column]) -> None:
    name, line = sheet.name, out.line
    for number, cell in enumerate(sheet.rows[line - 1], start=1):
        text = as_text(cell).strip()
        if not text:
            continue
        column = _lookup(known, text)
        if column is None and header_key(text).startswith((REMARK, SOURCE_LINE)):
            continue
        if column is None:
            out.unknown.append((number, text))
            message = f"模板里没有「{text}」这一列，本次不会读取"
            out.warnings.append(Fault(name, line, number, text, text, message))
        elif column.field in out.places:
            first = letter(out.places[column.field])
            message = f"「{column.header}」在 {first} 列已有一列，请只保留一列"
            out.faults.append(Fault(name, line, number, column.header, text, message))
        else:
            out.places[column.field] = number
            out.texts[column.field] = text


def _missing(out: HeaderMap, sheet: Sheet, columns: Sequence[Column]) -> None:
    spare = [text for _, text in out.unknown]
    for column in columns:
        if not column.required or column.optional_header or column.field in out.places:
            continue
        message = f"缺少「{column.header}」这一列"
        near = difflib.get_close_matches(column.header, spare, 1, 0.5)
        if near:
            message += f"；表中有「{near[0]}」，如是同一列请改名"
        else:
            message += "，请补上这一列或用下载的模板填写"
        out.faults.append(Fault(sheet.name, out.line, 0, column.header, "", message))
