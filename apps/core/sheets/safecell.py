"""What may stand in a written cell. Every writer of this package goes through here.

openpyxl makes a live formula of any string that begins with "="; Excel and WPS do the same with
+ - @ when a csv is opened. So strings are written as strings, and a csv gets an apostrophe.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from .columns import Column
from .kinds import Kind
from .tidy import strip_control

CELL_CHARS = 32_767
SAFE_INTEGER = 10**15
RISKY = frozenset("=+-@＝＋－＠")
BLANK_STARTS = frozenset("\t\r\n")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
ERROR_FILL = "FFFFC7CE"


@dataclass(slots=True)
class Written:
    """What was written: data rows, cells that lost control characters, cells cut at 32,767."""

    rows: int = 0
    stripped: int = 0
    clipped: int = 0

    @property
    def sentence(self) -> str:
        """Return what the reader should know, or an empty text."""
        said = []
        if self.stripped:
            said.append(f"{self.stripped} 个单元格里的控制字符已去掉")
        if self.clipped:
            said.append(f"{self.clipped} 个单元格超过 {CELL_CHARS} 字，超出部分未写出")
        return "；".join(said)


def safe_text(text: str, tally: Written) -> str:
    """Return a text any xlsx can hold; what had to go is counted."""
    if text.isprintable() and len(text) <= CELL_CHARS:
        return text
    clean = strip_control(text)
    if clean != text:
        tally.stripped += 1
    if len(clean) > CELL_CHARS:
        tally.clipped += 1
        clean = clean[:CELL_CHARS]
    return clean


def acts_as_formula(text: str) -> bool:
    """Tell whether a spreadsheet that opens this text from a csv may compute it."""
    return text.lstrip("\t\r\n \u00a0\u3000")[:1] in RISKY or text[:1] in BLANK_STARTS


def csv_text(text: str, tally: Written) -> str:
    """Return a text that no spreadsheet takes for a formula when the csv is opened."""
    text = safe_text(text, tally)
    # An apostrophe that is the text's own is doubled, so that `from_csv` gives the text back.
    return "'" + text if text and acts_as_formula(text.lstrip("'") or "'") else text


def from_csv(text: str) -> str:
    """Return the text `csv_text` was given."""
    return text[1:] if text[:1] == "'" and acts_as_formula(text.lstrip("'") or "'") else text


def xml_text(text: str) -> str:
    """Return a text as openpyxl has to be given it, so that it is read back unchanged.

    A literal _x000D_ would be read as a control character, and a bare CR as a line feed.
    """
    return _ESCAPE.sub("_x005F_", text).replace("\r", "_x000D_")


def number_or_text(value: Any) -> str | int | float | None:
    """Return a value as a number cell if it is a finite number Excel keeps exactly, else text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return value if abs(value) < SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() and abs(value) < SAFE_INTEGER else str(value)
    return as_written(value)


def as_written(value: Any) -> str:
    """Return any value as the text of a cell."""
    if value is None:
        return ""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def getters(columns: Sequence[Column]) -> Callable[[Any], Iterator[Any]]:
    """Return a function giving a row's values in column order.

    A row is a mapping by field, a sequence in column order, or an object by attribute
    ("person.name" reads through).
    """
    names = [column.field for column in columns]
    readers = [attrgetter(name) for name in names]

    def values(row: Any) -> Iterator[Any]:
        if isinstance(row, Mapping):
            return iter([row.get(name) for name in names])
        if isinstance(row, list | tuple):
            if len(row) != len(names):
                raise ValueError(f"a row of {len(row)} cells for {len(names)} columns")
            return iter(row)
        return iter([read(row) for read in readers])

    return values


def cells_of(
    columns: Sequence[Column], rows: Iterable[Any], tally: Written
) -> Iterator[list[str | int | float | None]]:
    """Yield rows of cells: text, or numbers where the column's kind is numeric. Counts rows."""
    values = getters(columns)
    kinds = [column.reader.fresh() for column in columns]
    plain = [type(kind).shown is Kind.shown for kind in kinds]
    numeric = [kind.numeric for kind in kinds]
    for row in rows:
        cells: list[str | int | float | None] = []
        for at, value in enumerate(values(row)):
            if value is None or value == "":
                cells.append(None)
                continue
            if value.__class__ is str and plain[at]:
                cells.append(safe_text(value, tally))
                continue
            shown: Any = as_written(value) if plain[at] else kinds[at].shown(value)
            if numeric[at]:
                shown = number_or_text(shown)
            elif shown.__class__ is not str:
                shown = as_written(shown)
            cells.append(safe_text(shown, tally) if shown.__class__ is str else shown)
        tally.rows += 1
        yield cells
