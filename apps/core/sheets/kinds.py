"""What a column may hold: reading cells of one column, all rows at once.

A kind reads each *distinct* cell of a column once and maps the result onto all rows, so that
100,000 rows of twenty-five columns take seconds and no object is made per cell.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import dates
from .tidy import CODE, Rules, is_plain, key, tidy
from .workbook import Cell, CellError, as_text


class Bad(ValueError):
    """A cell that cannot stand. The message is a Chinese sentence saying what would be right."""


class Several:
    """What a `ref` lookup gives for a text that more than one thing answers to."""

    def __init__(self, options: Sequence[str]) -> None:
        self.options = list(options)


@dataclass(slots=True)
class Converted:
    """One column read: `values` in row order; the others name row indexes."""

    values: list[Any]
    bad: list[tuple[int, str]] = field(default_factory=list)  # (row index, message)
    tidied: list[tuple[int, str, str]] = field(default_factory=list)  # (row index, new text, why)


class Kind:
    """Base of all kinds. A subclass says how one cell is read (`one`) and written (`shown`).

    rules         how text is tidied before `one` sees it
    numeric       written to workbooks as a number
    number_format Excel's number format for cells to be filled in
    """

    rules: Rules = Rules()
    numeric = False
    number_format = "@"

    def one(self, value: Cell) -> Any:
        """Return the value of one tidied, non-empty cell. Raises Bad. May call `remark`."""
        raise NotImplementedError

    def prepare(self, texts: list[str]) -> None:
        """Called once with all distinct tidied texts of the column, before any `one`."""

    def shown(self, value: Any) -> str | int | float:
        """Return how a value is written in an exported cell."""
        return "" if value is None else str(value)

    def listed(self) -> list[str] | None:
        """Return the labels for a drop-down, or None."""
        return None

    def described(self) -> str:
        """Return in a few words what to fill in (template and help)."""
        return ""

    def __init__(self) -> None:
        self._remark = ""

    def fresh(self) -> Kind:
        """Return a copy for one reading or writing: nothing looked up before is remembered.

        Columns may be module constants, shared by threads and living as long as the process.
        """
        return copy.copy(self)

    def remark(self, why: str) -> None:
        """Say, from inside `one`, that the cell is taken but in a way worth a warning."""
        self._remark = why

    def convert(self, values: Sequence[Cell]) -> Converted:
        """Read one column. None and "" become None; nothing is raised."""
        # 1, 1.0 and True are equal as dictionary keys, so everything but text carries its type.
        keys: Sequence[Any] = values
        if not set(map(type, values)) <= {str, type(None)}:
            keys = [v if v is None or v.__class__ is str else (v.__class__, v) for v in values]
        table: dict[Any, Any] = dict.fromkeys(keys)
        cells = [
            (item, item if item is None or item.__class__ is str else item[1]) for item in table
        ]
        return self._convert(cells, table, keys)

    def convert_coded(self, values: Sequence[Cell], codes: Sequence[int]) -> Converted:
        """Read one column that comes as its distinct cells and a place among them for each row."""
        used = sorted(set(codes))
        return self._convert([(n, values[n]) for n in used], dict.fromkeys(used), codes)

    def _convert(
        self, cells: list[tuple[Any, Cell]], table: dict[Any, Any], keys: Sequence[Any]
    ) -> Converted:
        """cells: (key, cell) of each distinct cell; table: key → value, to be filled."""
        notes: dict[Any, tuple[str, list[str]]] = {}
        pending: list[tuple[Any, Cell]] = []
        rules, plain = self.rules, is_plain
        for item, cell in cells:
            if cell is None:
                continue
            if cell.__class__ is str:
                if plain(cell):
                    pending.append((item, cell))
                    continue
                text, reasons = tidy(cell, rules)
                if text:
                    pending.append((item, text))
                    if reasons:
                        notes[item] = (text, reasons)
            else:
                pending.append((item, cell))
        self.prepare([cell if cell.__class__ is str else as_text(cell) for _, cell in pending])
        bad: dict[Any, str] = {}
        one = self.one
        for item, cell in pending:
            self._remark = ""
            try:
                if cell.__class__ is CellError:
                    raise Bad(f"单元格是 Excel 的错误值 {cell}，请改为实际内容")
                table[item] = one(cell)
            except Bad as fault:
                bad[item] = str(fault)
            if self._remark:
                text, reasons = notes.get(item, (as_text(cell), []))
                notes[item] = (text, [*reasons, self._remark])
        out = Converted(list(map(table.__getitem__, keys)))
        if bad:
            out.bad = [(i, bad[item]) for i, item in enumerate(keys) if item in bad]
        if notes:
            out.tidied = [
                (i, notes[item][0], "；".join(notes[item][1]))
                for i, item in enumerate(keys)
                if item in notes
            ]
        return out


def plain_text(value: Cell) -> str:
    """Return a cell as text for a text column. Raises Bad for a number Excel has damaged."""
    if value.__class__ is str:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1e15:
        raise Bad("长数字已被 Excel 改写，末几位不可靠；请把该列设为“文本”后重新录入")
    return as_text(value)


class text(Kind):
    """Text of at most `max_length` characters.

    half_width, inner, lines, middle_dot: see tidy.Rules.  pattern: regular expression the whole
    text must match, with `message` as the sentence if not.  check: called with the text, returns
    a sentence if it is wrong, else None; the place for check digits.
    """

    def __init__(
        self,
        max_length: int | None = None,
        *,
        half_width: bool = False,
        inner: str = "one",
        lines: bool = False,
        middle_dot: bool = False,
        pattern: str | None = None,
        message: str = "格式不对",
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        super().__init__()
        self.max_length = max_length
        self.rules = Rules(half_width, inner, lines, middle_dot)
        self.pattern = re.compile(pattern) if pattern else None
        self.message = message
        self.check = check

    def one(self, value: Cell) -> str:
        content = plain_text(value)
        if self.max_length is not None and len(content) > self.max_length:
            raise Bad(f"有 {len(content)} 个字，最多 {self.max_length} 个")
        if self.pattern is not None and not self.pattern.fullmatch(content):
            raise Bad(self.message)
        if self.check is not None and (sentence := self.check(content)):
            raise Bad(sentence)
        return content

    def described(self) -> str:
        return f"文字，最多 {self.max_length} 字" if self.max_length else "文字"


class whole_number(Kind):
    """A whole number, optionally within bounds."""

    rules = CODE
    numeric = True
    number_format = "0"
    _digits = re.compile(r"([+-]?\d{1,15})(?:\.0+)?")
    _grouped = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.0+)?")

    def __init__(self, minimum: int | None = None, maximum: int | None = None) -> None:
        super().__init__()
        self.minimum, self.maximum = minimum, maximum

    def one(self, value: Cell) -> int:
        number = self._number(value)
        if self.minimum is not None and number < self.minimum:
            raise Bad(f"不能小于 {self.minimum}")
        if self.maximum is not None and number > self.maximum:
            raise Bad(f"不能大于 {self.maximum}")
        return number

    def _number(self, value: Cell) -> int:
        if isinstance(value, bool):
            raise Bad("应为整数")
        if isinstance(value, int | float):
            if float(value).is_integer() and abs(value) < 1e15:
                return int(value)
            raise Bad("应为整数，不能带小数")
        content = as_text(value)
        if self._grouped.fullmatch(content):
            content = content.replace(",", "")
        if found := self._digits.fullmatch(content):
            return int(found[1])
        raise Bad("应为整数，只写数字，不带单位")

    def shown(self, value: Any) -> str | int | float:
        return "" if value is None else value

    def described(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"整数，{self.minimum} 至 {self.maximum}"
        if self.minimum is not None:
            return f"整数，不小于 {self.minimum}"
        return "整数"


class day(Kind):
    """A calendar day, as datetime.date. `not_after`/`not_before`: date or callable giving one."""

    rules = Rules(half_width=True, inner="one")

    def __init__(self, *, not_before: Any = None, not_after: Any = None) -> None:
        super().__init__()
        self.not_before, self.not_after = not_before, not_after

    def fresh(self) -> day:
        made = copy.copy(self)  # a bound that is asked for is asked once, not for every cell
        made.not_before = self.not_before() if callable(self.not_before) else self.not_before
        made.not_after = self.not_after() if callable(self.not_after) else self.not_after
        return made

    def one(self, value: Cell) -> Any:
        try:
            found, remark = self._read(value)
        except dates.Unreadable as fault:
            raise Bad(str(fault)) from None
        if remark:
            self.remark(remark)
        low = self.not_before() if callable(self.not_before) else self.not_before
        high = self.not_after() if callable(self.not_after) else self.not_after
        if low is not None and found < low:
            raise Bad(f"不能早于 {low.isoformat()}")
        if high is not None and found > high:
            raise Bad(f"不能晚于 {high.isoformat()}")
        return found

    def _read(self, value: Cell) -> Any:
        return dates.read_day(value)

    def shown(self, value: Any) -> str | int | float:
        return as_text(value)

    def described(self) -> str:
        return "日期，如 2015-03-01"


class month(day):
    """A month, as the datetime.date of its first day."""

    def _read(self, value: Cell) -> Any:
        return dates.read_month(value)

    def shown(self, value: Any) -> str | int | float:
        if isinstance(value, dt.date):
            return f"{value.year:04d}-{value.month:02d}"
        return as_text(value)

    def described(self) -> str:
        return "年月，如 2015-03"


class yes_no(Kind):
    """是 or 否, as bool."""

    rules = CODE
    _yes = frozenset({"是", "有", "对", "√", "✓", "✔", "y", "yes", "1", "true", "t"})
    _no = frozenset({"否", "无", "不是", "没有", "×", "✗", "✘", "x", "n", "no", "0", "false", "f"})

    def one(self, value: Cell) -> bool:
        if isinstance(value, bool):
            return value
        content = key(as_text(value))
        if content in self._yes:
            return True
        if content in self._no:
            return False
        raise Bad("请填“是”或“否”")

    def shown(self, value: Any) -> str | int | float:
        if isinstance(value, str) or value is None:
            return value or ""
        return "是" if value else "否"

    def listed(self) -> list[str]:
        return ["是", "否"]

    def described(self) -> str:
        return "是或否"
