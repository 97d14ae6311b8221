"""Printed office layouts: title, 制表单位 line, many-line headers, totals, signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import ceil
from typing import IO, TYPE_CHECKING, Any

from .safecell import Written, number_or_text, safe_text, xml_text
from .writing import Target, sheet_title

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TITLE_FONT, HEAD_FONT, BODY_FONT = "方正小标宋简体", "黑体", "宋体"
_PAPER = {"A4": 9, "A3": 8}
POINTS = 72 / 25.4  # in a millimetre
LINE_HEIGHT, HIGHEST = 15.0, 409.0  # points: of one line of text; the most a row may have
_LOOKS = {  # line → (bold, fill)
    "plain": (False, None),
    "group": (True, "FFF2F2F2"),
    "subtotal": (True, "FFEAF1DD"),
    "total": (True, "FFDCE6F1"),
}
# Colour never speaks alone: the figure itself, or a word in a remark column, says the same.
_TONES = {
    "over": ("FFC00000", "FFFFE5E5"),
    "short": ("FF1F4E9E", "FFE3EEFA"),
    "muted": ("FF7F7F7F", None),
    "near": ("FF9C5700", "FFFFF2CC"),
    "label": (None, "FFF2F2F2"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a layout.

    path    header texts from the top line down: ("超配", "正"); equal neighbours are merged
    width   characters
    form    number format, e.g. "0", "0.0%", "#,##0"; "@" for text columns
    align   left, center or right
    """

    path: tuple[str, ...]
    width: float = 8.0
    form: str = "@"
    align: str = "center"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the body.

    cells  values in column order; None leaves a cell empty
    sort   plain, group, subtotal or total
    tones  column number from 1 → over, short, near, muted, or label (the name of a box in a form)
    span   group lines: the first cell is merged across the whole width
    spans  column number from 1 → how many columns its cell takes (forms)
    height least height in millimetres (a box to be signed in)
    links  column number from 1 → address behind the figure; on the screen only
    """

    cells: Sequence[Any]
    sort: str = "plain"
    tones: Mapping[int, str] = field(default_factory=dict)
    span: bool = False
    spans: Mapping[int, int] = field(default_factory=dict)
    height: float = 0.0
    links: Mapping[int, str] = field(default_factory=dict)

    def is_centred(self, column: int, value: object) -> bool:
        """Say whether a merged cell stands in the middle: the name of a box, and a figure."""
        return self.tones.get(column) == "label" or isinstance(value, int | float)

    def merged(self, width: int) -> dict[int, int]:
        """Return {first column: columns} of every merged cell of this line."""
        return {1: width} if self.span else dict(self.spans)


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet to be printed.

    about    left, middle and right of the line under the title: 制表单位, 截止日期, 单位:名
    footer   texts of the last line, side by side with room to sign behind each
    empty    what stands in place of the lines when there are none
    notes    lines under the table
    frozen   columns that stay when scrolled sideways
    headless no line of headings: a form of boxes; headings still give width and alignment
    """

    name: str
    title: str
    headings: Sequence[Heading]
    lines: Sequence[Line]
    about: tuple[str, str, str] = ("", "", "")
    footer: Sequence[str] = ("制表人：", "审核人：", "负责人签字：")
    notes: Sequence[str] = ()
    paper: str = "A4"
    landscape: bool = True
    frozen: int = 0
    headless: bool = False
    empty: str = "没有数据。"

    @property
    def body(self) -> Sequence[Line]:
        """Return the lines as they are shown; one that says so when there are none."""
        return self.lines or [Line([self.empty], span=True)]


def write_layout(out: Target | IO[bytes], *layouts: Layout) -> Written:
    """Write one workbook with a sheet for each layout. For printed sizes, not for 100,000 rows."""
    from openpyxl import Workbook  # 0.2 s to import, needed only here

    book = Workbook()
    book.remove(book.active)
    tally = Written()
    for layout in layouts:
        _Page(book.create_sheet(sheet_title(layout.name)), layout, tally).write()
    book.save(out)
    return tally


class _Page:
    """Writes one layout onto one sheet, from the top down."""

    def __init__(self, sheet: Worksheet, layout: Layout, tally: Written) -> None:
        from openpyxl.styles import Border, Side

        self.sheet, self.layout, self.tally = sheet, layout, tally
        self.width = len(layout.headings)
        self.line = 0
        side = Side(style="thin")
        self.border = Border(left=side, right=side, top=side, bottom=side)
        self._looks: dict[tuple[tuple[str, Any], ...], Any] = {}

    def write(self) -> None:
        from openpyxl.utils import get_column_letter

        for number, heading in enumerate(self.layout.headings, start=1):
            self.sheet.column_dimensions[get_column_letter(number)].width = heading.width
        self._title()
        top = self.line + 1
        if not self.layout.headless:
            self._headings()
        bottom = self.line
        for line in self.layout.body:
            self._body(line)
        self.tally.rows += len(self.layout.lines)
        for note in self.layout.notes:
            self.line += 1
            self._put(1, note, align="left", size=9)
            self._merge(self.line, 1, self.line, self.width)
            self._heighten(note, self._room(1, self.width))
        self._spread(self.layout.footer, height=24, signed=True)
        self._print_setup(top, bottom)

    def _put(self, column: int, value: Any, **look: Any) -> Any:
        from openpyxl.styles import Alignment, Font, PatternFill

        cell = self.sheet.cell(self.line, column)
        self._set(cell, value)
        # A sheet has a dozen looks and thousands of cells: openpyxl compares every part of a
        # style each time one is set, a style copied whole costs a twentieth of that.
        key = tuple(sorted(look.items()))
        if key in self._looks:
            cell._style = copy(self._looks[key])
            return cell
        cell.font = Font(
            name=look.get("font", BODY_FONT),
            size=look.get("size", 10),
            bold=look.get("bold", False),
            color=look.get("color"),
        )
        cell.alignment = Alignment(
            horizontal=look.get("align", "center"), vertical="center", wrap_text=True
        )
        if look.get("fill"):
            cell.fill = PatternFill("solid", fgColor=look["fill"])
        if look.get("boxed"):
            cell.border = self.border
        if "form" in look:
            cell.number_format = look["form"]
        self._looks[key] = copy(cell._style)
        return cell

    def _set(self, cell: Any, value: Any) -> None:
        shown = number_or_text(value)
        if isinstance(shown, str):
            if shown:
                cell.value = xml_text(safe_text(shown, self.tally))
                cell.data_type = "s"  # openpyxl would make a formula of a leading "="
        else:
            cell.value = shown

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merge_cells(
                start_row=top, start_column=left, end_row=bottom, end_column=right
            )

    def _title(self) -> None:
        self.line += 1
        self._put(1, self.layout.title, font=TITLE_FONT, size=20)
        self.sheet.row_dimensions[self.line].height = 36
        self._merge(self.line, 1, self.line, self.width)
        if any(self.layout.about):
            self._spread(self.layout.about, height=20)

    def _room(self, column: int, columns: int) -> float:
        """Return how many characters fit beside each other in merged columns."""
        shown = self.layout.headings[column - 1 : column - 1 + columns]
        return sum(heading.width for heading in shown)

    def _heighten(self, text: object, room: float) -> None:
        """Make the line as high as a text of merged cells needs: Excel does not do it."""
        wide = sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(text))
        if wide > room > 0:
            needed = min(HIGHEST, LINE_HEIGHT * ceil(wide / (room - 1)))
            known = self.sheet.row_dimensions[self.line].height or 0
            self.sheet.row_dimensions[self.line].height = max(known, needed)

    def _spread(self, texts: Sequence[str], height: float, *, signed: bool = False) -> None:
        """Put texts side by side over the whole width: first left, last right.

        signed  each begins its own part, so that there is room to write behind it
        """
        texts = list(texts) if self.width > 2 else [" ".join(texts)]
        if not any(texts):
            return
        self.line += 1
        self.sheet.row_dimensions[self.line].height = height
        count = min(len(texts), self.width)
        edges = [1 + round(self.width * at / count) for at in range(count)] + [self.width + 1]
        for at, text in enumerate(texts[:count]):
            align = "left" if at == 0 or signed else "right" if at == count - 1 else "center"
            self._put(edges[at], text, align=align)
            self._merge(self.line, edges[at], self.line, edges[at + 1] - 1)

    def _headings(self) -> None:
        paths = [heading.path for heading in self.layout.headings]
        depth = max(len(path) for path in paths)
        top = self.line + 1
        for level in range(depth):
            self.line += 1
            self.sheet.row_dimensions[self.line].height = 28 if level == depth - 1 else 20
            for column, path in enumerate(paths, start=1):
                text = path[level] if level < len(path) else None
                self._put(column, text, font=HEAD_FONT, boxed=True, fill="FFDCE6F1")
        for level in range(depth):
            column = 0
            while column < self.width:
                path = paths[column]
                last = column
                shared = path[: level + 1] if level < len(path) - 1 else None
                while last + 1 < self.width and paths[last + 1][: level + 1] == shared:
                    last += 1
                bottom = depth - 1 if level == len(path) - 1 else level
                if level < len(path):
                    self._merge(top + level, column + 1, top + bottom, last + 1)
                column = last + 1

    def _body(self, line: Line) -> None:
        self.line += 1
        bold, fill = _LOOKS[line.sort]
        if line.height:
            self.sheet.row_dimensions[self.line].height = line.height * POINTS
        for column, heading in enumerate(self.layout.headings, start=1):
            value = line.cells[column - 1] if column <= len(line.cells) else None
            color, shade = _TONES.get(line.tones.get(column, ""), (None, None))
            self._put(
                column,
                value,
                bold=bold,
                fill=shade or fill,
                color=color,
                align=self._align(line, column, value, heading),
                form=heading.form,
                boxed=True,
            )
        for first, columns in line.merged(self.width).items():
            self._merge(self.line, first, self.line, first + columns - 1)
            if first <= len(line.cells) and line.cells[first - 1] is not None:
                self._heighten(line.cells[first - 1], self._room(first, columns))

    def _align(self, line: Line, column: int, value: Any, heading: Heading) -> str:
        if line.span:
            return "left"
        if column not in line.spans:
            return heading.align
        return "center" if line.is_centred(column, value) else "left"

    def _print_setup(self, top: int, bottom: int) -> None:
        from openpyxl.utils import get_column_letter

        sheet = self.sheet
        sheet.freeze_panes = f"{get_column_letter(self.layout.frozen + 1)}{bottom + 1}"
        if bottom >= top:
            sheet.print_title_rows = f"{top}:{bottom}"
        sheet.page_setup.paperSize = _PAPER[self.layout.paper]
        sheet.page_setup.orientation = "landscape" if self.layout.landscape else "portrait"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.footer = 0.6, 0.7, 0.35
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
