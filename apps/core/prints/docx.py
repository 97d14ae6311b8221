"""A Form as a Word file: the template an office begins from, edited and uploaded again."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .forms import Box, Form
from .payload import clean
from .word import pack

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
TWIPS = 1440 / 25.4  # in a millimetre
MARGIN = 13.0
SIZES = {"a4": (210.0, 297.0), "a5": (148.0, 210.0)}
ROW_MM = 8.0

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def write(form: Form, *, foot: Sequence[str] = ()) -> bytes:
    """Return a form as a .docx. foot: lines under the form (number, link)."""
    body = [
        paragraph(form.title, size=22, font=TITLE, align="center", after=80),
        *([paragraph("　　".join(t for t in form.above if t), size=11)] if any(form.above) else []),
        _table(form),
        *[paragraph(text, size=9) for text in (*form.notes, *foot)],
    ]
    return document(body, paper=form.paper, landscape=form.landscape)


def document(body: Sequence[str], *, paper: str = "a4", landscape: bool = False) -> bytes:
    """Return a .docx of some blocks of WordprocessingML."""
    width, height = (round(mm * TWIPS) for mm in SIZES[paper])
    turned = ' w:orient="landscape"' if landscape else ""
    if landscape:
        width, height = height, width
    margin = round(MARGIN * TWIPS)
    section = (
        f'<w:sectPr><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{margin}" w:right="{margin}" w:bottom="{margin}" w:left="{margin}" '
        'w:header="400" w:footer="400" w:gutter="0"/></w:sectPr>'
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{W}"><w:body>{"".join(body)}{section}</w:body></w:document>'
    )
    return pack(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _RELS.encode(),
            "word/document.xml": xml.encode(),
        }
    )


def paragraph(
    text: str,
    *,
    size: float = 12,
    font: str = BODY,
    align: str = "left",
    after: int = 0,
    indent: bool = False,
) -> str:
    """Return one paragraph; `\\n` breaks the line. size: points."""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n")
    )
    first = '<w:ind w:firstLineChars="200"/>' if indent else ""
    return (
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="{after}"/>{first}<w:jc w:val="{align}"/>'
        f'</w:pPr><w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
        f'<w:sz w:val="{round(size * 2)}"/></w:rPr>{lines}</w:r></w:p>'
    )


def _table(form: Form) -> str:
    short, long = SIZES[form.paper]
    room = ((long if form.landscape else short) - 2 * MARGIN) * TWIPS
    unit = room / sum(form.widths)
    widths = [round(share * unit) for share in form.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="5" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = [_row(row, widths, form) for row in _places(form)]
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{lines}'
        '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" '
        'w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _places(form: Form) -> list[list[tuple[int, Box, bool]]]:
    """Return each row as (column, box, begins here); a box of several rows is in each of them."""
    below: dict[int, tuple[Box, int]] = {}  # column → box, rows still to come
    placed = []
    for row in form.rows:
        column, line = 0, []
        boxes = list(row)
        while column < len(form.widths) and (boxes or column in below):
            if column in below:
                box, left = below.pop(column)
                line.append((column, box, False))
                if left > 1:
                    below[column] = (box, left - 1)
            else:
                box = boxes.pop(0)
                line.append((column, box, True))
                if box.rows > 1:
                    below[column] = (box, box.rows - 1)
            column += box.columns
        placed.append(line)
    return placed


def _row(line: list[tuple[int, Box, bool]], widths: Sequence[int], form: Form) -> str:
    height = max([ROW_MM, *(box.height for _, box, begins in line if begins)])
    cells = []
    for column, box, begins in line:
        width = sum(widths[column : column + box.columns])
        merge = ""
        if box.rows > 1:
            merge = '<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>"
        side = "top" if box.sort == "sign" else "center"
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
            f'<w:gridSpan w:val="{box.columns}"/>{merge}<w:vAlign w:val="{side}"/></w:tcPr>'
            f"{_words(box, form.size) if begins else paragraph('')}</w:tc>"
        )
    return (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{round(height * TWIPS)}" '
        f'w:hRule="atLeast"/></w:trPr>{"".join(cells)}</w:tr>'
    )


def _words(box: Box, size: float) -> str:
    size = min(size, 11)
    if box.sort == "sign":
        return (
            paragraph(box.title, size=size, font=HEAD)
            + paragraph(box.text, size=size)
            + paragraph(box.signed, size=size, align="right")
            + paragraph(box.day, size=size, align="right")
        )
    if box.sort == "upright":
        return paragraph("\n".join(box.text), size=size, font=HEAD, align="center")
    if box.sort in ("label", "head"):
        return paragraph(box.text, size=size, font=HEAD, align="center")
    align = "center" if box.sort in ("figure", "photo") else "left"
    return paragraph(box.text, size=size, align=align)
