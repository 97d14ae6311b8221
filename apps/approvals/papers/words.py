"""Word templates: which placeholders a paper knows, and the template our own code begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.core.prints import Form, TabledLetter, docx, word
from apps.core.prints.word import Value

from ..models import PaperKind, SheetKind
from . import making, rosters, verifying
from .forms import BUILDERS, OPERANDS
from .saying import Said
from .trail import BOXES, day

#: Names every template knows besides its boxes; 二维码 becomes the picture that verifies it.
ALWAYS = ("编号", "核验地址", "二维码", "打印时间", "受理编号", "填表日期", "份数")
#: The same of a sheet of no case; MUST: what has to stay in it, because it shows people.
SHEET_ALWAYS = ("编号", "核验地址", "二维码", "打印人", "打印时间")
MUST = ("打印人", "打印时间")
#: names a template may use although its first version does not
MORE: dict[str, tuple[str, ...]] = {
    PaperKind.NOTICE: ("来文", "人员来源", "年度用编", "主管部门", "经费形式")
}
FOOT = ("编号：{{ 编号 }}　打印时间：{{ 打印时间 }}", "核验：{{ 核验地址 }}")
SHEET_FOOT = (
    "编号：{{ 编号 }}　打印人：{{ 打印人 }}　打印时间：{{ 打印时间 }}",
    "核验：{{ 核验地址 }}",
)
CODE = "{{ 二维码 }}"
_BUILDERS = BUILDERS | rosters.BUILDERS
HAND = "签名（盖章）：　　　　　"
HAND_DAY = "　　　　年　　月　　日"


class _Named(dict[str, str]):
    """A mapping in which every box holds the placeholder of its name, and is noted."""

    def __init__(self, prefix: str = "", keys: tuple[str, ...] = ()) -> None:
        super().__init__({key: f"{{{{ {prefix}{key} }}}}" for key in keys})
        self.prefix = prefix

    def __missing__(self, key: str) -> str:
        self[key] = f"{{{{ {self.prefix}{key} }}}}"
        return self[key]


def default(kind: str) -> bytes:
    """Return the first template of a paper, as its PDF stands."""
    form, _, _ = _drawn(kind)
    if isinstance(form, TabledLetter):
        name = verifying.office()  # the red heading fills one line
        size = min(30.0, max(16.0, 425 / len(name)))
        return docx.write_letter(form, heading_size=size, foot=FOOT, code=CODE)
    return docx.write(form, foot=SHEET_FOOT if kind in SheetKind.values else FOOT, code=CODE)


def _drawn(kind: str) -> tuple[Form | TabledLetter, _Named, _Named]:
    """Return a paper whose boxes hold their names, and the names of its boxes and of its list."""
    values = _Named()
    row = _Named(word.LIST, OPERANDS if kind == PaperKind.SHEET else ())
    form = _BUILDERS[kind](values, [row])
    for name in MORE.get(kind, ()):
        values[name]
    return form, values, row


def known(kind: str) -> list[str]:
    """Return the placeholders of a paper, in the order of its boxes."""
    _, values, row = _drawn(kind)
    always = SHEET_ALWAYS if kind in SheetKind.values else ALWAYS
    return [*values, *(n for n in always if n not in values), *(f"{word.LIST}{n}" for n in row)]


def unknown(kind: str, template: bytes) -> list[str]:
    """Return the placeholders of a template that its paper does not know.

    Raises word.TemplateRefused.
    """
    fine = set(known(kind))
    return [name for name in word.names(template) if name not in fine]


def lacking(kind: str, template: bytes) -> list[str]:
    """Return what a template of a sheet has to say and does not: who printed it, and when (B-11).

    Raises word.TemplateRefused.
    """
    if kind not in SheetKind.values:
        return []
    there = set(word.names(template))
    return [name for name in MUST if name not in there]


def filled(template: bytes, told: Said, more: Mapping[str, Value], request: Any = None) -> bytes:
    """Return a template filled with what a paper says; boxes not signed are left to the hand."""
    values: dict[str, Value] = {**told.values, **more}
    if "下达日期" in told.values:
        values["下达日期"] = day(told.values["下达日期"])
    for box in BOXES:
        values[f"{box}签名"] = values.get(f"{box}签名") or HAND
        values[f"{box}日期"] = values.get(f"{box}日期") or HAND_DAY
    rows = [
        {key: making.with_host(value, request) for key, value in row.items()} for row in told.rows
    ]
    return word.fill(template, values, rows)
