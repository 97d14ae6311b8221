"""Reading a zip archive's directory without trusting a word of it.

The standard library's reader is made to be lenient (prefixed archives, comments, repeated
names); a guard has to be strict, so that whatever opens the file next cannot see another
archive than the one that was checked. Stored and deflated members only, no zip64: 20 MB need
none.
"""

from __future__ import annotations

import posixpath
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .limits import MIB, Limits, Refused

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_CHUNK = 65_536
_GAP = 64  # a data descriptor is 24 bytes at most; more would be room to hide in

BROKEN = "文件已损坏或不完整，请用 Excel 或 WPS 重新打开、另存为 .xlsx 后再上传"
ODD = "文件的压缩结构不正常，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
LOCKED = "文件加了密码，请先取消打开密码再上传"
TOO_BIG_INSIDE = "文件解压后过大，请删去多余的空行、空列和格式，或分成几个文件上传"


class Member(NamedTuple):
    """One member: where its data starts, how long it is packed and said to be unpacked."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


def read_directory(file: BinaryIO, length: int, limits: Limits) -> list[Member]:
    """Return the members in file order. Raises Refused for anything out of the ordinary."""
    if length < _END.size + _LOCAL.size:
        raise Refused(BROKEN)
    file.seek(length - _END.size)
    magic, disk, first_disk, here, total, size, offset, comment = _END.unpack(file.read(_END.size))
    if magic != b"PK\x05\x06":
        raise Refused(BROKEN)
    if disk or first_disk or here != total or comment or 0xFFFFFFFF in (size, offset):
        raise Refused(ODD)
    if total > limits.entries:
        raise Refused(f"压缩包里有 {total} 个部件，超过 {limits.entries} 个，这不是正常的工作簿")
    if total == 0 or offset + size != length - _END.size:
        raise Refused(ODD)
    file.seek(offset)
    directory = file.read(size)
    members = list(_central(directory, total))
    _check_names(members)
    return _check_places(file, members, offset, limits)


def _central(directory: bytes, total: int) -> Iterator[Member]:
    at = 0
    for _ in range(total):
        if at + _CENTRAL.size > len(directory):
            raise Refused(BROKEN)
        (
            magic, made_by, _need, flags, method, _time, _date, crc, packed, size,
            name_length, extra_length, comment_length, disk, _internal, external, start,
        ) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
        at += _CENTRAL.size
        raw = directory[at : at + name_length]
        if magic != b"PK\x01\x02" or len(raw) < name_length:
            raise Refused(BROKEN)
        at += name_length + extra_length + comment_length
        if flags & 0x2041:  # encrypted, strongly encrypted, masked headers
            raise Refused(LOCKED)
        if method not in (0, 8) or disk or 0xFFFFFFFF in (packed, size, start):
            raise Refused(ODD)
        if made_by >> 8 == 3 and (external >> 16) & 0o170000 == 0o120000:
            raise Refused("压缩包里有符号链接，这不是正常的工作簿")
        try:
            name = raw.decode("utf-8" if flags & 0x800 else "ascii")
        except UnicodeDecodeError:
            # Old Chinese tools write GBK names without the flag; only media can have such names.
            name = raw.decode("gb18030", "replace")
        yield Member(name, method, crc, packed, size, start)
    if at != len(directory):
        raise Refused(ODD)


def _check_names(members: list[Member]) -> None:
    seen = set()
    for member in members:
        name = member.name
        folded = name.replace("\\", "/").casefold()
        parts = folded.split("/")
        if (
            not name
            or "\\" in name
            or ":" in name
            or any(ord(sign) < 32 for sign in name)
            or folded.startswith("/")
            or ".." in parts
            or (folded.rstrip("/") != posixpath.normpath(folded))
        ):
            raise Refused("压缩包里有不正常的路径，这不是正常的工作簿")
        if folded in seen:
            raise Refused("压缩包里有重名的部件，这不是正常的工作簿")
        seen.add(folded)


def _check_places(file: BinaryIO, members: list[Member], end: int, limits: Limits) -> list[Member]:
    """Check that the members lie one after the other and that their sizes can be true."""
    declared = 0
    placed: list[Member] = []
    free_from = 0
    for member in sorted(members, key=lambda m: m.start):
        if not free_from <= member.start <= free_from + _GAP:
            raise Refused(ODD)
        if not placed and member.start != 0:
            raise Refused(ODD)
        file.seek(member.start)
        raw = file.read(_LOCAL.size)
        if len(raw) < _LOCAL.size:
            raise Refused(BROKEN)
        magic, _need, flags, method, _t, _d, _crc, packed, size, name_length, extra = _LOCAL.unpack(
            raw
        )
        name = file.read(name_length)
        if magic != b"PK\x03\x04" or method != member.method or len(name) < name_length:
            raise Refused(ODD)
        if flags & 0x2041:
            raise Refused(LOCKED)
        encoded = member.name.encode("utf-8", "surrogatepass")
        if name != encoded and name.decode("gb18030", "replace") != member.name:
            raise Refused(ODD)
        described_later = flags & 8
        says_other = packed not in (member.packed, 0xFFFFFFFF) or size not in (
            member.size,
            0xFFFFFFFF,
        )
        if says_other and not (described_later and packed == 0 and size == 0):
            raise Refused(ODD)
        start = member.start + _LOCAL.size + name_length + extra
        free_from = start + member.packed
        if free_from > end:
            raise Refused(BROKEN)
        declared += member.size
        _check_size(member, declared, limits)
        placed.append(member._replace(start=start))
    if end - free_from > _GAP:
        raise Refused(ODD)
    return placed


def _check_size(member: Member, declared: int, limits: Limits) -> None:
    too_long = member.size > limits.entry_bytes or declared > limits.total_bytes
    dense = member.size > MIB and member.size > limits.ratio * max(member.packed, 1)
    if too_long or dense or (member.method == 0 and member.packed != member.size):
        raise Refused(TOO_BIG_INSIDE)


def inflate(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield a member's bytes in pieces; what comes out is counted against what was declared.

    Raises Refused as soon as more comes out than the (already bounded) declared size, or when
    the end, the size or the checksum is not as declared.
    """
    file.seek(member.start)
    left, out, crc = member.packed, 0, 0
    decoder = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == 8 else None
    while left:
        packed = file.read(min(_CHUNK, left))
        if not packed:
            raise Refused(BROKEN)
        left -= len(packed)
        if decoder is None:
            pieces: Iterator[bytes] = iter([packed])
        else:
            pieces = _decode(decoder, packed)
        for piece in pieces:
            out += len(piece)
            if out > member.size:
                raise Refused(ODD)
            crc = zlib.crc32(piece, crc)
            yield piece
        if decoder is not None and decoder.eof and (left or decoder.unused_data):
            raise Refused(ODD)
    if decoder is not None and not decoder.eof:
        raise Refused(BROKEN)
    if out != member.size or crc != member.crc:
        raise Refused(BROKEN)


def _decode(decoder: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while True:
        try:
            piece = decoder.decompress(packed, _CHUNK)
        except zlib.error:
            raise Refused(BROKEN) from None
        packed = decoder.unconsumed_tail
        if piece:
            yield piece
        # A full piece with no input left may still have bytes waiting inside the decoder.
        if decoder.eof or (not packed and len(piece) < _CHUNK):
            return
