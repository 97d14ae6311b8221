"""The rows of a reminder sheet on the page, written without a template.

A county's sheet has ten thousand cells; drawn one by one by a template they were half of its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from apps.core import wording
from apps.core.controls import escaped as esc

from ..sheets import Row, Sheet
from ..sheets.build import Field, Share

if TYPE_CHECKING:
    from .sheets import Address

#: What a figure is called on a phone, where its column heading does not say it alone.
CALLED = {"领导职数核定": "应配"}


def body(sheet: Sheet, rows: Sequence[Row], address: Address) -> SafeString:
    """Return the rows of the table's body; one that says so where there are none."""
    width = len(sheet.headings)
    marks = [_marks(one) for one in sheet.fields]
    drawn = [_row(row, marks, address, width) for row in rows]
    if not drawn:
        drawn = [f'<tr><td colspan="{width}">范围内还没有单位。</td></tr>']
    return mark_safe("\n".join(drawn))  # noqa: S308 - every text is escaped below


def _marks(one: Field) -> tuple[str, str]:
    """Return (classes, label on a phone) of all cells of a column."""
    classes = ["num"] if one.align == "right" else []
    label = ""
    if one.key:
        classes.append("key")
        last = one.path[0] if one.path[-1] == "小计" else one.path[-1]
        label = CALLED.get(last, last)
    return " ".join(classes), f' data-label="{esc(label)}"' if label else ""


def _row(row: Row, marks: Sequence[tuple[str, str]], address: Address, width: int) -> str:
    label = esc(row.label)
    if row.sort == "group":
        return f'<tr class="row-group"><th colspan="{width}" scope="rowgroup">{label}</th></tr>'
    classes = f"row-{row.sort}"
    anchor = ""
    if row.unit is not None:
        classes += " is-muted" if row.unit.is_classified else ""
        anchor = f' id="u{row.unit.pk}"' if row.sort == "unit" else ""
    number = "" if row.number is None else row.number
    cells = "".join(
        _cell(value, row.tones.get(place), *marks[place]) for place, value in enumerate(row.cells)
    )
    return (
        f'<tr class="{classes}"{anchor}><td class="sheet-no">{number}</td>'
        f'<th scope="row" class="sheet-name">{_name(row, address)}</th>{cells}</tr>'
    )


def _name(row: Row, address: Address) -> str:
    label = esc(row.label)
    if row.unit is None:
        return label
    toggle = ""
    if address.toggles(row):
        shown = (
            f'−<span class="visually-hidden">收起{label}的下属单位</span>'
            if row.opened
            else f'＋{row.folded}<span class="visually-hidden"> 个下属单位，展开{label}</span>'
        )
        toggle = f' <a class="sheet-toggle" href="{esc(address.toggled(row.unit))}">{shown}</a>'
    page = esc(address.page(row.unit))
    return f'<span class="name-line"><a href="{page}">{label}</a>{toggle}</span>'


def _cell(value: Any, tone: str | None, classes: str, label: str) -> str:
    classes = f"{classes} is-{tone}".strip() if tone else classes
    css = f' class="{classes}"' if classes else ""
    text = esc(_text(value))
    if hasattr(value, "get_absolute_url"):
        text = f'<a href="{esc(value.get_absolute_url())}">{text}</a>'
    return f"<td{css}{label}>{text}</td>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Share):
        return wording.percent(value.part, value.whole) if value.whole else ""
    return wording.whole(value) if isinstance(value, int) else str(value)
