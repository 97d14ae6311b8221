"""What the workbooks of both ledgers (编制, 职数) have in common: lines that only add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from apps.core.imports import RefusedByRegister
from apps.core.sheets import Column, Fault, Faults, day, text, whole_number
from apps.core.sheets.parsing import Parsed
from apps.units import services as units
from apps.units.choices import EntityKind, UnitStatus
from apps.units.finding import DocumentFinder, Found, UnitFinder
from apps.units.models import Unit

REASON = Column("变化原因", "reason", text(max_length=200), aliases=("变动摘要", "摘要"), width=30)


def line_columns(finder: UnitFinder) -> list[Column]:
    """Return the columns that name a line and its unit."""
    return [
        Column("台账号", "pk", whole_number(minimum=1), locked=True, help="新增的行留空", width=10),
        Column("机构编码", "code", finder.code_kind(), aliases=("单位编码", "编码"), width=20),
        Column(
            "机构名称", "unit", finder.name_kind(), aliases=("单位", "单位名称", "机构"), width=32
        ),
    ]


def basis_columns(user: Any) -> list[Column]:
    """Return the columns of the day and the document."""
    return [
        Column(
            "日期", "on", day(not_after=timezone.localdate), required=True, aliases=("批准时间",)
        ),
        Column(
            "批准文号",
            "document",
            DocumentFinder(user=user).kind(),
            required=True,
            aliases=("文号", "批文", "依据"),
            help="须是已登记的批文",
            width=24,
        ),
    ]


def check_unit(parsed: Parsed, i: int, row: dict[str, Any]) -> Found | None:
    """Return the unit of row `i`; faults when it is missing or code and name disagree."""
    coded, named = row.get("code"), row.get("unit")
    if coded is not None and named is not None and coded.pk != named.pk:
        parsed.fault(i, "unit", f"编码 {coded.code} 的机构是“{coded.name}”，与名称不符")
        return None
    found = coded or named
    cells = [name for name in ("code", "unit") if name in parsed.given]
    if found is None and not any(parsed.raw(i, name) for name in cells):
        parsed.fault(i, cells[0], "请写机构编码或机构名称")
    return found


def may_rise(parsed: Parsed, i: int, unit: Found, what: str) -> bool:
    """Say whether the unit of row `i` may be given more `what` (编制, 领导职数); faults if not."""
    if unit.kind != EntityKind.GROUPING and unit.status != UnitStatus.ABOLISHED:
        return True
    cell = "unit" if "unit" in parsed.given else "code"
    parsed.fault(i, cell, f"“{unit.name}”不能核定{what}（机构分组或已撤销）")
    return False


def change_of(parsed: Parsed, i: int, row: dict[str, Any]) -> int | None:
    """Return the change a row asks for; faults when both or neither column is filled in."""
    more, fewer = row.get("more") or 0, row.get("fewer") or 0
    if more and fewer:
        parsed.fault(i, "fewer", "增加和减少只能填一个；置换请分成两行")
        return None
    if not more and not fewer:
        cell = "more" if "more" in parsed.given else "fewer"
        if cell in parsed.given:
            parsed.fault(i, cell, "请填增加数或减少数")
        return None
    return more - fewer


class KnownLines:
    """The lines a file may already have brought: by their number, and by all they say.

    said   attributes that make two lines the same
    """

    def __init__(self, model: type[models.Model], parsed: Parsed, said: tuple[str, ...]) -> None:
        self._said = said
        self._by_pk: dict[int, tuple] = {}
        self._counts: dict[tuple, int] = defaultdict(int)
        unit_ids = {
            found.pk
            for name in ("code", "unit")
            for found in parsed.values.get(name, ())
            if found is not None
        }
        numbered = {pk for pk in parsed.values.get("pk", ()) if pk}
        rows = model._default_manager.filter(unit_id__in=unit_ids).order_by()
        for pk, *values in rows.values_list("pk", *said):
            self._by_pk[pk] = tuple(values)
            if pk not in numbered:
                self._counts[tuple(values)] += 1

    def has(self, parsed: Parsed, i: int, pk: int | None, entry: models.Model) -> bool:
        """Say whether row `i` is in the ledger; faults when it says otherwise than it did."""
        said = tuple(getattr(entry, name) for name in self._said)
        if pk is not None:
            old = self._by_pk.get(pk)
            if old is None:
                parsed.fault(i, "pk", f"没有台账号为 {pk} 的记录；新增的行请把台账号留空")
            elif old != said:
                parsed.fault(i, "pk", "已记的账不能改；请把这一行恢复原样，另加一行更正")
            return True
        if self._counts.get(said, 0) > 0:
            self._counts[said] -= 1
            return True
        return False


def refused(words: str) -> RefusedByRegister:
    """Return the refusal of a whole commit with one sentence."""
    faults = Faults()
    faults.add(Fault("", 0, 0, "", "", words))
    return RefusedByRegister(faults)


def link_documents(entries: Iterable[Any], *, by: Any) -> None:
    """Note which units the cited documents concern."""
    concerned: dict[int, tuple[Any, set[int]]] = {}
    for entry in entries:
        concerned.setdefault(entry.document_id, (entry.document, set()))[1].add(entry.unit_id)
    for document, unit_ids in concerned.values():
        units.link_all(document=document, units=[Unit(pk=pk) for pk in unit_ids], by=by)
