"""Reading a foreign sheet as ours: which column is which, what is added, what is left out.

`applied` gives a workbook in our own layout whose cells stand where they stood in the file, so
that every rule, fault and marked cell of the usual road holds for a foreign file too.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from . import dates, kinds
from .columns import Column
from .faults import Fault
from .foreign import Profile
from .kinds import month as month_kind
from .tidy import half_width
from .workbook import Cell, Sheet, Workbook, as_text

FIRST, LAST = "first", "last"
DAYS: Final = {FIRST: "当月 1 日", LAST: "当月最后一日"}
TOLD = 200  # notices of one sort that are listed one by one


@dataclass(slots=True)
class Mapping:
    """What a person has decided about a foreign layout.

    columns  name of the file's column → field; "" for one that is left out on purpose
    fills    field → text for cells that are empty, or for all where the file has no such column
    copies   field → name of a column that is read a second time for it
    days     field → FIRST or LAST: the day of dates that carry none
    """

    columns: dict[str, str] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    sheet: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": self.columns,
            "fills": self.fills,
            "copies": self.copies,
            "days": self.days,
            "sheet": self.sheet,
        }

    @property
    def given(self) -> set[str]:
        """Return the fields the mapped file has values for."""
        return {name for name in self.columns.values() if name} | set(self.copies) | set(self.fills)

    @property
    def ignored(self) -> list[str]:
        return [name for name, to in self.columns.items() if not to]


def from_json(content: Any) -> Mapping:
    """Return the mapping a JSON object describes. Raises ValueError with a Chinese sentence."""
    if not isinstance(content, dict):
        raise ValueError("对照方案应是一个对象，含 columns、fills、copies、days")
    parts: dict[str, dict[str, str]] = {}
    for name in ("columns", "fills", "copies", "days"):
        part = content.get(name, {})
        if not isinstance(part, dict) or not all(
            isinstance(k, str) and isinstance(v, str | None) for k, v in part.items()
        ):
            raise ValueError(f"对照方案的 {name} 应是“名称: 文字”的对象")
        parts[name] = {k: v or "" for k, v in part.items()}
    sheet = content.get("sheet") or ""
    if not isinstance(sheet, str):
        raise ValueError("对照方案的 sheet 应是工作表的名称")
    return Mapping(**parts, sheet=sheet)


def takes_day_rule(column: Column) -> bool:
    """Say whether a month alone does not suffice for this column."""
    reader = column.reader
    return isinstance(reader, kinds.day) and not isinstance(reader, month_kind)


def mistakes(
    mapping: Mapping, profile: Profile, columns: Sequence[Column]
) -> list[tuple[str, str]]:
    """Return (field or "", Chinese sentence) of everything that cannot stand; [] when all can.

    What is merely missing is not looked at here.
    """
    by_field = {column.field: column for column in columns}
    wrong: list[tuple[str, str]] = []
    readers: dict[str, list[str]] = {}
    for name, to in mapping.columns.items():
        if profile.column(name) is None:
            wrong.append(("", f"文件里没有「{name}」这一列，请重新对照"))
        if not to:
            continue
        if to not in by_field:
            wrong.append(("", f"「{name}」对照到的「{to}」不是本类数据的列，请重新选择"))
            continue
        readers.setdefault(to, []).append(name)
    for to, names in readers.items():
        if len(names) > 1:
            listed = "」「".join(names)
            wrong.append((to, f"「{listed}」都对照到「{by_field[to].header}」，请只留一列"))
    for to, name in mapping.copies.items():
        if to not in by_field:
            wrong.append(("", f"「{to}」不是本类数据的列"))
        elif profile.column(name) is None:
            wrong.append((to, f"文件里没有「{name}」这一列，「{by_field[to].header}」请另选"))
        elif to in readers:
            wrong.append((to, f"「{by_field[to].header}」已有对照的列，不必再取自「{name}」"))
    for to, text in mapping.fills.items():
        if to not in by_field:
            wrong.append(("", f"「{to}」不是本类数据的列"))
            continue
        read = by_field[to].reader.fresh().convert([text])
        for _, sentence in read.bad:
            shown = by_field[to].masked(text)
            wrong.append((to, f"「{by_field[to].header}」的固定值「{shown}」不行：{sentence}"))
    for to, rule in mapping.days.items():
        if to not in by_field or not takes_day_rule(by_field[to]):
            wrong.append((to if to in by_field else "", "只有日期列可以选择缺日的处理"))
        elif rule not in DAYS:
            wrong.append((to, "缺日的处理只能是当月 1 日或当月最后一日"))
    return wrong


def applied(
    book: Workbook, profile: Profile, mapping: Mapping, columns: Sequence[Column]
) -> tuple[Workbook, list[Fault]]:
    """Return the sheet as our own layout, and what there is to say about it (as warnings)."""
    source = next(sheet for sheet in book.sheets if sheet.name == profile.sheet)
    work = _Work(source, profile, mapping, {column.field: column for column in columns})
    sheet = work.done()
    return Workbook(book.kind, [sheet], {}, dict(book.seconds), list(book.notes)), work.notices


class _Work:
    """One sheet on its way into our layout."""

    def __init__(
        self, source: Sheet, profile: Profile, mapping: Mapping, columns: dict[str, Column]
    ) -> None:
        self.source, self.profile, self.mapping, self.columns = source, profile, mapping, columns
        self.notices: list[Fault] = []
        gone = {line for line, _ in profile.skipped}
        self.lines: list[int] = []
        self.rows: list[list[Cell]] = []
        for line, row in enumerate(source.rows, start=1):
            filled = any(cell not in (None, "") for cell in row)
            data = filled and line > profile.bottom and line not in gone
            self.rows.append(list(row) if data else [])
            if data:
                self.lines.append(line)
        width = max((len(row) for row in source.rows), default=0)
        self.width = max([width, *(one.number for one in profile.columns)])

    def done(self) -> Sheet:
        header: list[Cell] = [""] * self.width
        self._tell_of_the_rest()
        self._unmerge()
        for one in self.profile.columns:
            to = self.mapping.columns.get(one.name, "")
            if to:
                header[one.number - 1] = self.columns[to].header
                self._read(to, one.number)
        for to, name in self.mapping.copies.items():
            copied = self.profile.column(name)
            if copied is not None:
                self._add(header, to, self._column(copied.number))
                self._read(to, len(header))
        placed = {name for name in self.mapping.columns.values() if name} | set(self.mapping.copies)
        for to, text in self.mapping.fills.items():
            if to not in placed:
                self._add(header, to, [text] * len(self.lines))
        self.rows[self.profile.bottom - 1] = header
        return Sheet(
            self.source.name,
            self.rows,
            False,
            [],
            self.source.formulas,
            self.source.formula_count,
        )

    def _column(self, number: int) -> list[Cell]:
        at = number - 1
        rows = self.rows
        return [rows[n - 1][at] if at < len(rows[n - 1]) else None for n in self.lines]

    def _add(self, header: list[Cell], to: str, cells: Sequence[Cell]) -> None:
        header.append(self.columns[to].header)
        at = len(header) - 1
        for line, cell in zip(self.lines, cells, strict=True):
            row = self.rows[line - 1]
            row.extend([None] * (at - len(row)))
            row.append(cell)

    def _put(self, line: int, number: int, value: Cell) -> None:
        row = self.rows[line - 1]
        row.extend([None] * (number - len(row)))
        row[number - 1] = value

    def _read(self, to: str, number: int) -> None:
        """Give days to dates without one, and the default to empty cells."""
        column, rule, default = (
            self.columns[to],
            self.mapping.days.get(to),
            self.mapping.fills.get(to),
        )
        if rule is None and default is None:
            return
        told = 0
        for line, cell in zip(self.lines, self._column(number), strict=True):
            if default is not None and (cell is None or cell == ""):
                self._put(line, number, default)
            elif rule is not None and (day := _with_day(cell, rule)) is not None:
                self._put(line, number, day)
                told += 1
                if told <= TOLD:
                    sentence = f"只有年月，按{DAYS[rule]}录入为 {day.isoformat()}"
                    self._say(line, number, column.header, as_text(cell), sentence)
        if told > TOLD:
            self._say(0, number, column.header, "", f"另有 {told - TOLD} 处只有年月，同样处理")

    def _unmerge(self) -> None:
        """A merged cell below the header says the same for each of its lines."""
        used = {
            one.number
            for one in self.profile.columns
            if self.mapping.columns.get(one.name) or one.name in self.mapping.copies.values()
        }
        wanted = set(self.lines)
        told = 0
        for top, left, bottom, right in self.source.merged:
            if top <= self.profile.bottom or bottom == top or left != right or left not in used:
                continue
            value = self.source.cell(top, left)
            for line in range(top + 1, bottom + 1):
                if line in wanted and value not in (None, ""):
                    self._put(line, left, value)
            told += 1
            if told <= TOLD:
                message = f"合并单元格，第 {top} 至 {bottom} 行都按这一内容处理"
                self._say(top, left, "", as_text(value), message)

    def _tell_of_the_rest(self) -> None:
        for one in self.profile.columns:
            if (
                not self.mapping.columns.get(one.name)
                and one.name not in self.mapping.copies.values()
            ):
                message = f"「{one.name}」一列按对照不导入"
                self._say(self.profile.bottom, one.number, one.name, "", message)
        for line, text in self.profile.skipped:
            self._say(line, 0, "", text, "不是数据行，没有读取")

    def _say(self, line: int, number: int, header: str, value: str, message: str) -> None:
        self.notices.append(Fault(self.source.name, line, number, header, value[:60], message))


def _with_day(cell: Cell, rule: str) -> dt.date | None:
    """Return the day for a cell that holds a month and nothing finer; None for any other."""
    if cell is None or cell == "" or isinstance(cell, bool | dt.date | dt.time):
        return None
    value = half_width(cell) if isinstance(cell, str) else cell
    try:
        dates.read_day(value)
    except dates.Unreadable:
        pass
    else:
        return None
    try:
        first, _ = dates.read_month(value)
    except dates.Unreadable:
        return None
    if rule == FIRST:
        return first
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
