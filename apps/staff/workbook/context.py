"""What the comparisons of one check share: the rows, the codes, and values in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.imports import SHOWN, Change, Line, Plan
from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.units.models import Unit

from .columns import Codes
from .rows import DocumentCell, Rows


class Context:
    """One check.

    examined   paths of the subtrees in which the user may write and the sheet may lie
    viewed     paths of those the user may see
    left_out   rows whose department the register cannot take yet
    hidden     rows about people the user may not know of
    """

    def __init__(
        self,
        rows: Rows,
        plan: Plan,
        codes: Codes,
        *,
        examined: Sequence[str],
        viewed: Sequence[str],
        left_out: set[int],
    ) -> None:
        self.rows, self.plan, self.codes = rows, plan, codes
        self.examined, self.viewed, self.left_out = examined, viewed, left_out
        self.labels = codes.labels()
        self.hidden = 0
        self.given = frozenset(rows.given)
        self.in_quota = {
            key: bool(attrs.get("in_quota", True))
            for key, attrs in codes.attrs("person_status").items()
        }
        self.legal = {
            key: frozenset(f"nature.{value}" for value in attrs.get("legal_natures") or ())
            for key, attrs in codes.attrs("quota_type").items()
        }
        self._natures: dict[str, str] | None = None

    def cell(self, *names: str) -> str:
        """Return the first of the fields that the file has a column for."""
        return next((name for name in names if name in self.given), names[0])

    def header(self, name: str) -> str:
        return self.rows.parsed.columns[name].header

    def nature(self, key: str) -> str:
        if self._natures is None:
            self._natures = dict(CodeValue.objects.of("nature").values_list("pk", "label"))
        return self._natures.get(key, key)

    # -- the preview -------------------------------------------------------------------------
    def count(self, i: int, changes: list[Change], *, is_new: bool) -> None:
        """Count a settled row; the first ones of each sort are shown."""
        plan = self.plan
        if is_new:
            plan.creates += 1
            plan.new_lines.append(self.rows.parsed.lines[i])
            shown = plan.new
        elif changes:
            plan.changes += 1
            plan.changed_lines.append(self.rows.parsed.lines[i])
            shown = plan.changed
        else:
            plan.same += 1
            return
        if len(shown) < SHOWN:
            shown.append(Line(self.rows.parsed.lines[i], self._title(i), tuple(changes)))

    @property
    def is_read(self) -> bool:
        """Whether somebody will read the changes of the next row: names cost a query each."""
        return len(self.plan.changed) < SHOWN or len(self.plan.new) < SHOWN

    def change(self, name: str, old: Any, new: Any) -> Change:
        return Change(self.header(name), self._words(name, old), self._words(name, new))

    def document_words(self, cell: DocumentCell) -> str:
        if cell[0] is None or not self.is_read:
            return cell[1]
        numbers = ApprovalDocument.objects.filter(pk=cell[0]).values_list("number", flat=True)
        return numbers.first() or ""

    def _title(self, i: int) -> str:
        unit, name = self.rows.units[i], self.rows.column("name")[i]
        return f"{name or ''} {unit.name if unit is not None else ''}".strip()

    def _words(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if name == "dept":
            if not self.is_read:
                return str(value)
            names = Unit.objects.filter(pk=value).values_list("name", flat=True)
            return names.first() or str(value)
        return str(self.rows.parsed.columns[name].shown(value))
