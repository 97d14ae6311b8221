"""Looking through an old .xls (OLE2 compound file, BIFF records) before anything opens it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from .limits import Limits, Refused
from .xmlparts import TOO_COMPLEX
from .zipdir import BROKEN, LOCKED

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # sector numbers from here on are marks, not places
_CUTOFF = 4_096

MACROS = "文件含有宏，请另存为不含宏的 .xlsx 再上传"
NOT_A_BOOK = "这不是 Excel 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
TOO_OLD = "这是 Excel 95 以前的格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"

_MACRO_STORAGES = ("_vba_project_cur", "vba", "macros", "_vba_project")
_EOF, _BOF, _FILEPASS, _BOUNDSHEET = 0x0A, 0x809, 0x2F, 0x85
_FORMULA, _BOOLERR, _MULRK, _MERGE, _ROW_LIMIT = 0x06, 0x205, 0xBD, 0xE5, 65_536
_CELLS = frozenset({0x06, 0xFD, 0x203, 0x27E, 0x204, 0x205, 0xBD, 0xD6})


@dataclass(slots=True)
class OldSheet:
    """One sheet of an .xls: where formulas and errors are, lines and columns from 1."""

    name: str
    hidden: bool
    formulas: list[tuple[int, int]] = field(default_factory=list)
    formula_count: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)


class Compound:
    """The directory and streams of an OLE2 file held in memory. Raises Refused if broken."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 1_536 or data[:8] != MAGIC:
            raise Refused(BROKEN)
        shift, mini_shift = struct.unpack_from("<HH", data, 0x1E)
        if shift not in (9, 12) or mini_shift != 6:
            raise Refused(BROKEN)
        self.data, self.size = data, 1 << shift
        first_directory, first_mini, first_difat, difat_count = self._header()
        self.fat = self._read_fat(first_difat, difat_count)
        self.entries = self._read_entries(self._chain(first_directory))
        self.mini_fat = _numbers(self._chain(first_mini)) if first_mini < _LAST else ()
        root = next((entry for entry in self.entries if entry[1] == 5), None)
        if root is None:
            raise Refused(BROKEN)
        self.mini = self._chain(root[2]) if root[2] < _LAST else b""

    def _header(self) -> tuple[int, int, int, int]:
        (directory,) = struct.unpack_from("<I", self.data, 0x30)
        mini, _count, difat, difat_count = struct.unpack_from("<IIII", self.data, 0x3C)
        return directory, mini, difat, difat_count

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        sector = self.data[start : start + self.size]
        if not sector:
            raise Refused(BROKEN)
        return sector

    def _read_fat(self, difat: int, difat_count: int) -> tuple[int, ...]:
        places = list(struct.unpack_from("<109I", self.data, 0x4C))
        most = len(self.data) // self.size + 1
        for _ in range(min(difat_count, most)):
            if difat >= _LAST:
                break
            numbers = _numbers(self._sector(difat))
            places += numbers[:-1]
            difat = numbers[-1] if numbers else _LAST
        table: list[int] = []
        for place in places:
            if place < _LAST:
                table += _numbers(self._sector(place))
                if len(table) > most + self.size:
                    break
        return tuple(table)

    def _chain(self, start: int, length: int | None = None) -> bytes:
        pieces: list[bytes] = []
        met: set[int] = set()
        number = start
        while number < _LAST:
            if number in met or number >= len(self.fat):
                raise Refused(BROKEN)
            met.add(number)
            pieces.append(self._sector(number))
            number = self.fat[number]
            if length is not None and len(pieces) * self.size >= length:
                break
        return b"".join(pieces)

    def _read_entries(self, directory: bytes) -> list[tuple[str, int, int, int]]:
        entries = []
        for at in range(0, len(directory) - 127, 128):
            (length,) = struct.unpack_from("<H", directory, at + 64)
            kind = directory[at + 66]
            start, size = struct.unpack_from("<II", directory, at + 116)
            raw = directory[at : at + max(min(length, 64) - 2, 0)]
            if kind in (1, 2, 5):
                entries.append((raw.decode("utf-16-le", "replace"), kind, start, size))
        return entries

    def names(self) -> set[str]:
        return {name.casefold() for name, *_ in self.entries}

    def stream(self, *wanted: str) -> bytes | None:
        """Return the first stream with one of the names, None if there is none."""
        for name, kind, start, size in self.entries:
            if kind == 2 and name.casefold() in wanted:
                if size > len(self.data):
                    raise Refused(BROKEN)
                if size >= _CUTOFF:
                    return self._chain(start, size)[:size]
                return self._mini_chain(start, size)
        return None

    def _mini_chain(self, start: int, size: int) -> bytes:
        pieces: list[bytes] = []
        number = start
        while number < _LAST and len(pieces) * 64 < size:
            if number >= len(self.mini_fat):
                raise Refused(BROKEN)
            pieces.append(self.mini[number * 64 : number * 64 + 64])
            number = self.mini_fat[number]
        return b"".join(pieces)[:size]


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def look_through_old(data: bytes, limits: Limits) -> list[OldSheet]:
    """Return the sheets of an .xls. Raises Refused: locked, macros, too large, no workbook."""
    file = Compound(data)
    names = file.names()
    if "encryptedpackage" in names or "encryptioninfo" in names:
        raise Refused(LOCKED)
    if names.intersection(_MACRO_STORAGES):
        raise Refused(MACROS)
    book = file.stream("workbook")
    if book is None:
        raise Refused(TOO_OLD if file.stream("book") is not None else NOT_A_BOOK)
    return _Records(book, limits).read()


class _Records:
    """One pass over the BIFF8 records of the workbook stream."""

    def __init__(self, book: bytes, limits: Limits) -> None:
        self.book, self.limits = book, limits
        self.sheets: dict[int, OldSheet] = {}  # offset of its first record → sheet
        self.cells = self.area = self.merges = 0

    def read(self) -> list[OldSheet]:
        book, end = self.book, len(self.book)
        at = 0
        sheet: OldSheet | None = None
        widest = deepest = 0
        if end < 8 or struct.unpack_from("<H", book, 0)[0] != _BOF:
            raise Refused(BROKEN)
        while at + 4 <= end:
            kind, length = struct.unpack_from("<HH", book, at)
            body = at + 4
            if body + length > end:
                raise Refused(BROKEN)
            if kind == _BOF:
                if at in self.sheets:
                    sheet, widest, deepest = self.sheets[at], 0, 0
            elif kind in _CELLS and sheet is not None:
                if length < 6:
                    raise Refused(BROKEN)
                line, column = struct.unpack_from("<HH", book, body)
                last = struct.unpack_from("<H", book, body + length - 2)[0]
                column_last = last if kind == _MULRK else column
                deepest, widest = max(deepest, line + 1), max(widest, column_last + 1)
                self._cell(sheet, kind, body, length, line + 1, column + 1)
                self._bound(column_last + 1)
            elif kind == _EOF and sheet is not None:
                self.area += widest * deepest
                if self.area > self.limits.cells * 2:
                    raise Refused(TOO_COMPLEX)
                sheet = None
            elif kind == _FILEPASS:
                raise Refused(LOCKED)
            elif kind == _BOUNDSHEET:
                self._bound_sheet(body, length)
            elif kind == _MERGE and length >= 2:
                self.merges += struct.unpack_from("<H", book, body)[0]
                if self.merges > self.limits.merges:
                    raise Refused("合并单元格过多，请减少合并后再上传")
            at = body + length
        return list(self.sheets.values())

    def _bound(self, column: int) -> None:
        self.cells += 1
        if self.cells > self.limits.cells or column > 256:
            raise Refused(TOO_COMPLEX)

    def _cell(
        self, sheet: OldSheet, kind: int, body: int, length: int, line: int, column: int
    ) -> None:
        if kind == _FORMULA:
            sheet.formula_count += 1
            if len(sheet.formulas) < self.limits.formulas_listed:
                sheet.formulas.append((line, column))
            value = self.book[body + 6 : body + 14]
            if length >= 14 and value[6:] == b"\xff\xff" and value[0] == 2:
                sheet.errors.append((line, column))
        elif kind == _BOOLERR and length >= 8 and self.book[body + 7] == 1:
            sheet.errors.append((line, column))
        del sheet.errors[self.limits.formulas_listed :]

    def _bound_sheet(self, body: int, length: int) -> None:
        if length < 8:
            raise Refused(BROKEN)
        start, visible, sort, count, wide = struct.unpack_from("<IBBBB", self.book, body)
        raw = self.book[body + 8 : body + length]
        name = (raw[: count * 2].decode("utf-16-le", "replace") if wide & 1
                else raw[:count].decode("latin-1"))  # fmt: skip
        if sort in (1, 6):
            raise Refused(MACROS)
        if len(self.sheets) >= self.limits.sheets:
            raise Refused(f"工作表超过 {self.limits.sheets} 张，请分成几个文件上传")
        if sort == 0:
            self.sheets[start] = OldSheet(name, bool(visible & 3))
