"""KIND roster: people with their spells, in and out. Source: docs/rules.md S-09 to S-12."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from apps.core.imports import ImportKind, Plan, Tell, silent
from apps.core.sheets import Column, Workbook

from ..rules import EXAMINE
from . import check, commit, export
from .columns import Codes, Units, columns


class RosterKind(ImportKind):
    """One row is one spell of one person (人员编号, else the identity number, says of whom)."""

    code = "roster"
    label = "花名册"
    permission = EXAMINE
    sheet_name = "花名册"

    def columns(self, user: Any) -> Sequence[Column]:
        return columns(Codes(), Units(user.subtrees(self.permission)))

    def missing(self, columns: Sequence[Column], given: set[str]) -> list[Column]:
        """Whoever is named by 人员编号 may leave out the rest; a unit is named either way."""
        if "person_no" in given:
            return []
        lacking = super().missing(columns, given)
        if not {"unit", "unit_code"} & given:
            lacking += [column for column in columns if column.field == "unit"]
        return lacking

    def check(self, book: Workbook, *, user: Any, under: Any = None, tell: Tell = silent) -> Plan:
        plan = Plan(self.code)
        check.check(book, plan, user=user, under=under, permission=self.permission, tell=tell)
        return plan

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        commit.commit(plan, by=by, tell=tell)

    def rows(self, *, user: Any, under: Any = None, on: Any = None) -> Iterable[Any]:
        """Yield tuples in column order: spells that hold on the day, numbers masked."""
        paths = check.narrowed(user.subtrees("view_subtree"), under)
        return export.rows(paths=paths, on=on or timezone.localdate())
