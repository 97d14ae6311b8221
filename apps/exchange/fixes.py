"""Cells put right in the page: kept beside the batch, laid over the file when it is read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from apps.core import crypto
from apps.core.sheets import Column, Fault, Sheet, Workbook, as_text

#: Faulty cells a page offers to put right; with more the file is the better place.
OFFERED: Final = 300
LONGEST: Final = 500
GRID: Final = 200  # rows of a file whose every cell can be changed in the page
FIELD: Final = "exchange_importbatch.corrections"


@dataclass(frozen=True, slots=True)
class Fix:
    """One cell. line and column from 1; text: what stands there now, "" empties it."""

    sheet: str
    line: int
    column: int
    text: str


def changeable(sheet: Sheet) -> list[list[Any]]:
    """Return the rows of a read sheet as lists that may be changed in place."""
    if not isinstance(sheet.rows, list):
        sheet.rows = list(sheet.rows)
    return sheet.rows


def laid_over(book: Workbook, fixes: Sequence[Fix]) -> None:
    """Put the corrected texts into a read workbook; a formula put right is one no more."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for fix in fixes:
        sheet = sheets.get(fix.sheet)
        if sheet is None or not 1 <= fix.line <= len(sheet.rows):
            continue
        row = changeable(sheet)[fix.line - 1]
        row.extend([None] * (fix.column - len(row)))
        row[fix.column - 1] = fix.text
        place = (fix.line, fix.column)
        kept = [one for one in sheet.formulas if tuple(one) != place]
        sheet.formula_count -= len(sheet.formulas) - len(kept)
        sheet.formulas = kept


def cells_of(faults: Iterable[Any], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the faulty cells a page can offer, in the order of the file; [] when too many."""
    masked = {column.header for column in columns if column.mask is not None}
    listed = {column.header: column.reader.fresh().listed() for column in columns}
    found: dict[tuple[str, int, int], dict[str, Any]] = {}
    for fault in faults:
        if not isinstance(fault, Fault) or not fault.row or not fault.column:
            continue
        place = (fault.sheet, fault.row, fault.column)
        if place in found:
            found[place]["messages"].append(fault.message)
            continue
        if len(found) == OFFERED:
            return []
        options = listed.get(fault.header) or []
        found[place] = {
            "sheet": fault.sheet,
            "line": fault.row,
            "column": fault.column,
            "where": fault.column_text,
            "header": fault.header,
            "value": fault.value,
            "messages": [fault.message],
            "masked": fault.header in masked,
            "options": options if 0 < len(options) <= 60 else _meant(fault.message),
        }
    return [found[place] for place in sorted(found)]


def grid_of(
    book: Workbook, columns: Sequence[Column], faulty: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return all cells of a short sheet, faults at their places; [] when it is too long."""
    sheet = book.sheets[0]
    if len(sheet.rows) - 1 > GRID:
        return []
    by_header = {column.header: column for column in columns}
    listed = {header: one.reader.fresh().listed() for header, one in by_header.items()}
    wrong = {(cell["line"], cell["column"]): cell["messages"] for cell in faulty}
    found = []
    for line, row in enumerate(sheet.rows[1:], start=2):
        for place, header in enumerate(sheet.rows[0], start=1):
            column = by_header.get(str(header))
            if column is None:
                continue
            value = as_text(row[place - 1]) if place <= len(row) else ""
            found.append(
                {
                    "sheet": sheet.name,
                    "line": line,
                    "column": place,
                    "where": header,
                    "header": header,
                    "value": value[:LONGEST],
                    "messages": wrong.get((line, place), []),
                    "masked": False,
                    "options": listed[column.header] or [],
                }
            )
    return found


def _meant(message: str) -> list[str]:
    """Return the names a fault proposes: …，是否应为「甲」「乙」."""
    _, asked, rest = message.partition("是否应为「")
    return rest.rstrip("」").split("」「") if asked else []


def kept(fix: Fix, cell: dict[str, Any], *, batch: UUID, by: Any, at: Any) -> dict[str, Any]:
    """Return a correction as the batch keeps it; a personal number as ciphertext."""
    made: dict[str, Any] = {
        "sheet": fix.sheet,
        "line": fix.line,
        "column": fix.column,
        "where": cell["where"],
        "old": cell["value"],
        "by": str(by),
        "at": at.isoformat(),
    }
    if cell["masked"]:
        made["sealed"] = crypto.encrypt(fix.text, field=FIELD, row=batch).hex()
        made["new"] = "（已更正，不显示）"
    else:
        made["new"] = fix.text
    return made


def opened(corrections: Iterable[dict[str, Any]], *, batch: UUID) -> list[Fix]:
    """Return the corrections a batch keeps."""
    return [
        Fix(
            one["sheet"],
            one["line"],
            one["column"],
            crypto.decrypt(bytes.fromhex(one["sealed"]), field=FIELD, row=batch)
            if "sealed" in one
            else one["new"],
        )
        for one in corrections
    ]
