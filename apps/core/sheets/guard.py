"""The guard: every upload passes here before any library opens it.

Everything is counted while it streams; nothing is believed because the file says so. Source:
docs/rules.md W-01.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from . import ole
from .csvtext import look_through_text
from .limits import MIB, Limits, Refused
from .xmlparts import BAD_REFERENCE, MACRO_SHEET, Budget, Part, local, look_through
from .zipdir import BROKEN, LOCKED, Member, inflate, read_directory

__all__ = ["BROKEN", "LOCKED", "Checked", "SheetFacts", "inspect"]

_EMPTY = "文件是空的，请重新选择文件"
_OTHER = "只能读取 .xlsx、.xls 和 .csv 文件，请用 Excel 或 WPS 另存为 .xlsx 后再上传"
_WEB = "这个文件其实是网页或文本，不是工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
_MACRO = "文件含有宏，请另存为不含宏的 .xlsx 再上传"
_EMBEDDED = "文件里嵌有其他文件或控件，请删除后另存为 .xlsx 再上传"
_LINKED = "文件链接到其他文件，请在“数据—编辑链接”中断开链接、保存后再上传"
_NO_SHEET = "文件里没有工作表，请检查后再上传"

_FORBIDDEN = (
    ("vbaproject", _MACRO),
    ("vbadata", _MACRO),
    ("/macrosheets/", MACRO_SHEET),
    ("/intlmacrosheets/", MACRO_SHEET),
    ("/dialogsheets/", MACRO_SHEET),
    ("/embeddings/", _EMBEDDED),
    ("/activex/", _EMBEDDED),
    ("/externallinks/", _LINKED),
)
_RELATIONS = {
    "vbaProject": _MACRO,
    "xlMacrosheet": MACRO_SHEET,
    "xlIntlMacrosheet": MACRO_SHEET,
    "oleObject": _EMBEDDED,
    "package": _EMBEDDED,
    "control": _EMBEDDED,
    "activeXControlBinary": _EMBEDDED,
    "externalLink": _LINKED,
    "externalLinkPath": _LINKED,
    "attachedTemplate": _LINKED,
}
_TEXT_NAMES = (".csv", ".txt", ".tsv")


@dataclass(slots=True)
class SheetFacts:
    """What the guard learnt of one sheet that the reader of values cannot tell."""

    name: str
    hidden: bool = False
    formulas: list[tuple[int, int]] = field(default_factory=list)
    formula_count: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)
    cells: int = 0  # filled cells; known for xlsx only


@dataclass(slots=True)
class Checked:
    """The result of the guard: kind is xlsx, xls or csv; the sheets by name."""

    kind: str
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


def inspect(path: str | Path, name: str | None, limits: Limits) -> Checked:
    """Look through a file. `name`: as uploaded, for its ending. Raises Refused and nothing else.

    What the file is, its first bytes decide; an ending only helps with text, which has none.
    """
    try:
        with open(path, "rb") as file:
            return _inspect(file, (name or str(path)).casefold(), limits)
    except Refused:
        raise
    except MemoryError:
        raise Refused("文件展开后占用内存过大，请分成几个文件上传") from None
    except OSError:
        raise Refused("文件读不出来，请重新上传") from None
    except Exception as error:  # a parser's surprise must not become a crash of the upload
        raise Refused(BROKEN) from error


def _inspect(file: BinaryIO, name: str, limits: Limits) -> Checked:
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if not length:
        raise Refused(_EMPTY)
    textual = name.endswith(_TEXT_NAMES)
    most = limits.csv_bytes if textual else limits.file_bytes
    if length > most:
        raise Refused(f"文件有 {length / MIB:.1f} MB，最大 {most // MIB} MB，请分成几个文件上传")
    if head.startswith(b"PK"):
        return _inspect_archive(file, length, name, limits)
    if head.startswith(ole.MAGIC):
        return _inspect_old(file, limits)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"mime-version")):
        raise Refused(_WEB)
    if not textual:
        raise Refused(_OTHER)
    look_through_text(file, length, limits)
    return Checked("csv")


def _inspect_old(file: BinaryIO, limits: Limits) -> Checked:
    sheets = ole.look_through_old(file.read(), limits)
    if not sheets:
        raise Refused(_NO_SHEET)
    facts = {
        sheet.name: SheetFacts(
            sheet.name, sheet.hidden, sheet.formulas, sheet.formula_count, sheet.errors
        )
        for sheet in sheets
    }
    return Checked("xls", facts)


def _inspect_archive(file: BinaryIO, length: int, name: str, limits: Limits) -> Checked:
    if name.endswith((".xlsm", ".xltm", ".xlam")):
        raise Refused(_MACRO)
    members = read_directory(file, length, limits)
    names = {member.name.casefold(): member for member in members}
    for folded in names:
        for mark, sentence in _FORBIDDEN:
            if mark in f"/{folded}":
                raise Refused(sentence)
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise Refused(_OTHER)
    budget = Budget(limits)
    parts = {
        member.name.casefold(): look_through(member.name, _checked(file, member), budget)
        for member in members
        if not member.name.endswith("/")
    }
    _check_relations(parts)
    return _facts(parts, limits)


def _checked(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield a member's bytes; an archive within the archive is refused at its first bytes."""
    first = True
    for piece in inflate(file, member):
        if first and piece.startswith((b"PK\x03\x04", ole.MAGIC, b"Rar!", b"7z\xbc\xaf")):
            raise Refused(_EMBEDDED)
        first = False
        yield piece


def _check_relations(parts: dict[str, Part]) -> None:
    """Refuse what points outside, and what points at a part that was not looked through."""
    for name, part in parts.items():
        if name.endswith(".rels"):
            for element, attributes in part.items:
                if element == "Relationship":
                    _check_relation(name, attributes, parts)
        elif name == "[content_types].xml":
            for _, attributes in part.items:
                if "macroenabled" in attributes.get("ContentType", "").casefold():
                    raise Refused(_MACRO)


def _check_relation(name: str, attributes: dict[str, str], parts: dict[str, Part]) -> None:
    sort = attributes.get("Type", "").rpartition("/")[2]
    if sort in _RELATIONS:
        raise Refused(_RELATIONS[sort])
    if attributes.get("TargetMode") == "External":
        if sort != "hyperlink":
            raise Refused(_LINKED)
        return
    if name not in ("_rels/.rels", "xl/_rels/workbook.xml.rels"):
        return
    base = "" if name == "_rels/.rels" else "xl"
    for target in _targets(base, attributes.get("Target", "")):
        found = parts.get(target)
        if found is not None and not found.root and sort not in ("thumbnail", "image"):
            raise Refused(BROKEN)


def _targets(base: str, target: str) -> list[str]:
    """Return the part names a target can mean; readers differ, so all of them are looked at."""
    target = target.casefold().replace("\\", "/")
    plain = posixpath.normpath(target.lstrip("/"))
    return [plain, posixpath.normpath(f"{base}/{plain}").lstrip("/")]


def _facts(parts: dict[str, Part], limits: Limits) -> Checked:
    relations: dict[str, str] = {}
    for element, attributes in _items(parts, "xl/_rels/workbook.xml.rels"):
        if element == "Relationship":
            relations[attributes.get("Id", "")] = attributes.get("Target", "")
    checked = Checked("xlsx")
    for element, attributes in _items(parts, "xl/workbook.xml"):
        if element != "sheet":
            continue
        if len(checked.sheets) >= limits.sheets:
            raise Refused(f"工作表超过 {limits.sheets} 张，请分成几个文件上传")
        link = next((v for k, v in attributes.items() if local(k) == "id" and ":" in k), "")
        if link not in relations:
            raise Refused(BROKEN)
        found = [parts[t] for t in _targets("xl", relations[link]) if t in parts]
        if not found:
            raise Refused(BROKEN)
        if any(part.root not in ("worksheet", "chartsheet") for part in found):
            raise Refused(BAD_REFERENCE)
        title = attributes.get("name", "")
        if title in checked.sheets:
            raise Refused("有两张工作表重名，请改名后再上传")
        checked.sheets[title] = SheetFacts(
            title,
            attributes.get("state", "visible") != "visible",
            found[0].formulas,
            found[0].formula_count,
            found[0].errors,
            found[0].cells,
        )
    if not checked.sheets:
        raise Refused(_NO_SHEET)
    for part in parts.values():
        checked.properties.update(part.properties)
    return checked


def _items(parts: dict[str, Part], name: str) -> list[tuple[str, dict[str, str]]]:
    part = parts.get(name)
    if part is None:
        raise Refused(BROKEN)
    return part.items
