"""Looking through the XML parts of a workbook with a real parser, counting while it streams.

What a part is, its root element decides, never its name: a sheet under another name is still a
sheet, and a part with sheet data under another root is refused.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from .limits import Limits, Refused
from .workbook import letter
from .zipdir import BROKEN

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LINE = re.compile(r"[1-9][0-9]{0,6}")
_XML_NAME = re.compile(r"\.(?:xml|rels)$")
_LAST_COLUMN = 16_384
Handler = Callable[[str, dict[str, str]], None]
GUARD_SECONDS = 8.0  # processor seconds for looking through one workbook
_TEXT_KEPT = 4_096

FOREIGN_XML = "文件里有外部实体或文档类型声明，这不是正常的工作簿，不能读取"
BAD_REFERENCE = "工作表里的单元格编号不合规，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
TOO_COMPLEX = "文件内容过多，请删去多余的空行、空列和格式，或分成几个文件上传"
MACRO_SHEET = "文件含有宏表，请另存为不含宏的 .xlsx 再上传"


@dataclass(slots=True)
class Part:
    """What is known of one part after it has been looked through.

    root     local name of the root element; "" if the part is no (well-formed) XML
    places   worksheets: positions with a formula or an Excel error, (line, column) from 1
    cells    worksheets: filled cells;  area: lines × columns of the filled rectangle
    items    attributes of the elements that tell about other parts: relationships, sheets
    """

    name: str
    root: str = ""
    cells: int = 0
    area: int = 0
    formulas: list[tuple[int, int]] = field(default_factory=list)
    formula_count: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)
    items: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)


class Budget:
    """What all parts of one workbook together may use."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tags = 2 * limits.elements
        self.cells = limits.cells
        self.area = limits.cells
        self.merged = limits.cells
        self.until = time.process_time() + GUARD_SECONDS

    def spend(self, piece: bytes) -> None:
        """Count the tags of a piece of XML; every element costs one or two."""
        self.tags -= piece.count(b"<")
        if self.tags < 0 or time.process_time() > self.until:
            raise Refused(TOO_COMPLEX)


def local(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def look_through(name: str, pieces: Iterable[bytes], budget: Budget) -> Part:
    """Feed one part to expat if it is XML at all. Raises Refused; no other exception."""
    part = Part(name)
    reader = _Reader(part, budget)
    started = False
    head = b""
    for piece in pieces:
        if not started:
            head += piece
            start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
            if not start and len(head) < _TEXT_KEPT:
                continue
            started = True
            if start[:1] != b"<":
                # Nothing else in a workbook is text: pictures and printer settings.
                reader.parser = None
            piece = head
        reader.feed(piece)
    if not started:
        reader.parser = None
    reader.feed(b"", final=True)
    if not part.root and _XML_NAME.search(name.casefold()) and not reader.tolerated:
        raise Refused(BROKEN)
    return part


# -- what nearly all of a workbook consists of -------------------------------------------------
# Rows and shared strings written the usual way are matched whole. What a pattern matches is
# well-formed whatever surrounds it, and it is counted as the parser would count it; what does not
# match goes to the parser. Patterns are possessive: none can be made to try again.
_SIGNS = rb"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_TEXT = _SIGNS + rb"(?:&(?:amp|lt|gt|quot|apos);" + _SIGNS + rb")*+"
_T = rb'<t(?: xml:space="preserve")?>' + _TEXT + rb"</t>"
ROW = re.compile(
    rb'[ \t\r\n]*+<row r="([1-9][0-9]{0,6})"'
    rb'(?: (?!r=)[A-Za-z][A-Za-z0-9:]*+="[A-Za-z0-9:. -]*+")*+ ?'
    rb'(?:/>|>((?:<c r="[A-Z]{1,3}\1"(?: s="[0-9]{1,6}")?+(?: t="(?:inlineStr|str|s|n|b)")?+ ?'
    rb"(?:/>|>(?:<is>" + _T + rb"</is>|<v>" + _TEXT + rb"</v>)</c>))*+)</row>)"
)
CELLS = re.compile(rb'<c r="([A-Z]+)')  # when no cell is empty
ANY_CELLS = re.compile(rb'<c r="([A-Z]+)[0-9]+"[^<>/]*+(/?)>')
STRINGS = re.compile(rb"[ \t\r\n]*+(?:<si>" + _T + rb"</si>)++")
SHEET_DATA = b"<sheetData>"
SHAPES_KEPT = 10_000
_MOST_HELD = 1 << 20  # bytes of one row kept waiting for its end
_NO_CHARACTER = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")


class Skipper:
    """Spares the parser what a pattern matches; feeds it the rest.

    begin  text after which the pattern may apply; None: at once. It must be an element's start tag
           for the parser too: inside a comment the parser sees none
    end    where what the pattern did not match ends: that much goes to the parser
    """

    def __init__(
        self,
        parser: expat.XMLParserType,
        begin: bytes | None,
        pattern: re.Pattern[bytes],
        end: bytes,
        take: Callable[[re.Match[bytes]], None],
    ) -> None:
        self.parser, self.begin, self.pattern, self.end = parser, begin, pattern, end
        self.take = take
        self.held = b""
        self.off = False  # for good: past the end, or nothing like the usual

    def feed(self, piece: bytes, final: bool) -> None:
        """Take the next piece. Raises ExpatError and what `take` raises."""
        data = self.held + piece if self.held else piece
        self.held = b""
        at = 0
        if self.begin is not None and not self.off:
            found = data.find(self.begin)
            if found < 0:
                keep = 0 if final else len(self.begin) - 1
                cut = max(len(data) - keep, 0)
                self.parser.Parse(data[:cut], False)
                self.held = data[cut:]
                if final:
                    self.parser.Parse(self.held, True)
                return
            at = found + len(self.begin)
            self._start(data[:at], found)
        if not self.off:
            at = self._skip(data, at, final)
        if self.off:
            self.parser.Parse(data[at:], final)
        else:
            self.held = data[at:]
            if final:
                self.parser.Parse(self.held, True)

    def _start(self, head: bytes, found: int) -> None:
        """Feed all up to the begin; it counts only if the parser started an element there."""
        parser = self.parser
        started: list[str] = []
        handler: Any = parser.StartElementHandler
        name = (self.begin or b"")[1:-1].decode()

        def watch(element: str, attributes: dict[str, str]) -> None:
            started.append(element)
            if handler is not None:
                handler(element, attributes)

        parser.Parse(head[:found], False)
        parser.StartElementHandler = watch
        parser.Parse(head[found:], False)
        parser.StartElementHandler = handler
        self.begin = None
        self.off = started != [name]

    def _skip(self, data: bytes, at: int, final: bool) -> int:
        """Match as far as it goes from `at`; return where it stopped."""
        match, take, end = self.pattern.match, self.take, self.end
        whole = data.rfind(end) + len(end)  # nothing past it is complete
        first = at
        while at < whole:
            found = match(data, at, whole)
            if found is not None:
                take(found)
                at = found.end()
                continue
            _look_at_characters(data[first:at])
            stop = data.find(end, at, whole) + len(end)
            if stop < len(end):
                break
            self.parser.Parse(data[at:stop], False)
            first = at = stop
        _look_at_characters(data[first:at])
        # what comes after the last row, or a row without end
        rest = data[at : at + 64].lstrip(b" \t\r\n")
        if rest[:2] == b"</" or len(data) - at > _MOST_HELD:
            self.off = True
        return at


def _look_at_characters(skipped: bytes) -> None:
    """Refuse bytes that are no characters of XML. The patterns leave the controls out already."""
    try:
        skipped.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(BROKEN) from None
    if any(sign in skipped for sign in _NO_CHARACTER):
        raise Refused(BROKEN)


class _Reader:
    """One part going through expat."""

    def __init__(self, part: Part, budget: Budget) -> None:
        self.part = part
        self.budget = budget
        # Excel and WPS write UTF-8 and nothing else; what the declaration says is ignored, so
        # that the next reader cannot see other characters than this one did.
        self.made = parser = expat.ParserCreate("utf-8")
        self.parser: expat.XMLParserType | None = parser  # None once the part is given up
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.StartElementHandler = self._root
        self.plain: Skipper | None = None  # once inside what can be looked through by pattern
        self.finish: Callable[[], None] | None = None
        self.depth = 0
        self.property = ""
        self.text = ""
        self.merges = self.names = self.styles = self.strings = 0
        folded = part.name.casefold()
        # Old drawings (VML) are written by hand-made code and often not well-formed; custom XML
        # may be in any encoding. Neither is ever read; guard.py sees to it that no relationship
        # makes a sheet of them.
        self.tolerated = folded.endswith(".vml") or folded.startswith("customxml/")

    def feed(self, piece: bytes, final: bool = False) -> None:
        if self.parser is None:
            return
        self.budget.spend(piece)
        try:
            if not self.part.root:
                piece = self._to_root(piece)
            if self.plain is None:
                self.parser.Parse(piece, final)
            else:
                self.plain.feed(piece, final)
            if final and self.finish is not None:
                self.finish()
        except expat.ExpatError:
            self.parser = None
            self.part.root = ""
            if not self.tolerated and self.part.name.casefold().startswith(("xl/", "_rels/", "[")):
                raise Refused(BROKEN) from None

    def _to_root(self, piece: bytes) -> bytes:
        """Parse tag by tag until the root is known; return what is left of the piece."""
        while not self.part.root and (stop := piece.find(b">") + 1):
            self.made.Parse(piece[:stop], False)
            piece = piece[stop:]
        return piece

    def _refuse(self, *_: object) -> int:
        raise Refused(FOREIGN_XML)

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        root = self.part.root = local(name)
        parser = self.made
        if root == "worksheet":
            parser.StartElementHandler, self.finish, take = _watch_sheet(self.part, self.budget)
            self.plain = Skipper(parser, SHEET_DATA, ROW, b"</row>", take)
            return
        if root == "sst":
            self.plain = Skipper(parser, None, STRINGS, b"</si>", self._take_strings)
        if root in ("macrosheet", "dialogsheet"):
            raise Refused(MACRO_SHEET)
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._end
        if root == "Properties" and self.part.name.casefold().endswith("custom.xml"):
            parser.CharacterDataHandler = self._characters

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        element = local(name)
        limits = self.budget.limits
        self.depth += 1
        if self.depth > limits.depth:
            raise Refused(TOO_COMPLEX)
        if element == "si":
            self.strings += 1
            if self.strings > limits.strings:
                raise Refused(TOO_COMPLEX)
        elif element in ("sheetData", "worksheet"):
            raise Refused(BAD_REFERENCE)
        elif element in ("Relationship", "sheet", "workbookPr", "Override", "Default"):
            self.part.items.append((element, dict(attributes)))
            if len(self.part.items) > 4 * limits.entries:
                raise Refused(TOO_COMPLEX)
        elif element in ("definedName", "ddeLink", "externalBook"):
            self.names += 1
            if element != "definedName" or self.names > limits.names:
                raise Refused(TOO_COMPLEX)
        elif element in ("xf", "font", "fill", "border", "dxf", "numFmt"):
            self.styles += 1
            if self.styles > 6 * limits.styles:
                raise Refused(TOO_COMPLEX)
        elif element == "property":
            self.property, self.text = attributes.get("name", "")[:200], ""

    def _take_strings(self, found: re.Match[bytes]) -> None:
        self.strings += found[0].count(b"<si>")
        if self.strings > self.budget.limits.strings:
            raise Refused(TOO_COMPLEX)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.property and local(name) == "property":
            if len(self.part.properties) < 100:
                self.part.properties[self.property] = self.text.strip()
            self.property = ""

    def _characters(self, text: str) -> None:
        if self.property and len(self.text) < _TEXT_KEPT:
            self.text += text


def _too_far(line: int, column: int, limits: Limits) -> Refused:
    if line > limits.rows:
        return Refused(
            f"工作表的内容或格式延伸到第 {line} 行，最多 {limits.rows} 行；"
            "请删除下方多余的行，或分成几个文件上传"
        )
    return Refused(
        f"工作表的内容或格式延伸到第 {column} 列，最多 {limits.columns} 列；"
        "请删除右侧多余的列后再上传"
    )


def _watch_sheet(
    part: Part, budget: Budget
) -> tuple[Handler, Callable[[], None], Callable[[re.Match[bytes]], None]]:
    """Return the start handler for a worksheet, what to call at its end, and what takes a ROW.

    A row that ROW matches is counted whole; any other goes through the parser and `start`, some
    fifty calls for a row: hence a closure, and a guess at each reference (the next column of this
    line) before any pattern is matched. Both count the same things.
    """
    limits = budget.limits
    rows, columns, kept = limits.rows, limits.columns, limits.formulas_listed
    letters = [letter(number) for number in range(1, columns + 1)]
    line = column = deepest = widest = filled = filled_before = merges = 0
    texts = others = 0
    # Elements nested without end cost the parser memory; these bounds keep the nest shallow.
    most_texts, most_others = limits.elements // 2, limits.elements // 8
    line_text = "0"
    error = False
    cells_left = budget.cells

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal line, line_text, column, error, cells_left, deepest, widest, filled
        nonlocal filled_before, merges, texts, others
        if name == "c":
            column += 1
            reference = attributes.get("r")
            if reference is not None and (
                column > columns or reference != letters[column - 1] + line_text
            ):
                found = _REFERENCE.fullmatch(reference)
                if found is None or found[2] != line_text:
                    raise Refused(BAD_REFERENCE)
                column = _column(found[1])
            if column > columns:
                raise _too_far(line, column, limits)
            cells_left -= 1
            error = attributes.get("t") == "e"
            if cells_left < 0 or not line:
                raise Refused(TOO_COMPLEX if line else BAD_REFERENCE)
        elif name == "t":
            texts += 1
            if texts > most_texts:
                raise Refused(TOO_COMPLEX)
        elif name == "v" or name == "is":
            filled += 1
            if filled > most_texts:
                raise Refused(TOO_COMPLEX)
            if column > widest:
                widest = column
            if error and len(part.errors) < kept:
                part.errors.append((line, column))
        elif name == "row":
            if filled > filled_before:
                deepest, filled_before = max(deepest, line), filled
            reference = attributes.get("r")
            if reference is None:
                line += 1
                line_text = str(line)
            elif _LINE.fullmatch(reference):
                line_text, line = reference, int(reference)
            else:
                raise Refused(BAD_REFERENCE)
            if line > rows:
                raise _too_far(line, 0, limits)
            column = 0
        elif name == "f":
            part.formula_count += 1
            if part.formula_count > limits.cells:
                raise Refused(TOO_COMPLEX)
            if len(part.formulas) < kept:
                part.formulas.append((line, column))
        elif name == "mergeCell":
            merges += 1
            budget.merged -= _merged_area(attributes.get("ref", ""))
            if merges > limits.merges or budget.merged < 0:
                raise Refused("合并单元格过多，请减少合并后再上传")
        else:
            others += 1
            if others > most_others:
                raise Refused(TOO_COMPLEX)
            if ":" in name:
                start(local(name), attributes)

    shapes: dict[tuple[bytes, ...], tuple[int, int, int, int]] = {}

    def take(found: re.Match[bytes]) -> None:
        nonlocal line, line_text, column, cells_left, deepest, widest, filled, filled_before, texts
        if filled > filled_before:
            deepest, filled_before = max(deepest, line), filled
        line = int(found[1])
        line_text = str(line)
        if line > rows:
            raise _too_far(line, 0, limits)
        body = found[2] or b""
        if b"/><" in body or body.endswith(b"/>"):
            shape = tuple([letters + slash for letters, slash in ANY_CELLS.findall(body)])
        else:
            shape = tuple(CELLS.findall(body))
        known = shapes.get(shape)
        if known is None:
            if len(shapes) >= SHAPES_KEPT:
                shapes.clear()
            known = shapes[shape] = _shape(shape)
        count, last, full, far = known
        if last > columns:
            raise _too_far(line, last, limits)
        column = last
        cells_left -= count
        filled += full
        texts += body.count(b"<t")
        if cells_left < 0 or filled > most_texts or texts > most_texts:
            raise Refused(TOO_COMPLEX)
        widest = max(widest, far)

    def finish() -> None:
        bottom = max(deepest, line) if filled > filled_before else deepest
        part.cells, part.area = filled, bottom * widest
        budget.cells = cells_left
        budget.area -= part.area
        if budget.area < 0:
            raise Refused(TOO_COMPLEX)

    return start, finish, take


def _shape(cells: Sequence[bytes]) -> tuple[int, int, int, int]:
    """Return of a row's cells: how many, the last column, how many filled, the last one filled.

    cells  the letters of each reference; an empty cell has a / after them
    """
    last = full = far = 0
    for cell in cells:
        column = _column(cell.rstrip(b"/").decode("ascii"))
        last = max(last, column)
        if not cell.endswith(b"/"):
            full, far = full + 1, max(far, column)
    return len(cells), last, full, far


def _column(letters: str) -> int:
    """Return the number of a column given by letters. Raises Refused past XFD."""
    column = 0
    for sign in letters:
        column = column * 26 + ord(sign) - 64
    if column > _LAST_COLUMN:
        raise Refused(BAD_REFERENCE)
    return column


def _merged_area(reference: str) -> int:
    first, _, last = reference.partition(":")
    begin, until = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if begin is None or until is None:
        raise Refused(BAD_REFERENCE)
    wide = abs(_column(until[1]) - _column(begin[1])) + 1
    return wide * (abs(int(until[2]) - int(begin[2])) + 1)
