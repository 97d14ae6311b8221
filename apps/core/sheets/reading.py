"""Opening an uploaded file: guard and parser in a child process, plain values out."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import process
from .grid import Grid
from .limits import DEFAULT, Limits, Refused
from .workbook import Cell, CellError, Sheet, Workbook

logger = logging.getLogger(__name__)

_MEMO = 200_000  # distinct texts remembered, so that equal cells share one string


@dataclass(slots=True)
class Peek:
    """What `check` learns: kind, (name, hidden) of the sheets, custom properties."""

    kind: str
    sheets: list[tuple[str, bool]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)


def check(path: str | Path, name: str | None = None, *, limits: Limits = DEFAULT) -> Peek:
    """Look an upload through without reading its values. Raises Refused.

    name  the name it was uploaded under; only its ending is looked at
    """
    peek: Peek | None = None
    for line in process.run("check", _payload(path, name), limits):
        if line:
            found = _message(line)
            sheets = [(title, hidden) for title, hidden in found["sheets"]]
            peek = Peek(found["kind"], sheets, found["properties"])
    if peek is None:
        raise Refused(process.CRASHED)
    return peek


def read(
    path: str | Path,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT,
    cancelled: Callable[[], bool] | None = None,
) -> Workbook:
    """Read a workbook's values. Raises Refused (Cancelled if `cancelled()` became true).

    The whole file is held as plain Python values, each distinct cell of a column once.
    """
    book: Workbook | None = None
    rows: list[list[Cell]] = []
    memo: dict[str, str] = {}
    whole = False
    # A row is an array of scalars; only dates, times and errors are objects.
    decode = json.JSONDecoder(object_hook=_value).decode
    for line in process.run("read", _payload(path, name), limits, cancelled=cancelled):
        if line.startswith(b"["):
            if len(memo) > _MEMO:
                memo.clear()
            share = memo.setdefault
            rows.extend(
                [cell if cell.__class__ is not str else share(cell, cell) for cell in row]
                for row in decode(line.decode("utf-8", "replace"))
            )
        elif line:
            found = _message(line)
            if "book" in found:
                book = Workbook(found["book"], [], found["properties"])
            elif book is None:
                break
            elif "columns" in found:
                _add_columns(book.sheets[-1], found)
            elif "sheet" in found:
                rows = []
                book.sheets.append(_sheet(found, rows))
            elif "note" in found:
                book.notes.append(found["note"])
            elif "end" in found:
                book.seconds = found["end"]
                whole = True
    if book is None or not whole:
        raise Refused(process.CRASHED)
    if not book.sheets:
        raise Refused("文件里没有可读的工作表，请检查后再上传")
    return book


def _add_columns(sheet: Sheet, found: dict[str, Any]) -> None:
    """Append a block of rows that came as columns."""
    pieces = [
        (sort, base64.b64decode(packed), _cells(further))
        for sort, packed, further in found["columns"]
    ]
    if not isinstance(sheet.rows, Grid):
        sheet.rows = Grid(len(pieces))
    sheet.rows.add(found["count"], pieces)


def _cells(values: list[Any]) -> list[Cell]:
    """Return cells as they were; in JSON only dates, times and errors are objects."""
    if set(map(type, values)) <= {str}:
        return values
    return [_value(value) if value.__class__ is dict else value for value in values]


def _payload(path: str | Path, name: str | None) -> dict[str, Any]:
    return {"path": str(Path(path).resolve()), "name": name or str(path)}


def _message(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line.decode("utf-8", "replace"))
    if "refused" in found:
        if found.get("cause") not in (None, "None"):
            logger.warning("sheet refused: %s", found["cause"])
        raise Refused(found["refused"])
    return found


def _sheet(found: dict[str, Any], rows: list[list[Cell]]) -> Sheet:
    return Sheet(
        name=found["sheet"],
        rows=rows,
        hidden=found["hidden"],
        merged=[tuple(place) for place in found.get("merged", [])],
        formulas=[(line, column) for line, column in found.get("formulas", [])],
        formula_count=found.get("formula_count", 0),
    )


def _value(found: dict[str, Any]) -> Cell:
    ((sort, content),) = found.items()
    if sort == "d":
        return dt.date.fromisoformat(content)
    if sort == "s":
        return dt.datetime.fromisoformat(content)
    if sort == "h":
        return dt.time.fromisoformat(content)
    if sort == "n":
        return dt.timedelta(seconds=content)
    return CellError(content)
