"""A Form as a Word file: the template an office begins from, edited and uploaded again."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .forms import Box, Form, TabledLetter
from .payload import clean
from .word import pack

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
TWIPS = 1440 / 25.4  # in a millimetre
MARGIN = 13.0
#: page of GB/T 9704: 天头, 切口, 地脚, 订口 in millimetres
LETTER_MARGINS = (37.0, 26.0, 35.0, 28.0)
RED = "D40000"
SIZES = {"a4": (210.0, 297.0), "a5": (148.0, 210.0)}
ROW_MM = 8.0

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/>{foot}</Types>'
)
_FOOT_TYPE = (
    '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.footer+xml"/>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def write(form: Form, *, foot: Sequence[str] = (), code: str = "") -> bytes:
    """Return a form as a .docx.

    foot   lines at the foot of each page (number, link); code: what stands left of them
    """
    body = [
        paragraph(form.title, size=22, font=TITLE, align="center", after=80),
        *([paragraph("　　".join(t for t in form.above if t), size=11)] if any(form.above) else []),
        _table(form),
        *[paragraph(text, size=9) for text in form.notes],
    ]
    return document(
        body,
        paper=form.paper,
        landscape=form.landscape,
        margins=(11.0, MARGIN, 24.0 if foot else MARGIN, MARGIN),
        foot=_foot(foot, code, _room(form)) if foot else "",
    )


def write_letter(
    one: TabledLetter, *, heading_size: float = 26, foot: Sequence[str] = (), code: str = ""
) -> bytes:
    """Return a letter with its table as a .docx, on the page of GB/T 9704."""
    words = one.letter
    top = [
        paragraph(words.heading, size=heading_size, font=TITLE, align="center", color=RED),
        paragraph(words.number, size=16, align="center", rule=RED, after=160),
    ]
    body = [
        *(top if words.heading else []),
        paragraph(words.title, size=22, font=TITLE, align="center", after=120),
        *([paragraph(f"{words.to}：", size=16, spaced=True)] if words.to else []),
        *[paragraph(text, size=16, indent=True, spaced=True) for text in words.paragraphs],
        paragraph("", size=16),
        paragraph(words.signer, size=16, align="right", spaced=True, right=640),
        paragraph(words.day, size=16, align="right", spaced=True, right=640),
        paragraph(one.caption, size=14, font=HEAD, after=60),
        _list(one),
    ]
    return document(body, margins=LETTER_MARGINS, foot=_foot(foot, code) if foot else "")


def document(
    body: Sequence[str],
    *,
    paper: str = "a4",
    landscape: bool = False,
    margins: tuple[float, float, float, float] = (MARGIN,) * 4,
    foot: str = "",
) -> bytes:
    """Return a .docx of some blocks of WordprocessingML.

    margins   top, right, bottom, left in millimetres
    foot      blocks repeated at the foot of each page
    """
    width, height = (round(mm * TWIPS) for mm in SIZES[paper])
    turned = ' w:orient="landscape"' if landscape else ""
    if landscape:
        width, height = height, width
    top, right, bottom, left = (round(mm * TWIPS) for mm in margins)
    refers = f'<w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rId1"/>'
    section = (
        f'<w:sectPr>{refers if foot else ""}<w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" '
        'w:header="400" w:footer="280" w:gutter="0"/></w:sectPr>'
    )
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    parts = {
        "[Content_Types].xml": _TYPES.replace("{foot}", _FOOT_TYPE if foot else ""),
        "_rels/.rels": _RELS,
        "word/document.xml": f'{start}<w:document xmlns:w="{W}"><w:body>{"".join(body)}{section}'
        "</w:body></w:document>",
    }
    if foot:
        parts["word/footer1.xml"] = f'{start}<w:ftr xmlns:w="{W}">{foot}</w:ftr>'
        parts["word/_rels/document.xml.rels"] = (
            f'{start}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'relationships"><Relationship Id="rId1" Type="{_OFFICE}/footer" '
            'Target="footer1.xml"/></Relationships>'
        )
    return pack({name: part.encode() for name, part in parts.items()})


def _foot(lines: Sequence[str], code: str, room: float = 9500) -> str:
    """Return the foot of a page: the code at the left, lines and the page's number beside it.

    room   its width, in twentieths of a point
    """
    texts = "".join(paragraph(text, size=9) for text in lines)
    number = (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
    cells = [(1100, paragraph(code, size=9)), (round(room) - 2100, texts), (1000, number)]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width, _ in cells)
    return (
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f"{words}</w:tc>"
            for w, words in cells
        )
        + "</w:tr></w:tbl>"
        + paragraph("", size=2)
    )


def _list(one: TabledLetter) -> str:
    """Return the table of a letter; its head is repeated on every page."""
    room = (SIZES["a4"][0] - LETTER_MARGINS[1] - LETTER_MARGINS[3]) * TWIPS
    widths = [round(share * room / sum(one.widths)) for share in one.widths]

    def row(texts: Sequence[object], font: str, look: str) -> str:
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
            f"</w:tcPr>{paragraph(str(text), size=12, font=font, align='center')}</w:tc>"
            for text, width in zip(texts, widths, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{look}</w:trPr>{cells}</w:tr>"

    rows = [row(one.head, HEAD, "<w:tblHeader/>"), *(row(texts, BODY, "") for texts in one.rows)]
    return _grid(widths, rows)


def paragraph(
    text: str,
    *,
    size: float = 12,
    font: str = BODY,
    align: str = "left",
    after: int = 0,
    indent: bool = False,
    spaced: bool = False,
    right: int = 0,
    color: str = "",
    rule: str = "",
) -> str:
    """Return one paragraph; `\\n` breaks the line.

    size     points; spaced: the lines of GB/T 9704, 28.8 points apart
    right    twentieths of a point free at the right
    color, rule   of the text, and of a line below it
    """
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n")
    )
    first = ' w:firstLineChars="200"' if indent else ""
    free = f' w:right="{right}"' if right else ""
    line = ' w:line="576" w:lineRule="exact"' if spaced else ""
    border = (
        f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" w:color="{rule}"/></w:pBdr>'
        if rule
        else ""
    )
    ink = f'<w:color w:val="{color}"/>' if color else ""
    return (
        f'<w:p><w:pPr>{border}<w:spacing w:before="0" w:after="{after}"{line}/>'
        f'<w:ind{first}{free}/><w:jc w:val="{align}"/></w:pPr><w:r><w:rPr>'
        f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>{ink}'
        f'<w:sz w:val="{round(size * 2)}"/></w:rPr>{lines}</w:r></w:p>'
    )


def _room(form: Form) -> float:
    short, long = SIZES[form.paper]
    return ((long if form.landscape else short) - 2 * MARGIN) * TWIPS


def _table(form: Form) -> str:
    unit = _room(form) / sum(form.widths)
    widths = [round(share * unit) for share in form.widths]
    rows = [
        _row(row, widths, form, head=n < form.head and not form.head_at)
        for n, row in enumerate(_places(form))
    ]
    return _grid(widths, rows, gap=20 if form.size < 9 else 60)


def _grid(widths: Sequence[int], rows: Sequence[str], *, gap: int = 60) -> str:
    """Return a table. gap: twentieths of a point left and right of the words of a cell."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="5" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{lines}'
        '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="'
        f'{gap}" w:type="dxa"/><w:right w:w="{gap}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
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


def _row(
    line: list[tuple[int, Box, bool]], widths: Sequence[int], form: Form, *, head: bool
) -> str:
    repeated = "<w:tblHeader/>" if head else ""
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
        f'w:hRule="atLeast"/>{repeated}</w:trPr>{"".join(cells)}</w:tr>'
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
