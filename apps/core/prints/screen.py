"""A layout as a table of the page: what `components/layout_table.html` draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.core.sheets import Layout

from .cells import text_of
from .grid import HeadCell, head_cells


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, classes, how many columns, the address behind it; head: names its row."""

    text: str
    css: str
    columns: int = 1
    url: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    sort: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """heads: lines of HeadCell; figures: the columns (from 0) that are right-aligned."""

    layout: Layout
    heads: list[list[HeadCell]]
    rows: list[Row]


def shown(layout: Layout) -> Shown:
    heads = [] if layout.headless else head_cells(layout.headings)
    naming = next((n for n, one in enumerate(layout.headings) if one.align == "left"), 0)
    return Shown(layout, heads, [_row(layout, line, naming) for line in layout.body])


def _row(layout: Layout, line: Any, naming: int) -> Row:
    width = len(layout.headings)
    merged = line.merged(width)
    cells = []
    column = 1
    while column <= width:
        heading = layout.headings[column - 1]
        value = line.cells[column - 1] if column <= len(line.cells) else None
        columns = merged.get(column, 1)
        css = ["num"] if heading.align == "right" and columns == 1 else []
        if heading.align == "center" if columns == 1 else line.is_centred(column, value):
            css.append("mid")
        if line.tones.get(column):
            css.append(f"is-{line.tones[column]}")
        head = not layout.headless and (column - 1 == naming or line.span)
        text = text_of(value, heading.form)
        cells.append(Cell(text, " ".join(css), columns, line.links.get(column, ""), head))
        column += columns
    return Row(line.sort, cells)
