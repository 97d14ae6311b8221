"""Building workbooks by hand, honest and hostile: every byte of the archive is ours to bend."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@dataclass
class Entry:
    """One member; None means the true value, anything else is written as a lie."""

    name: str
    data: bytes = b""
    packed: bytes | None = None  # ready deflate stream instead of data
    method: int = 8
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    flags: int = 0
    local_name: str | None = None
    external: int = 0
    made_by: int = 20
    offset: int | None = None
    gap: bytes = b""


@dataclass
class Archive:
    """A zip file written by hand."""

    entries: list[Entry] = field(default_factory=list)
    prefix: bytes = b""
    suffix: bytes = b""
    comment: bytes = b""

    def build(self) -> bytes:
        out, directory = bytearray(self.prefix), bytearray()
        for entry in self.entries:
            packed = entry.packed
            if packed is None:
                packed = deflate(entry.data) if entry.method == 8 else entry.data
            crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
            size = len(entry.data) if entry.size is None else entry.size
            stored = len(packed) if entry.packed_size is None else entry.packed_size
            out += entry.gap
            start = len(out) - len(self.prefix) if entry.offset is None else entry.offset
            name = entry.name.encode()
            local = (entry.local_name or entry.name).encode()
            flags = entry.flags | (0 if name.isascii() else 0x800)
            head = (20, flags, entry.method, 0, 33, crc, stored, size)
            if entry.offset is None:
                out += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *head, len(local), 0)
                out += local + packed
            directory += struct.pack(
                "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", entry.made_by, *head, len(name),
                0, 0, 0, 0, entry.external, start,
            ) + name  # fmt: skip
        end = struct.pack(
            "<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(self.entries) & 0xFFFF,
            len(self.entries) & 0xFFFF, len(directory), len(out) - len(self.prefix),
            len(self.comment),
        )  # fmt: skip
        return bytes(out + directory + end + self.comment + self.suffix)


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def repeated(before: bytes, unit: bytes, times: int, after: bytes) -> tuple[bytes, int]:
    """Return a deflate stream of before + unit × times + after, and its inflated size.

    Gigabytes are made at once: a fully flushed block refers to nothing before it.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    # The block is the same wherever it stands, because a full flush forgets all history.
    end = packer.compress(after) + packer.flush(zlib.Z_FINISH)
    return start + block * times + end, len(before) + len(unit) * times + len(after)


def sheet_xml(rows: str, before: str = "", after: str = "") -> bytes:
    return (
        f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    ).encode()


def rows_xml(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of inline strings, with references."""
    out = []
    for line, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{chr(64 + at)}{line}" t="inlineStr"><is><t>{text}</t></is></c>'
            for at, text in enumerate(row, start=1)
        )
        out.append(f'<row r="{line}">{cells}</row>')
    return "".join(out)


PLAIN_ROWS = rows_xml([["姓名", "单位"], ["张三", "甲局"], ["李四", "乙局"]])


def book_parts(
    sheet: bytes | None = None,
    *,
    sheet_path: str = "worksheets/sheet1.xml",
    book_extra: str = "",
    relations: str = "",
    types: str = "",
) -> list[Entry]:
    """Return the members of a small honest workbook, some of them replaced."""
    sheet = sheet_xml(PLAIN_ROWS) if sheet is None else sheet
    return [
        Entry(
            "[Content_Types].xml",
            (
                f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
                'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
                '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats'
                '-officedocument.spreadsheetml.sheet.main+xml"/>'
                f'<Override PartName="/xl/{sheet_path}" ContentType="application/vnd.openxmlformats'
                f'-officedocument.spreadsheetml.worksheet+xml"/>{types}</Types>'
            ).encode(),
        ),
        Entry(
            "_rels/.rels",
            (
                f'{XML}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
                f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
        ),
        Entry(
            "xl/workbook.xml",
            (
                f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                f'<sheet name="表一" sheetId="1" r:id="rId1"/></sheets>{book_extra}</workbook>'
            ).encode(),
        ),
        Entry(
            "xl/_rels/workbook.xml.rels",
            (
                f'{XML}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
                f'Type="{OFFICE}/worksheet" Target="{sheet_path}"/>{relations}</Relationships>'
            ).encode(),
        ),
        Entry(f"xl/{sheet_path}", sheet),
    ]


def book(sheet: bytes | None = None, extra: Sequence[Entry] = (), **changes: str) -> bytes:
    """Return a workbook as bytes: honest but for what is asked."""
    return Archive([*book_parts(sheet, **changes), *extra]).build()


# --- old .xls ---------------------------------------------------------------------------


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _name(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def label(line: int, column: int, text: str) -> bytes:
    """A text cell (LABEL record), positions from 0."""
    raw = text.encode("utf-16-le")
    return record(0x204, struct.pack("<HHHHB", line, column, 0, len(raw) // 2, 1) + raw)


def number(line: int, column: int, value: float) -> bytes:
    return record(0x203, struct.pack("<HHHd", line, column, 0, value))


def formula(line: int, column: int, value: float) -> bytes:
    return record(0x06, struct.pack("<HHHdHIH", line, column, 0, value, 0, 0, 0))


def old_stream(cells: bytes, *, inside: bytes = b"", sheet: str = "表一", sort: int = 0) -> bytes:
    """Return a BIFF8 workbook stream with one sheet. `inside`: records before the sheet list."""
    bof = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    bound = 4 + 6 + len(_name(sheet))
    start = len(bof) + len(inside) + bound + 4
    listed = record(0x85, struct.pack("<IBB", start, 0, sort) + _name(sheet))
    head = bof + inside + listed + record(0x0A)
    sheet_bof = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    return head + sheet_bof + cells + record(0x0A)


def compound(streams: dict[str, bytes], *, storages: Sequence[str] = ()) -> bytes:
    """Return an OLE2 file. Streams are padded to 4,096 bytes so that no mini stream is needed."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    padded = {name: data.ljust(4_096, b"\0") for name, data in streams.items()}
    sectors: list[bytes] = []
    table: list[int] = []
    entries = [("Root Entry", 5, end, 0)]
    for name, data in padded.items():
        blocks = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        entries.append((name, 2, len(sectors), len(data)))
        table += [len(sectors) + at + 1 for at in range(len(blocks) - 1)] + [end]
        sectors += blocks
    entries += [(name, 1, 0, 0) for name in storages]
    directory = b"".join(_directory_entry(*entry) for entry in entries)
    first_directory = len(sectors)
    blocks = [directory[at : at + 512].ljust(512, b"\0") for at in range(0, len(directory), 512)]
    table += [len(sectors) + at + 1 for at in range(len(blocks) - 1)] + [end]
    sectors += blocks
    fat_count = (len(sectors) + 127) // 127
    places = [len(sectors) + at for at in range(fat_count)]
    table += [fat_mark] * fat_count
    table += [free] * (fat_count * 128 - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    sectors += [packed[at : at + 512] for at in range(0, len(packed), 512)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, first_directory,
                        0, 4_096, end, 0, end, 0)  # fmt: skip
    head += struct.pack("<109I", *(places + [free] * (109 - len(places))))
    return head + b"".join(sectors)


def _directory_entry(name: str, sort: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF if sort == 2 else 1)
    return (
        raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), sort, 1) + links + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )  # fmt: skip
