"""What every import has in common: a kind that checks a workbook, and the plan it comes to.

A kind lives in the app whose rows it writes (`apps/<app>/workbook.py`) and registers itself;
the exchange app owns the wizard, the jobs and `manage.py import_file`. docs/adr/0004.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from . import sheets
from .sheets import Column, Faults, Workbook

#: How many lines of each sort the preview shows.
SHOWN = 200

Tell = Callable[[str, int, int], None]  #: stage, done, total; raises when the owner cancels


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


class Change(NamedTuple):
    """One field of one row that would change, as the preview shows it (masked where need be)."""

    label: str
    before: str
    after: str


class Line(NamedTuple):
    """One line of the preview.

    line     Excel's line number
    title    what the row is about, in words: name and unit
    changes  what would change; empty for new rows
    """

    line: int
    title: str
    changes: tuple[Change, ...] = ()


@dataclass
class Plan:
    """What an import would do; nothing is written yet.

    rows        data rows read
    new, changed    first lines of each sort, for the preview
    new_lines, changed_lines    Excel line numbers of all of them
    faults      empty, or nothing may be committed
    seconds     stage → seconds
    payload     the kind's own, for commit
    """

    kind: str
    rows: int = 0
    creates: int = 0
    changes: int = 0
    same: int = 0
    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=lambda: Faults(keep=5_000))
    seconds: dict[str, float] = field(default_factory=dict)
    mapping: list[tuple[str, str]] = field(default_factory=list)  # (column, header found)
    payload: Any = None
    new_lines: array[int] = field(default_factory=lambda: array("l"))
    changed_lines: array[int] = field(default_factory=lambda: array("l"))

    def add_new(self, line: Line) -> None:
        self.creates += 1
        self.new_lines.append(line.line)
        if len(self.new) < SHOWN:
            self.new.append(line)

    def add_changed(self, line: Line) -> None:
        self.changes += 1
        self.changed_lines.append(line.line)
        if len(self.changed) < SHOWN:
            self.changed.append(line)

    @property
    def is_clean(self) -> bool:
        return not self.faults


class RefusedByRegister(Exception):
    """The register refused the commit (somebody was faster): carries the faults to show."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("已被他人变动，请重新校验")
        self.faults = faults


class ImportKind:
    """One kind of workbook. Subclasses say what its columns are and what rows they make.

    code        KIND of import_file
    label       in words
    permission  what the user must hold on the unit imported under
    version     of the template (whole number); raised with every change of its columns
    types       endings of the files it takes, without the dot; max_mb: their size in MiB
    by_unit     an export can be narrowed to one unit and those under it
    grid        every cell of a short file can be changed in the page, not just faulty ones
    """

    code = ""
    label = ""
    permission = "maintain"
    version = 1
    sheet_name = ""
    exportable = True
    by_unit = True
    types: tuple[str, ...] = ("xlsx", "xls", "csv")
    max_mb = 20
    grid = False

    def guard(self, path: Path, name: str) -> None:
        """Look an upload through without reading its values. Raises sheets.Refused."""
        sheets.check(path, name)

    def read(self, path: str | Path, name: str, *, user: Any) -> Workbook:
        """Return the values of a file as a workbook. Raises sheets.Refused."""
        return sheets.read(path, name)

    def columns(self, user: Any) -> Sequence[Column]:
        """Return the columns of template, import and export, as `user` may fill them."""
        raise NotImplementedError

    def missing(self, columns: Sequence[Column], given: set[str]) -> list[Column]:
        """Return the columns a file cannot go without that `given` (fields) does not have."""
        return [
            column
            for column in columns
            if column.required and not column.optional_header and column.field not in given
        ]

    def check(self, book: Workbook, *, user: Any, under: Any = None, tell: Tell = silent) -> Plan:
        """Check every rule on every row; all faults at once; write nothing.

        under   Unit below which the rows must lie, or None: all that `user` may maintain
        """
        raise NotImplementedError

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        """Write a clean plan; runs inside the caller's transaction. Raises RefusedByRegister."""
        raise NotImplementedError

    def rows(self, *, user: Any, under: Any = None, on: Any = None) -> Iterable[Any]:
        """Yield what an export of this kind holds: what `user` may see, in column order."""
        raise NotImplementedError


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Make a kind known to wizard and commands; called from AppConfig.ready()."""
    KINDS[kind.code] = kind
