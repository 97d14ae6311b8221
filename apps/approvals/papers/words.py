"""Word templates: which placeholders a paper knows, and the template our own code begins with."""

from __future__ import annotations

from collections.abc import Mapping

from apps.core.prints import Code, docx, word

from ..models import PaperKind
from .forms import BUILDERS, OPERANDS
from .trail import BOXES
from .values import Said

#: Papers that have a Word form; the notice is a letter with codes and exists as PDF only.
KINDS = tuple(kind for kind in PaperKind if kind != PaperKind.NOTICE)
#: Names every template knows besides its boxes.
ALWAYS = ("编号", "核验地址", "打印时间", "受理编号", "填表日期", "份数")
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
    return docx.write(
        form,
        foot=("编号：{{ 编号 }}　打印时间：{{ 打印时间 }}", "核验：{{ 核验地址 }}"),
    )


def _drawn(kind: str):  # type: ignore[no-untyped-def]
    values = _Named()
    row = _Named(word.LIST, OPERANDS if kind == PaperKind.SHEET else ())
    return BUILDERS[kind](values, [row]), values, row


def known(kind: str) -> list[str]:
    """Return the placeholders of a paper, in the order of its boxes."""
    _, values, row = _drawn(kind)
    return [*values, *(n for n in ALWAYS if n not in values), *(f"{word.LIST}{n}" for n in row)]


def unknown(kind: str, template: bytes) -> list[str]:
    """Return the placeholders of a template that its paper does not know.

    Raises word.TemplateRefused.
    """
    fine = set(known(kind))
    return [name for name in word.names(template) if name not in fine]


def filled(template: bytes, told: Said, more: Mapping[str, str]) -> bytes:
    """Return a template filled with what a paper says; boxes not signed are left to the hand."""
    values = {**told.values, **more}
    for box in BOXES:
        values[f"{box}签名"] = values.get(f"{box}签名") or HAND
        values[f"{box}日期"] = values.get(f"{box}日期") or HAND_DAY
    rows = [
        {key: "" if isinstance(value, Code) else value for key, value in row.items()}
        for row in told.rows
    ]
    return word.fill(template, values, rows)
