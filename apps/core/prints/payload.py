"""What the page templates are given: plain lists and texts, made from a layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.sheets import Layout, Line
from apps.core.sheets.tidy import strip_control

from .cells import breakable, text_of
from .forms import Box, Code, Form, TabledLetter
from .grid import head_cells
from .letters import Letter
from .stamp import Stamp

MM = {"A4": (210, 297), "A3": (297, 420)}
MARGIN = 10.0  # mm, left and right
POINTS = 72 / 25.4  # in a millimetre
CHARACTER = 0.56  # of the size: a column's width is told in digits, as Excel does
FORM_CHARACTER = 2.3  # mm: a Latin sign of 12 points
SMALLEST, LARGEST, FORM = 6.0, 12.0, 10.0  # points; FORM: the boxes of a form


def clean(text: object) -> str:
    """Return a text any page can hold: no control character, no lone surrogate."""
    return strip_control(str(text).encode("utf-8", "replace").decode())


def size_of(layout: Layout) -> float:
    """Return the size of the cells in points: as large as the paper's width allows, 6 to 12."""
    short, long = MM[layout.paper]
    width = ((long if layout.landscape else short) - 2 * MARGIN) * POINTS
    characters = sum(heading.width for heading in layout.headings) or 1
    size = width / (characters * CHARACTER)
    return round(min(FORM if layout.headless else LARGEST, max(SMALLEST, size)), 1)


def sheet(layout: Layout) -> dict[str, Any]:
    """Return one table as the template reads it."""
    widths = [heading.width for heading in layout.headings]
    heads = [] if layout.headless else head_cells(layout.headings)
    return {
        "title": clean(layout.title),
        "paper": layout.paper.lower(),
        "landscape": layout.landscape,
        "size": size_of(layout),
        "widths": widths,
        "aligns": [heading.align for heading in layout.headings],
        "heads": [
            [clean(cell.text), cell.column, cell.line, cell.columns, cell.rows]
            for line in heads
            for cell in line
        ],
        "head_lines": len(heads),
        "lines": [_line(line, layout, widths) for line in layout.body],
        "about": [clean(text) for text in layout.about] if any(layout.about) else [],
        "footer": [clean(text) for text in layout.footer],
        "notes": [clean(text) for text in layout.notes],
    }


def _line(line: Line, layout: Layout, widths: Sequence[float]) -> dict[str, Any]:
    """Return {"s": sort, "c": cells}; a cell is a text, or [text, columns, tone, align, mm]."""
    merged = line.merged(len(widths))
    cells: list[Any] = []
    column = 1
    while column <= len(widths):
        columns = merged.get(column, 1)
        value = line.cells[column - 1] if column <= len(line.cells) else None
        room = sum(widths[column - 1 : column - 1 + columns])
        text = breakable(clean(text_of(value, layout.headings[column - 1].form)), room)
        tone = line.tones.get(column, "")
        if columns > 1 or tone or line.height:
            middle = not line.span and line.is_centred(column, value)
            align = "" if columns == 1 else "center" if middle else "left"
            cells.append([text, columns, tone, align, line.height])
        else:
            cells.append(text)
        column += columns
    return {"s": line.sort, "c": cells}


def stamp(one: Stamp) -> dict[str, Any]:
    return {
        "line": clean(one.line),
        "watermark": clean(one.watermark),
        "qr": qr_of(one.verify) if one.verify else "",
    }


def qr_of(address: str) -> str:
    """Return the code of an address as SVG text, modules of one unit."""
    import segno  # only prints with a number need it

    return str(segno.make(address, error="m", micro=False).svg_inline(border=1, dark="#000"))


def letter(one: Letter) -> dict[str, Any]:
    return {
        "title": clean(one.title),
        "heading": clean(one.heading),
        "number": clean(one.number),
        "to": clean(one.to),
        "paragraphs": [breakable(clean(text), 56) for text in one.paragraphs],
        "signer": clean(one.signer),
        "day": one.day,
        "attachments": [clean(text) for text in one.attachments],
    }


def form(one: Form, shared: Stamp) -> dict[str, Any]:
    """Return one form as pages/form.typ reads it."""
    total = sum(one.widths)
    long, short = MM["A4"][1], MM["A4"][0]
    width = (long if one.landscape else short) - 26
    return {
        "sort": "form",
        "title": clean(one.title),
        "widths": list(one.widths),
        "rows": [[_box(box, one.widths, width / total) for box in row] for row in one.rows],
        "head": one.head,
        "head_at": one.head_at,
        "above": [clean(text) for text in one.above],
        "notes": [clean(text) for text in one.notes],
        "paper": one.paper,
        "landscape": one.landscape,
        "size": one.size,
        "stamp": stamp(one.stamp or shared),
        "link": clean(one.link),
    }


def _box(box: Box, widths: Sequence[float], unit: float) -> dict[str, Any]:
    """unit: millimetres of one share. A run of signs without a blank is let break in its box."""
    average = sum(widths) / len(widths) * unit * box.columns
    room = average / (FORM_CHARACTER if box.sort != "sign" else FORM_CHARACTER * 0.92)
    return {
        "text": breakable(clean(box.text), room),
        "columns": box.columns,
        "rows": box.rows,
        "sort": box.sort,
        "title": clean(box.title),
        "signed": clean(box.signed),
        "day": clean(box.day),
        "height": box.height,
    }


def tabled(one: TabledLetter, shared: Stamp) -> dict[str, Any]:
    """Return a letter with a table; cells that are addresses become codes."""
    return {
        "sort": "letter",
        "letter": letter(one.letter),
        "table": {
            "caption": clean(one.caption),
            "head": [clean(text) for text in one.head],
            "widths": list(one.widths),
            "rows": [
                [
                    {"qr": qr_of(cell.address)} if isinstance(cell, Code) else clean(cell)
                    for cell in row
                ]
                for row in one.rows
            ],
        },
        "stamp": stamp(one.stamp or shared),
        "link": clean(one.link),
    }
