"""A sheet as a printed workbook (A3 across)."""

from __future__ import annotations

from typing import Any

from apps.core.sheets import Layout, Line

from .build import Row, Share, Sheet

_SORTS = {"unit": "plain", "part": "plain"}
#: columns before the fields: 序号, 单位
BEFORE = 2


def layout_of(sheet: Sheet) -> Layout:
    return Layout(
        name=sheet.name,
        title=sheet.title,
        headings=sheet.headings,
        lines=[_line(row) for row in sheet.rows],
        about=sheet.about,
        notes=[sheet.sentence, *(f"注：{note}" for note in sheet.notes)],
        paper="A3",
        frozen=BEFORE,
    )


def _line(row: Row) -> Line:
    if row.sort == "group":
        return Line([row.label], sort="group", span=True)
    label = f"　　{row.label}" if row.sort == "part" else row.label
    tones = {place + BEFORE + 1: tone for place, tone in row.tones.items()}
    if row.unit is not None and row.unit.is_classified:
        tones = {BEFORE: "muted", **tones}
    return Line(
        [row.number, label, *(_plain(value) for value in row.cells)],
        sort=_SORTS.get(row.sort, row.sort),
        tones=tones,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        return value.ratio
    return getattr(value, "number", value)
