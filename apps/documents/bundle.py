"""A zip of originals: opened with care, and what the names of its files say (rules D-05, D-08).

Nothing is unpacked by the names in the archive; a member is read by its place, counted while it
is inflated, and lies under a name of ours for as long as it is looked at.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import files, numbers

MIB: Final = 1024 * 1024
MAX_ZIP: Final = 200 * MIB
MAX_FILES: Final = 1_000
MAX_TOTAL: Final = 1_024 * MIB  # inflated, all members
RATIO: Final = 200  # inflated : deflated, looked at past 1 MiB
_BLOCK: Final = 256 * 1024
#: What systems put into an archive by themselves.
_JUNK: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$)", re.I)

_NUMBER: Final = re.compile(
    r"[^\s_\-—－《》“”\"]{1,20}?[〔\[［【(（]\s*[0-9０-９]{2,4}\s*[〕\]］】)）]\s*第?\s*[0-9０-９]{1,6}\s*号"
)
_DATE: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{2})(\d{2}))(?!\d)"
)
_EDGES: Final = ' \t_-—－.·,，、:：;；《》“”"()（）'


class BundleRefused(Exception):
    """An archive that will not be read. sentence: Chinese."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name says of its document; "" and None for what it does not say."""

    number: str = ""
    title: str = ""
    issued_on: dt.date | None = None


def read_name(name: str) -> Named:
    """Take a file name apart: 嵊编发〔2015〕12号 关于…的批复 2015-03-01.pdf."""
    stem = posixpath.basename(name.replace("\\", "/")).rsplit(".", 1)[0]
    number, rest = "", stem
    if found := _NUMBER.search(stem):
        try:
            number = numbers.normalise(found[0])
        except numbers.BadNumber:
            number = found[0]
        rest = f"{stem[: found.start()]} {stem[found.end() :]}"
    day = None
    for found in _DATE.finditer(rest):
        year, month, date = found[1], found[2] or found[4], found[3] or found[5]
        try:
            day = dt.date(int(year), int(month), int(date))
        except ValueError:
            continue
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
        break
    return Named(number, " ".join(rest.split()).strip(_EDGES), day)


class Bundle:
    """An archive that has been looked through. members: path in the archive → its entry."""

    def __init__(self, path: str | Path) -> None:
        """Open and check. Raises BundleRefused; nothing is inflated yet."""
        self.path = Path(path)
        self.skipped: list[str] = []
        self.members: dict[str, zipfile.ZipInfo] = {}
        if self.path.stat().st_size > MAX_ZIP:
            raise BundleRefused(f"压缩包超过 {MAX_ZIP // MIB} MB，请分成几个上传")
        try:
            with zipfile.ZipFile(self.path) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise BundleRefused("不是完好的 zip 压缩包，请重新压缩后再上传") from error
        if len(entries) > MAX_FILES * 2:
            raise BundleRefused(f"压缩包里有 {len(entries)} 个文件，最多 {MAX_FILES} 个")
        total = 0
        for entry in entries:
            total += entry.file_size
            self._take(entry)
        if total > MAX_TOTAL:
            raise BundleRefused(f"解压后超过 {MAX_TOTAL // MIB} MB，请分成几个压缩包上传")
        if len(self.members) > MAX_FILES:
            raise BundleRefused(f"压缩包里有 {len(self.members)} 个文件，最多 {MAX_FILES} 个")
        if not self.members:
            raise BundleRefused("压缩包里没有文件")

    def _take(self, entry: zipfile.ZipInfo) -> None:
        name = _decoded(entry)
        if entry.flag_bits & 0x2041:
            raise BundleRefused("压缩包加了密码，请取消密码后再上传")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BundleRefused("压缩包里有链接，请只放文件")
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or ":" in name or "\x00" in name:
            raise BundleRefused("压缩包里有不正常的路径，请重新压缩后再上传")
        if name.endswith("/") or entry.is_dir():
            return
        if _JUNK.search(name):
            self.skipped.append(name)
            return
        if entry.file_size > MIB and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise BundleRefused(f"“{parts[-1][:40]}”的压缩比不正常，没有打开")
        if name.casefold() in {known.casefold() for known in self.members}:
            raise BundleRefused(f"压缩包里有两个“{parts[-1][:40]}”，请改名后再上传")
        self.members[name] = entry

    @contextmanager
    def opened(self, name: str) -> Iterator[Path]:
        """Give a member as a file of its own while it is looked at. Raises BundleRefused."""
        with tempfile.NamedTemporaryFile(suffix=f".{name.rsplit('.', 1)[-1][:5]}") as out:
            for block in self.blocks(name):
                out.write(block)
            out.flush()
            yield Path(out.name)

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a member's content, counting what comes out. Raises BundleRefused."""
        size = 0
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.members[name]) as file:
                while block := file.read(_BLOCK):
                    size += len(block)
                    if size > files.MAX_BYTES:
                        limit = files.MAX_BYTES // MIB
                        raise BundleRefused(f"“{_base(name)}”解压后超过 {limit} MB")
                    yield block
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise BundleRefused(f"“{_base(name)}”在压缩包里已损坏") from error


class Original:
    """A member as the register takes it in (files.take_in)."""

    def __init__(self, bundle: Bundle, name: str) -> None:
        self.bundle, self.member = bundle, name
        self.name, self.size = _base(name), bundle.members[name].file_size

    def chunks(self) -> Iterator[bytes]:
        return self.bundle.blocks(self.member)


def _base(name: str) -> str:
    return posixpath.basename(name)


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; old Chinese tools write GBK without saying so."""
    name: str = entry.orig_filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.orig_filename
    return name.replace("\\", "/")


def issuers(known: Any, prefixes: set[str]) -> dict[str, str]:
    """Return {mark of the issuer: who it is}, as the latest registered documents say.

    known   queryset of documents, already scoped
    """
    found: dict[str, str] = {}
    for prefix in prefixes:
        rows = known.filter(number__startswith=f"{prefix}〔").order_by("-issued_on", "-pk")
        if issuer := rows.values_list("issuer", flat=True).first():
            found[prefix] = issuer
    return found
