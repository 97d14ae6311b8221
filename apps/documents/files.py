"""The originals of documents: what is taken in, where it lies, how it is read back.

Nothing in a file is trusted: its kind comes from its first bytes, its name is only words, and it
lies under MEDIA_ROOT by a random name that no web server hands out. Source: docs/rules.md D-05.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, NamedTuple

from django.conf import settings

from .errors import ClassifiedKeepsNoFile, FileEmpty, FileMissing, FileTooLarge, FileUnknown

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_ENTRIES: Final = 10_000  # parts of a DOCX or OFD
FOLDER: Final = "documents"

#: kind → (extensions, content type)
KINDS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "PDF": (("pdf",), "application/pdf"),
    "JPG": (("jpg", "jpeg"), "image/jpeg"),
    "PNG": (("png",), "image/png"),
    "TIFF": (("tif", "tiff"), "image/tiff"),
    "OFD": (("ofd",), "application/ofd"),
    "DOCX": (
        ("docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "XLSX": (
        ("xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
KINDS_IN_WORDS: Final = tuple(KINDS)
EXTENSIONS: Final = tuple(name for names, _ in KINDS.values() for name in names)

#: Marks of classification (密级标志) in a file's name: 机密★3年, [秘密], 绝密…
_SECRET = re.compile(r"绝密|机密|秘密|★")


class Stored(NamedTuple):
    """A file taken in. key: its place under MEDIA_ROOT; sha256 in hex; size in bytes."""

    key: str
    name: str
    sha256: str
    size: int


def secret_mark(name: str) -> str:
    """Return the mark of classification in a file name, or ""."""
    found = _SECRET.search(name)
    return found[0] if found else ""


def take_in(upload: Any) -> Stored:
    """Check an uploaded file and store it.

    upload   Django's UploadedFile, or anything with `name`, `size` and `chunks()`
    Raises FileEmpty, FileTooLarge, FileUnknown, ClassifiedKeepsNoFile; nothing is kept then.
    """
    name = PurePosixPath(str(upload.name).replace("\\", "/")).name[:255]
    if mark := secret_mark(name):
        raise ClassifiedKeepsNoFile(mark)
    if not upload.size:
        raise FileEmpty
    if upload.size > MAX_BYTES:
        raise FileTooLarge(upload.size, MAX_BYTES)
    token = secrets.token_hex(16)
    key = f"{FOLDER}/{token[:2]}/{token}"
    place = path_of(key)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        sha256, size = _copy(upload, place)
        check_kind(name, place)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Stored(key, name, sha256, size)


def discard(key: str) -> None:
    """Remove a stored file whose row was not written."""
    path_of(key).unlink(missing_ok=True)


def path_of(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key


def open_stored(key: str) -> IO[bytes]:
    """Open a stored file for reading. Raises FileMissing."""
    try:
        return path_of(key).open("rb")
    except OSError:
        raise FileMissing from None


def content_type(name: str) -> str:
    extension = _extension(name)
    for names, kind in KINDS.values():
        if extension in names:
            return kind
    return "application/octet-stream"


def _copy(upload: Any, place: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with place.open("xb") as out:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > MAX_BYTES:
                raise FileTooLarge(size, MAX_BYTES)
            digest.update(chunk)
            out.write(chunk)
    if not size:
        raise FileEmpty
    return digest.hexdigest(), size


def check_kind(name: str, place: Path) -> None:
    """Raise FileUnknown unless the content is of a kind that is kept and the name says so."""
    extension = _extension(name)
    kind = kind_of(place)
    if kind is None:
        raise FileUnknown(name)
    if extension not in KINDS[kind][0]:
        raise FileUnknown(name, kind if extension in EXTENSIONS else "")


def _extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def kind_of(place: Path) -> str | None:
    """Return the kind of a file by its content, a key of KINDS, or None."""
    with place.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        return "PDF"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "TIFF"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(place)
    return None


def _kind_of_zip(place: Path) -> str | None:
    """Tell DOCX, XLSX and OFD apart by the names of their parts; macros make it none of them."""
    try:
        with zipfile.ZipFile(place) as package:
            names = {entry.filename for entry in package.infolist()[: MAX_ENTRIES + 1]}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(names) > MAX_ENTRIES or any(n.endswith("vbaProject.bin") for n in names):
        return None
    if "OFD.xml" in names:
        return "OFD"
    if "word/document.xml" in names:
        return "DOCX"
    if "xl/workbook.xml" in names:
        return "XLSX"
    return None
