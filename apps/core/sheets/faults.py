"""What is wrong with a workbook, cell by cell, and the report that lists it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .workbook import letter


@dataclass(slots=True)
class Place:
    """A cell that something is said about.

    sheet    sheet name
    row      Excel's line number, from 1; 0 when the whole sheet is meant
    column   column number from 1; 0 when the whole row is meant
    header   text of the column's header
    """

    sheet: str
    row: int
    column: int
    header: str

    @property
    def column_text(self) -> str:
        """Header and letter of the column, e.g. 身份证号（D列）."""
        return f"{self.header}（{letter(self.column)}列）" if self.column else self.header

    @property
    def where(self) -> str:
        """The place in words, e.g. 「花名册」第 17 行 身份证号（D列）."""
        place = f"「{self.sheet}」" + (f"第 {self.row} 行" if self.row else "")
        return f"{place} {self.column_text}".strip()


@dataclass(slots=True)
class Fault(Place):
    """Something wrong at one cell (in a list of warnings: something worth saying).

    value    what stands in the cell, as text, masked if the column says so
    message  Chinese sentence: what is wrong and what would be right
    """

    value: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return _as_json(self)


@dataclass(slots=True)
class Notice(Place):
    """One normalisation: the cell was taken, but not quite as it stands. Listed as a warning."""

    old: str
    new: str
    why: str

    @property
    def value(self) -> str:
        return self.old

    @property
    def message(self) -> str:
        if self.old.strip() == self.new:
            return self.why
        return f"{self.why}：「{self.old}」→「{self.new}」"

    def as_json(self) -> dict[str, Any]:
        return _as_json(self)


def _as_json(said: Fault | Notice) -> dict[str, Any]:
    return {
        "sheet": said.sheet,
        "row": said.row,
        "column": said.column_text,
        "value": said.value,
        "message": said.message,
    }


class Faults:
    """A bounded list of faults: all are counted, the first `keep` are kept.

    A file with one wrong column can have a fault in every row of 200,000; past the bound
    `as_json` ends with one line that says how many more there are.
    """

    def __init__(self, keep: int = 100_000) -> None:
        self.keep = keep
        self.total = 0
        self.kept: list[Fault | Notice] = []

    def add(self, fault: Fault | Notice) -> None:
        self.total += 1
        if len(self.kept) < self.keep:
            self.kept.append(fault)

    def extend(self, faults: Iterable[Fault | Notice]) -> None:
        for fault in faults:
            self.add(fault)

    def sorted(self) -> list[Fault | Notice]:
        """Return the kept faults in reading order: sheet as met, line, column."""
        order: dict[str, int] = {}
        for fault in self.kept:
            order.setdefault(fault.sheet, len(order))
        return sorted(self.kept, key=lambda f: (order[f.sheet], f.row, f.column))

    def as_json(self, limit: int | None = None) -> list[dict[str, Any]]:
        kept = self.sorted()
        shown = kept if limit is None else kept[:limit]
        rows = [fault.as_json() for fault in shown]
        more = self.total - len(shown)
        if more > 0:
            sentence = f"另有 {more} 处未逐条列出，请先改正以上各处后重新上传"
            rows.append({"sheet": "", "row": 0, "column": "", "value": "", "message": sentence})
        return rows

    def __len__(self) -> int:
        return self.total

    def __bool__(self) -> bool:
        return self.total > 0

    def __iter__(self) -> Iterator[Fault | Notice]:
        return iter(self.kept)


@dataclass(slots=True)
class Report:
    """The result of one import, in the form `import_file --report` writes (design §10)."""

    kind: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int | None = None
    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=lambda: Faults(keep=5_000))
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "withdrawn": self.withdrawn,
            "faults": self.faults.as_json(),
            "warnings": self.warnings.as_json(),
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
        }

    def dumps(self) -> str:
        return json.dumps(self.as_json(), ensure_ascii=False, indent=1)
