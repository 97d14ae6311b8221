"""The ledger of leadership posts as a workbook (KIND posts): one line of the ledger a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core.imports import ImportKind, Line, Plan, Tell, silent
from apps.core.models import CodeValue
from apps.core.sheets import Column, Workbook, code, parse, text, whole_number
from apps.core.sheets.parsing import Parsed
from apps.core.writes import constraint_of
from apps.quotas.ledger_lines import (
    REASON,
    KnownLines,
    basis_columns,
    change_of,
    check_unit,
    line_columns,
    link_documents,
    may_rise,
    refused,
)
from apps.units.finding import UnitFinder
from apps.units.models import Unit

from .models import LeadershipEntry

_SAME = ("unit_id", "post_kind_id", "post_level_id", "change", "on", "document_id", "reason")


class PostKind(ImportKind):
    code = "posts"
    label = "领导职数台账"
    sheet_name = "领导职数"

    def columns(self, user: Any, under: Unit | None = None) -> Sequence[Column]:
        finder = UnitFinder(user=user, permission=self.permission, under=under)
        return [
            *line_columns(finder),
            Column(
                "职数类别",
                "post_kind",
                code(lambda: CodeValue.objects.choices("post_kind")),
                required=True,
                aliases=("类别", "领导职数类别"),
                width=18,
            ),
            Column(
                "职务层次",
                "post_level",
                code(lambda: CodeValue.objects.choices("post_level")),
                width=16,
            ),
            *basis_columns(user),
            Column(
                "增加数", "more", whole_number(minimum=0), aliases=("核定数", "核定职数", "职数")
            ),
            Column("减少数", "fewer", whole_number(minimum=0)),
            REASON,
            Column("备注", "note", text(max_length=300)),
        ]

    def check(
        self, book: Workbook, *, user: Any, under: Unit | None = None, tell: Tell = silent
    ) -> Plan:
        parsed = parse(book, self.columns(user, under))
        plan = Plan(self.code, len(parsed), faults=parsed.faults, warnings=parsed.warnings)
        plan.mapping = parsed.mapping
        labels = dict(CodeValue.objects.choices("post_kind"))
        known = KnownLines(LeadershipEntry, parsed, _SAME)
        entries: list[LeadershipEntry] = []
        lines: list[int] = []
        for i, row in enumerate(parsed.rows()):
            if i % 500 == 0:
                tell("校验", i, len(parsed))
            unit = check_unit(parsed, i, row)
            change = change_of(parsed, i, row)
            if unit is None or change is None:
                continue
            if not (row["post_kind"] and row["document"] and row["on"]):
                continue
            if change > 0 and not may_rise(parsed, i, unit, "领导职数"):
                continue
            entry = LeadershipEntry(
                unit_id=unit.pk,
                post_kind_id=row["post_kind"],
                post_level_id=row.get("post_level"),
                change=change,
                on=row["on"],
                document=row["document"],
                reason=row.get("reason") or ("核增领导职数" if change > 0 else "核减领导职数"),
                note=row.get("note") or "",
            )
            if known.has(parsed, i, row.get("pk"), entry):
                plan.same += 1
                continue
            entries.append(entry)
            lines.append(i)
            words = f"{unit.name} {labels.get(entry.post_kind_id, '')} {change:+d}"
            plan.add_new(Line(parsed.lines[i], f"{words}（{entry.document.number}）"))
        _check_not_negative(parsed, entries, lines)
        plan.payload = entries
        return plan

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        entries: list[LeadershipEntry] = plan.payload
        if not entries:
            return
        tell("写入", 0, len(entries))
        try:
            with transaction.atomic():
                LeadershipEntry.objects.bulk_create(entries, batch_size=5_000)
        except IntegrityError as failure:
            if constraint_of(failure) != "post_balance_is_never_negative":
                raise
            raise refused("核减后有单位的领导职数将小于 0，已被他人变动，请重新校验") from failure
        link_documents(entries, by=by)
        audit.record("leadershipentry.import", by=by, after={"created": len(entries)})

    def rows(self, *, user: Any, under: Unit | None = None, on: Any = None) -> Iterable[Any]:
        found = LeadershipEntry.objects.visible_to(user).select_related("unit", "document")
        if under is not None:
            found = found.under(under)
        if on is not None:
            found = found.filter(on__lte=on)
        for entry in found.order_by("scope", "post_kind", "on", "pk").iterator(chunk_size=2_000):
            yield (
                entry.pk,
                entry.unit.code or "",
                entry.unit.name,
                entry.post_kind_id,
                entry.post_level_id,
                entry.on,
                entry.document.number,
                max(entry.change, 0) or None,
                max(-entry.change, 0) or None,
                entry.reason,
                entry.note,
            )


def _check_not_negative(parsed: Parsed, entries: list[LeadershipEntry], lines: list[int]) -> None:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.unit_id, entry.post_kind_id] += entry.change
    falling = {cell for cell, change in sums.items() if change < 0}
    if not falling:
        return
    held: dict[tuple[int, str], int] = defaultdict(int)
    rows = LeadershipEntry.objects.filter(unit_id__in={u for u, _ in falling}).order_by()
    for unit_id, kind, change in rows.values_list("unit_id", "post_kind_id", "change"):
        held[unit_id, kind] += change
    for n, entry in enumerate(entries):
        cell = (entry.unit_id, entry.post_kind_id)
        if entry.change < 0 and cell in falling and held[cell] + sums[cell] < 0:
            parsed.fault(
                lines[n],
                "fewer",
                f"核减后该单位此类领导职数将为 {held[cell] + sums[cell]} 名，不能小于 0",
            )
