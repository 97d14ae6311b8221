"""What a read workbook looks like: plain values, no styles, nothing that can run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .grid import Grid

# A cell: None or "" (empty), str, int, float, bool, date, datetime, time, timedelta or CellError.
Cell = Any
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 1


@dataclass(frozen=True, slots=True)
class CellError:
    """An Excel error value such as #REF! or #N/A."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(slots=True)
class Sheet:
    """One sheet. `rows[0]` is Excel line 1 and `rows[0][0]` is cell A1, whatever is empty."""

    name: str
    rows: Sequence[list[Cell]] = field(default_factory=list)
    hidden: bool = False
    merged: list[Merge] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)  # (line, column) from 1
    formula_count: int = 0  # may be more than len(formulas): only the first ones are kept

    def cell(self, line: int, column: int) -> Cell:
        """Return one cell by line and column from 1; None outside the sheet."""
        if isinstance(self.rows, Grid):
            if 1 <= line <= len(self.rows) and 1 <= column <= self.rows.width:
                return self.rows.cell(line - 1, column - 1)
            return None
        if 1 <= line <= len(self.rows):
            row = self.rows[line - 1]
            if 1 <= column <= len(row):
                return row[column - 1]
        return None

    def is_empty(self) -> bool:
        return not any(value not in (None, "") for row in self.rows for value in row)


@dataclass(slots=True)
class Workbook:
    """A workbook as read: kind is xlsx, xls or csv.

    properties  custom document properties, e.g. the code and version of our own template
    seconds     stage → seconds, for the report: guard, read
    notes       Chinese sentences about the reading itself, e.g. the encoding of a csv
    """

    kind: str
    sheets: list[Sheet]
    properties: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def visible(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if not sheet.hidden]

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


def letter(column: int) -> str:
    """Return the letters of a column counted from 1: 1 → A, 27 → AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def as_text(value: Cell) -> str:
    """Return a cell as the text a person sees in it, near enough to quote it in a fault."""
    kind = value.__class__
    if kind is str:
        return value
    if value is None:
        return ""
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if kind is dt.datetime:
        if value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ")
    return str(value)
