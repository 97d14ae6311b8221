"""Word files of the same forms: written from a Form, filled in from a template an office edits.

A template is a .docx whose texts hold `{{ 姓名 }}`; a table row that holds `{{ 明细.用途 }}` is
repeated for each line of a list; a value that is a Code becomes its picture. Word splits what is
typed into runs as it likes: names are found over the runs of a paragraph. Nothing of a template is
ever run: no fields, macros or links out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape, unescape

from .forms import Code
from .payload import clean
from .pictures import MARK, Album

Value = str | Code

MAX_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 1_000
MAX_UNPACKED = 40 * 1024 * 1024
LIST = "明细."
#: parts that hold text people see
_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_NAME = re.compile(r"\{\{(.*?)\}\}")
_TOKEN = re.compile(r"<w:p(?: [^>]*)?(/?)>|(</w:p>)|<w:t(?: [^>]*)?(?<!/)>([^<]*)</w:t>")
_ROW = re.compile(r"<w:tr(?: [^>]*)?>(?:(?!<w:tr[ >]).)*?</w:tr>", re.DOTALL)
_TEXT = re.compile(r"<w:t(?: [^>]*)?(?<!/)>([^<]*)</w:t>")
#: Stands for the braces of a value until all is filled in: what people are called is no name
#: of a box, whatever it looks like.
_BRACES = "\ufdd0"
_ACTIVE = ("vbaProject", "vbaData", "activeX", "embeddings/", "attachedToolbars")
_LINKS = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_FIELDS = re.compile(
    rb"<w:instrText\b[^>]*>[^<]*\b(?:DDE|DDEAUTO|INCLUDE\w*)\b|"
    rb"w:instr=[\"'][^\"']*\b(?:DDE|DDEAUTO|INCLUDE\w*)\b|<w:altChunk\b"
)


class TemplateRefused(Exception):
    """A template that is not taken. sentence: Chinese, says what is wrong and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def unpack(template: bytes) -> dict[str, bytes]:
    """Return the parts of a .docx by name. Raises TemplateRefused for what is none, or unsafe."""
    if len(template) > MAX_BYTES:
        raise TemplateRefused(f"模板超过 {MAX_BYTES // 1024 // 1024} MB；请压缩或删去图片后再上传")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            entries = package.infolist()
            _refuse_bomb(entries)
            parts: dict[str, bytes] = {}
            left = MAX_UNPACKED
            for entry in entries:
                with package.open(entry) as file:
                    part = file.read(left + 1)
                left -= len(part)
                if left < 0:
                    raise TemplateRefused("模板展开后过大；请用 Word 另存一份再上传")
                parts[entry.filename] = part
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise TemplateRefused("这不是 Word 文档（.docx）；请用 Word 或 WPS 另存为 .docx") from None
    _refuse_active(parts)
    return parts


def _refuse_bomb(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise TemplateRefused("模板展开后过大；请用 Word 另存一份再上传")
    if len(set(names)) != len(names) or any(
        n.startswith("/") or ".." in n.split("/") or "\\" in n for n in names
    ):
        raise TemplateRefused("模板文件的结构不对；请用 Word 另存一份再上传")


def _refuse_active(parts: Mapping[str, bytes]) -> None:
    if "word/document.xml" not in parts:
        raise TemplateRefused("这不是 Word 文档（.docx）；请用 Word 或 WPS 另存为 .docx")
    if any(mark.lower() in name.lower() for name in parts for mark in _ACTIVE) or any(
        b"macroEnabled" in part for name, part in parts.items() if name == "[Content_Types].xml"
    ):
        raise TemplateRefused("模板含有宏、控件或嵌入的对象；请删去后另存为不含宏的 .docx")
    for name, part in parts.items():
        if not name.endswith((".xml", ".rels")):
            continue
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part[:4]:
            raise TemplateRefused("模板文件的结构不对；请用 Word 另存一份再上传")
        try:
            part.decode("utf-8")
            ElementTree.fromstring(part)  # noqa: S314 - no DTD: refused above, so no entities
        except (ElementTree.ParseError, UnicodeDecodeError):
            raise TemplateRefused("模板文件已损坏；请用 Word 修复后另存再上传") from None
        if any(b"/hyperlink" not in link for link in _LINKS.findall(part)) or _FIELDS.search(part):
            raise TemplateRefused(
                "模板引用了文件以外的内容（链接的图片、模板或域）；请断开链接后再上传"
            )


def names(template: bytes) -> list[str]:
    """Return the placeholders of a template, each once, in order; “明细.…” for those of lists.

    Raises TemplateRefused, also for braces that never close.
    """
    found: dict[str, None] = {}
    for name, part in unpack(template).items():
        if not _PARTS.fullmatch(name):
            continue
        for tokens in _paragraphs(part.decode("utf-8")):
            text = "".join(one.text for one in tokens)
            rest = _NAME.sub("", text)
            if "{{" in rest or "}}" in rest:
                raise TemplateRefused(
                    f"“{text.strip()[:40]}”里的花括号没有成对；占位符写在同一段里，"
                    "如 {{ 姓名 }}"
                )
            found |= dict.fromkeys(match.strip() for match in _NAME.findall(text))
    return list(found)


def fill(
    template: bytes, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]] = ()
) -> bytes:
    """Return a template with its placeholders replaced; a name nobody knows stays empty.

    rows   the lines of the list; names without “明细.”
    """
    parts = unpack(template)
    for name, part in list(parts.items()):
        if _PARTS.fullmatch(name):
            album = Album()
            text = _expanded(part.decode("utf-8"), rows, values, album)
            parts[name] = _filled(text, values, album).replace(_BRACES, "{{").encode()
            album.bind(parts, name)
    return pack(parts)


def _expanded(
    part: str, rows: Sequence[Mapping[str, Value]], values: Mapping[str, Value], album: Album
) -> str:
    return _ROW.sub(lambda row: _repeated(row[0], rows, values, album), part)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return a .docx of parts; the same parts give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, part)
    return out.getvalue()


class _Token:
    """One <w:t> of a paragraph: where it stands in the part, its plain text."""

    __slots__ = ("end", "start", "text")

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start, self.end, self.text = start, end, text


def _paragraphs(part: str) -> Iterator[list[_Token]]:
    """Yield the texts of each paragraph; one inside another (a text box) is one of its own."""
    open_: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(part):
        closes, text = match[2], match[3]
        if closes:
            if len(open_) > 1:
                yield open_.pop()
        elif text is not None:
            open_[-1].append(_Token(match.start(), match.end(), _plain(text)))
        elif match[1] != "/":
            open_.append([])


def _plain(text: str) -> str:
    numbers = re.sub(
        r"&#(x[0-9a-fA-F]+|\d+);",
        lambda m: chr(int(m[1][1:], 16) if m[1][0] == "x" else int(m[1])),
        text,
    )
    return unescape(numbers, {"&quot;": '"', "&apos;": "'"})


def _filled(part: str, values: Mapping[str, Value], album: Album) -> str:
    edits: list[tuple[int, int, str]] = []
    for tokens in _paragraphs(part):
        text = "".join(one.text for one in tokens)
        if not _NAME.search(text):
            continue
        changed = _spread(tokens, text, values, album)
        edits += [(t.start, t.end, _written(new, album)) for t, new in changed if new != t.text]
    for start, end, new in sorted(edits, reverse=True):
        part = part[:start] + new + part[end:]
    return part


def _spread(
    tokens: Sequence[_Token], text: str, values: Mapping[str, Value], album: Album
) -> list[tuple[_Token, str]]:
    """Return the new text of each run: a value stands in the run where its name began."""
    starts = []
    place = 0
    for one in tokens:
        starts.append(place)
        place += len(one.text)
    new = [one.text for one in tokens]
    for match in reversed(list(_NAME.finditer(text))):
        first = True
        found = values.get(match[1].strip(), "")
        value = album.mark(found) if isinstance(found, Code) else _literal(found)
        for n, one in enumerate(tokens):
            begin = max(match.start(), starts[n]) - starts[n]
            end = min(match.end(), starts[n] + len(one.text)) - starts[n]
            if begin < end:
                new[n] = new[n][:begin] + (value if first else "") + new[n][end:]
                first = False
    return list(zip(tokens, new, strict=True))


def _literal(value: str) -> str:
    return clean(value).replace(_BRACES, "").replace("{{", _BRACES)


def _written(text: str, album: Album) -> str:
    pieces = text.split(MARK)  # words, number of a code, words, …
    made = []
    for place, piece in enumerate(pieces):
        if place % 2:
            made.append(album.drawn(int(piece)))
        elif piece or len(pieces) == 1:
            lines = piece.split("\n")
            texts = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines]
            made.append("<w:br/>".join(texts))
    return "".join(made)


def _repeated(
    row: str, rows: Sequence[Mapping[str, Value]], values: Mapping[str, Value], album: Album
) -> str:
    text = "".join(_plain(one) for one in _TEXT.findall(row))
    if not any(name.strip().startswith(LIST) for name in _NAME.findall(text)):
        return row
    lines = rows or [{}]
    return "".join(
        _filled(row, {**values, **{f"{LIST}{k}": v for k, v in one.items()}}, album)
        for one in lines
    )
