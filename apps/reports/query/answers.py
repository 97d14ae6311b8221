"""How the values of an answer read: texts of a page, cells of a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from apps.core.sheets import Column
from apps.core.sheets.kinds import Kind as SheetKind

from .fields import Field, Kind
from .groups import groups
from .people import age_on
from .question import Asked, sorted_rows

#: rows an export may have while its reader waits; a longer one is made by a job
AT_ONCE = 50_000


def value(one: Field, row: Any, day: dt.date) -> Any:
    """Return the value of a field of a row: number, text, date or None."""
    if one.show is not None:
        return one.show(row)
    if one.kind is Kind.AGE:
        return age_on(row.person.birth_month, day)
    found: Any = row
    for step in one.path.split("__"):
        found = getattr(found, step, None)
        if found is None:
            return None
    return found


def text(one: Field, row: Any, day: dt.date) -> str:
    """Return the value as a page writes it."""
    found = value(one, row, day)
    if found is None or found == "":
        return ""
    if one.kind is Kind.MONTH:
        return f"{found:%Y-%m}"
    if isinstance(found, bool):
        return "是" if found else "否"
    return str(found)


def sections(fields: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """Return the fields by section, in order; a place is a condition and no column."""
    found: dict[str, list[Field]] = {}
    for one in fields:
        found.setdefault(one.section, []).append(one)
    return list(found.items())


class _Cell(SheetKind):
    """A number stays one, everything else is text."""

    numeric = True
    number_format = "General"

    def shown(self, value: Any) -> str | int | float:
        return "" if value is None else value


def table(asked: Asked) -> tuple[list[Column], Generator[Sequence[Any]]]:
    """Return (columns, rows) of a workbook of the answer: the groups, or every row."""
    question = asked.question
    if question.by:
        found = groups(asked)
        heads = [one.label for one in found.fields] + ["人数" if found.ages else "机构数"]
        heads += [f"{one.label}合计" for one in found.sums] + (["平均年龄"] if found.ages else [])
        lines = [
            [*row.labels, row.count, *row.sums, *([row.age] if found.ages else [])]
            for row in found.rows
        ]
        if found.total is not None and lines:
            total = found.total
            blank = ["合计", *[""] * (len(found.fields) - 1)]
            lines.append([*blank, total.count, *total.sums, *([total.age] if found.ages else [])])
        columns = [Column(head, f"c{n}", _Cell()) for n, head in enumerate(heads)]
        return columns, (line for line in lines)
    fields = [one for one in question.shown_columns() if one.kind is not Kind.PLACE]
    columns = [Column(one.label, f"c{n}", _Cell()) for n, one in enumerate(fields)]
    return columns, _rows(asked, fields)


def _rows(asked: Asked, fields: list[Field]) -> Generator[Sequence[Any]]:
    day = asked.question.day
    for row in sorted_rows(asked).iterator(chunk_size=2_000):
        yield [value(one, row, day) if one.is_numeric else text(one, row, day) for one in fields]
