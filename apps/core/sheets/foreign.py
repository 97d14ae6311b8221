"""A foreign sheet: which lines are its header, what its columns are called, what they hold.

Found by the shape of the sheet (titles, merged group headings, headings over two or three lines,
a line of column numbers, totals and signatures at the end) and by the words a column may have.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .columns import Column
from .headers import SEARCHED_ROWS, header_key
from .parsing import TOTAL_MARKS
from .tidy import Rules, key, tidy
from .workbook import Cell, Sheet, Workbook, as_text, letter

DEPTH = 4  # lines a header may have
SAMPLES = 4
LOOKED_AT = 60  # data lines that samples come from
HEADER_LENGTH = 32
_HEADER = Rules(inner="cjk")
_BRACKETED = re.compile(r"[(\[（【].*?[)\]）】]")
_VALUE = re.compile(r"[\d\s.,%:/年月日-]+|.*\d{4}[年.\-/]\d{1,2}.*|.*\d{6,}.*")
_NUMBERED = re.compile(r"[(（]?(?:\d{1,3}|[甲乙丙丁戊己庚辛]|[一二三四五六七八九十]{1,3})[)）]?")
_SIGNED = re.compile(
    r"(?:制表|填表|审核|复核|负责人|经办|单位盖章|盖章|填报|联系电话|打印日期|注[:：]|备注[:：]|说明[:：])"
)


@dataclass(slots=True)
class SourceColumn:
    """One column of a foreign sheet.

    number   from 1
    path     header texts from the top line down, equal neighbours once
    name     the texts joined by “/”, made unique by “#2” where the sheet repeats itself
    samples  first different values below, as text, unmasked
    """

    number: int
    path: tuple[str, ...]
    name: str
    samples: list[str] = field(default_factory=list)

    @property
    def letter(self) -> str:
        return letter(self.number)


@dataclass(slots=True)
class Profile:
    """What one sheet looks like. top, bottom: header lines (0: none found).

    skipped  (line, text) of the lines below the header that are no data
    rows     data lines
    """

    sheet: str
    top: int = 0
    bottom: int = 0
    columns: list[SourceColumn] = field(default_factory=list)
    rows: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def column(self, name: str) -> SourceColumn | None:
        return next((one for one in self.columns if one.name == name), None)

    @property
    def fingerprint(self) -> str:
        """Return what is equal for two files with the same headers, whatever their order."""
        names = "\n".join(sorted(header_key(one.name) for one in self.columns))
        return hashlib.sha256(names.encode()).hexdigest()


def spellings(columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return {header key: field} of every word a column is known by; headers before synonyms."""
    known: dict[str, str] = {header_key(column.header): column.field for column in columns}
    for column in columns:
        for word in (*column.aliases, *synonyms.get(column.field, ())):
            known.setdefault(header_key(word), column.field)
    for word, name in list(known.items()):
        known.setdefault(_BRACKETED.sub("", word), name)
    known.pop("", None)
    return known


def look_up(known: dict[str, str], text: str) -> str | None:
    """Return the field a header text names, brackets apart; None if it names none."""
    spelled = header_key(text)
    return known.get(spelled) or known.get(_BRACKETED.sub("", spelled))


def choose(book: Workbook, known: dict[str, str], sheet: str | None = None) -> Profile:
    """Return the profile of the named sheet, else of the visible one that says the most."""
    sheets = book.visible() or book.sheets
    named = [one for one in book.sheets if one.name == sheet]
    profiles = [profile(one, known) for one in (named or sheets) if not one.is_empty()]
    if not profiles:
        return Profile(sheets[0].name)
    return max(profiles, key=lambda p: (_told(p, known), min(p.rows, 1), len(p.columns)))


def _told(found: Profile, known: dict[str, str]) -> int:
    named = (look_up(known, text) for one in found.columns for text in (*one.path, one.name))
    return len({name for name in named if name})


def block(sheet: Sheet, known: dict[str, str]) -> tuple[int, int]:
    """Return first and last header line of a sheet, (0, 0) when it has none. Cheap."""
    grid = _Grid(sheet)
    best = _best_line(grid, known)
    return _grown(grid, best, known) if best else (0, 0)


def profile(sheet: Sheet, known: dict[str, str]) -> Profile:
    """Find the header block of a sheet, its columns, and the lines below that are no data."""
    grid = _Grid(sheet)
    found = Profile(sheet.name)
    best = _best_line(grid, known)
    if not best:
        return found
    found.top, found.bottom = _grown(grid, best, known)
    found.columns = _columns(grid, found)
    found.skipped = list(_skipped(grid, found))
    gone = {line for line, _ in found.skipped}
    data = [
        line
        for line, row in enumerate(sheet.rows, start=1)
        if line > found.bottom and line not in gone and _filled(row)
    ]
    found.rows = len(data)
    _sample(grid, found, data[:LOOKED_AT])
    return found


class _Grid:
    """The first lines of a sheet with merged cells filled in."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.across: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        self.down: list[tuple[int, int, int, int]] = []
        self._filled: dict[tuple[int, int], str] = {}
        for top, left, bottom, right in sheet.merged:
            if top > SEARCHED_ROWS + DEPTH:
                continue
            text = as_text(sheet.cell(top, left))
            for line in range(top, min(bottom, top + DEPTH * 2) + 1):
                if right > left:
                    self.across[line].append((top, left, bottom, right))
                for column in range(left, right + 1):
                    self._filled[line, column] = text
            if bottom > top:
                self.down.append((top, left, bottom, right))

    def text(self, line: int, column: int) -> str:
        """Return one header text: one line, no blanks between Chinese characters."""
        text = self._filled.get((line, column))
        if text is None:
            text = as_text(self.sheet.cell(line, column))
        return tidy(text.replace("\n", ""), _HEADER)[0]

    def width(self, line: int) -> int:
        return len(self.sheet.rows[line - 1]) if line <= len(self.sheet.rows) else 0

    def texts(self, line: int) -> list[str]:
        return [self.text(line, column) for column in range(1, self.width(line) + 1)]

    def is_title(self, line: int) -> bool:
        """One text over the whole width, or one filled cell: a title or a remark."""
        texts = [text for text in self.texts(line) if text]
        return len(set(texts)) <= 1

    def has_groups(self, line: int) -> bool:
        """Say whether a heading spans columns here without being a title."""
        wide = max(self.width(line), 1)
        return any(right - left + 1 < wide for _, left, _, right in self.across.get(line, ()))


def _is_header(text: str) -> bool:
    return 0 < len(_BRACKETED.sub("", key(text))) <= HEADER_LENGTH and not _VALUE.fullmatch(text)


def _best_line(grid: _Grid, known: dict[str, str]) -> int:
    best, best_line = 0.0, 0
    for line in range(1, min(SEARCHED_ROWS, len(grid.sheet.rows)) + 1):
        if grid.is_title(line):
            continue
        texts = {text for text in grid.texts(line) if text}
        named = len({name for text in texts if (name := look_up(known, text))})
        looks = sum(1 for text in texts if _is_header(text))
        if named == 0 and looks < 3:
            continue
        score = 4 * named + looks - 2 * (len(texts) - looks)
        if score > best:
            best, best_line = score, line
    return best_line


def _grown(grid: _Grid, best: int, known: dict[str, str]) -> tuple[int, int]:
    """Return first and last line of the header around its best line."""
    top = bottom = best
    while (
        bottom - top < DEPTH - 1 and bottom < SEARCHED_ROWS and _goes_on(grid, top, bottom, known)
    ):
        bottom += 1
    while bottom - top < DEPTH - 1 and top > 1 and _begins_above(grid, top):
        top -= 1
    return top, bottom


def _goes_on(grid: _Grid, top: int, bottom: int, known: dict[str, str]) -> bool:
    """Say whether the line below belongs to the header."""
    line = bottom + 1
    if line > len(grid.sheet.rows):
        return False
    if any(t <= bottom and t >= top and b > bottom for t, _, b, _ in grid.down):
        return True
    texts = [text for text in grid.texts(line) if text]
    if not texts or not all(_is_header(text) for text in texts):
        return False
    if grid.has_groups(bottom) and len(set(texts)) >= 2:
        under = [
            grid.text(line, column)
            for _, left, _, right in grid.across[bottom]
            for column in range(left, right + 1)
        ]
        return any(under) and any(look_up(known, text) for text in texts)
    named = sum(1 for text in texts if look_up(known, text))
    gaps = [c for c in range(1, grid.width(line) + 1) if grid.text(line, c)]
    return named >= 2 and any(not grid.text(bottom, column) for column in gaps)


def _begins_above(grid: _Grid, top: int) -> bool:
    """Say whether the line above is a line of group headings, not a title or a remark."""
    line = top - 1
    if grid.is_title(line):
        return False
    texts = [text for text in grid.texts(line) if text]
    if not texts or not all(_is_header(t) and not re.search("[:：]", t) for t in texts):
        return False
    if grid.has_groups(line) or any(t <= line and b >= top for t, _, b, _ in grid.down):
        return True
    gaps = len(grid.texts(line)) - len(texts)
    return not grid.sheet.merged and len(set(texts)) >= 2 and gaps > 0


def _columns(grid: _Grid, found: Profile) -> list[SourceColumn]:
    width = max(grid.width(line) for line in range(found.top, found.bottom + 1))
    carried = dict.fromkeys(range(found.top, found.bottom), "")
    seen: dict[str, int] = {}
    made = []
    for column in range(1, width + 1):
        texts: list[str] = []
        last = grid.text(found.bottom, column)
        for line in range(found.top, found.bottom + 1):
            text = grid.text(line, column)
            if line < found.bottom:
                # without merges (csv) a group heading stands in its first column only
                if not text and last and not grid.sheet.merged:
                    text = carried[line]
                carried[line] = text
            if text and (not texts or texts[-1] != text):
                texts.append(text)
        if not texts:
            continue
        name = "/".join(texts)
        seen[name] = seen.get(name, 0) + 1
        made.append(SourceColumn(column, tuple(texts), _unique(name, seen[name])))
    return made


def _unique(name: str, count: int) -> str:
    return name if count == 1 else f"{name}#{count}"


def _filled(row: Iterable[Cell]) -> bool:
    return any(
        cell not in (None, "") and not (isinstance(cell, str) and cell.isspace()) for cell in row
    )


def _skipped(grid: _Grid, found: Profile) -> Iterable[tuple[int, str]]:
    """Yield the lines under the header that are no data: numbers, repeats, totals, signatures."""
    sheet = grid.sheet
    width = max(len(found.columns), 1)
    head = [header_key(t) for t in grid.texts(found.bottom)]
    last = len(sheet.rows)
    banners = {
        top
        for top, left, bottom, right in sheet.merged
        if top > found.bottom and top == bottom and right - left + 1 >= max(3, width // 2)
    }
    for line, row in enumerate(sheet.rows, start=1):
        if line <= found.bottom:
            continue
        first = next((cell for cell in row if cell not in (None, "")), None)
        if first is None:
            continue
        # cheap look first: of a hundred thousand lines few begin with words like these
        if not (
            line == found.bottom + 1
            or line in banners
            or line > last - 12
            or (isinstance(first, str) and len(first) < 40)
        ):
            continue
        if (why := _no_data(row, first, line, found, head, width, last)) or line in banners:
            yield line, (why or as_text(first))[:80]


def _no_data(
    row: Sequence[Cell],
    first: Cell,
    line: int,
    found: Profile,
    head: list[str],
    width: int,
    last: int,
) -> str:
    """Return the text of a line that holds no data, "" for one that does."""
    text = key(as_text(first))
    if line == found.bottom + 1 and len(found.columns) >= 3:
        cells = [as_text(cell).strip() for cell in row if cell not in (None, "")]
        if len(cells) >= width - 1 and all(_NUMBERED.fullmatch(cell) for cell in cells):
            return " ".join(cells)
    if text in TOTAL_MARKS or text.rstrip("：:") in TOTAL_MARKS:
        return as_text(first)
    if text == (next((h for h in head if h), "")):
        cells = [header_key(as_text(cell)) for cell in row]
        if [c for c in cells if c] == [h for h in head if h]:
            return as_text(first)
    if line > last - 12:
        filled = sum(1 for cell in row if cell not in (None, ""))
        if _SIGNED.match(text) and filled <= max(width // 2, 3):
            return as_text(first)
    return ""


def _sample(grid: _Grid, found: Profile, lines: Sequence[int]) -> None:
    for one in found.columns:
        seen: dict[str, None] = {}
        for line in lines:
            value = grid.sheet.cell(line, one.number)
            if isinstance(value, dt.datetime) and value.time() == dt.time():
                value = value.date()
            text = as_text(value).strip()
            if text:
                seen.setdefault(text[:60])
            if len(seen) >= SAMPLES:
                break
        one.samples = list(seen)
