"""Codes to be scanned in a Word file: a picture, its place in the text, and what binds the two."""

from __future__ import annotations

import io
import re
from collections.abc import MutableMapping
from pathlib import PurePosixPath

from .forms import Code

#: stands in a text for the picture to come; no text from outside holds this sign
MARK = "\x00"
EMU = 36_000  # in a millimetre

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS, _TYPES = f"{_PACKAGE}/relationships", f"{_PACKAGE}/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_PNG = re.compile(r"<(?:[\w.-]+:)?Default\b[^>]*\bExtension=[\"']png[\"']", re.IGNORECASE)
_EMPTY = f'<Relationships xmlns="{_RELATIONS}"/>'


class Album:
    """The pictures of one part of a Word file, numbered in the order they were asked for."""

    def __init__(self) -> None:
        self.codes: list[Code] = []

    def mark(self, code: Code) -> str:
        """Return what stands in a text where the code goes."""
        self.codes.append(code)
        return f"{MARK}{len(self.codes)}{MARK}"

    def drawn(self, number: int) -> str:
        """Return the drawing of a code, to stand in a run."""
        side = round(self.codes[number - 1].mm * EMU)
        size = f'cx="{side}" cy="{side}"'
        return (
            f'<w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" '
            f'distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{90_000 + number}" name="二维码{number}" descr="二维码"/>'
            f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
            f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr>'
            f'<pic:cNvPr id="{90_000 + number}" name="二维码{number}"/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{_OFFICE}" '
            f'r:embed="bzCode{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing>"
        )

    def bind(self, parts: MutableMapping[str, bytes], name: str) -> None:
        """Put the pictures into the file and name them in the relations of the part `name`."""
        if not self.codes:
            return
        place = PurePosixPath(name)
        relations = f"{place.parent}/_rels/{place.name}.rels"
        named = []
        for number, code in enumerate(self.codes, start=1):
            target = f"media/code-{place.stem}-{number}.png"
            parts[f"{place.parent}/{target}"] = png(code.address)
            named.append(
                f'<Relationship xmlns="{_RELATIONS}" Id="bzCode{number}" Type="{_OFFICE}/image" '
                f'Target="{target}"/>'
            )
        known = parts.get(relations, _EMPTY.encode())
        parts[relations] = _with(known, "Relationships", "".join(named))
        types = parts["[Content_Types].xml"]
        if not _PNG.search(types.decode()):
            png_type = f'<Default xmlns="{_TYPES}" Extension="png" ContentType="image/png"/>'
            parts["[Content_Types].xml"] = _with(types, "Types", png_type)


def png(address: str) -> bytes:
    """Return the code of an address as a PNG, eight pixels for each of its squares."""
    import segno  # only Word files with codes need it

    made = io.BytesIO()
    segno.make(address, error="m", micro=False).save(made, kind="png", scale=8, border=2)
    return made.getvalue()


def _with(part: bytes, name: str, children: str) -> bytes:
    """Return a part with more children at the end of its root; they name their own namespace."""
    text = part.decode()
    open_ = re.search(rf"<((?:[\w.-]+:)?{name})(\s[^>]*?)?/>\s*$", text)
    if open_ is not None:  # an empty root
        made = f"<{open_[1]}{open_[2] or ''}>{children}</{open_[1]}>"
        return (text[: open_.start()] + made).encode()
    place = text.rindex("</")
    return (text[:place] + children + text[place:]).encode()
