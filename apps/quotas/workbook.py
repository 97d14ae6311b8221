"""The quota ledger as a workbook (KIND quotas): one line of the ledger a row.

A line that was imported before is recognised, by 台账号 or by all it says, and left alone; what
has been entered is corrected by another line, never changed (docs/rules.md Q-01).
"""

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
from apps.units.finding import Found, UnitFinder
from apps.units.models import Unit

from .choices import FALLING, RISING, EntryKind
from .ledger_lines import (
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
from .models import Balance, QuotaEntry
from .refusals import refusal_of, sentence
from .rules import may_go_together

_SAME = ("unit_id", "quota_type_id", "change", "kind", "on", "document_id", "reason")


class QuotaKind(ImportKind):
    code = "quotas"
    label = "编制台账"
    sheet_name = "编制台账"

    def columns(self, user: Any, under: Unit | None = None) -> Sequence[Column]:
        finder = UnitFinder(user=user, permission=self.permission, under=under)
        return [
            *line_columns(finder),
            Column(
                "编制类型",
                "quota_type",
                code(lambda: CodeValue.objects.choices("quota_type")),
                required=True,
                aliases=("编制性质", "编制种类"),
            ),
            Column(
                "变动类别",
                "kind",
                code(EntryKind.choices),
                aliases=("类别",),
                help="不填时按增减判断为核增或核减",
            ),
            *basis_columns(user),
            Column(
                "增编数", "more", whole_number(minimum=0), aliases=("核定编制", "编制数", "核定数")
            ),
            Column("减编数", "fewer", whole_number(minimum=0)),
            REASON,
            Column("经费形式", "funding", code(lambda: CodeValue.objects.choices("funding"))),
            Column("级别来源", "source_level", text(max_length=10)),
            Column("备注", "note", text(max_length=300)),
        ]

    def check(
        self, book: Workbook, *, user: Any, under: Unit | None = None, tell: Tell = silent
    ) -> Plan:
        parsed = parse(book, self.columns(user, under))
        plan = Plan(self.code, len(parsed), faults=parsed.faults, warnings=parsed.warnings)
        plan.mapping = parsed.mapping
        types = {one.pk: one for one in CodeValue.objects.of("quota_type")}
        entries: list[QuotaEntry] = []
        lines: list[int] = []
        needs: dict[tuple[int, str], list[int]] = defaultdict(list)
        known = KnownLines(QuotaEntry, parsed, _SAME)
        for i, row in enumerate(parsed.rows()):
            if i % 500 == 0:
                tell("校验", i, len(parsed))
            unit = check_unit(parsed, i, row)
            change = change_of(parsed, i, row)
            if unit is None or change is None or not (row["quota_type"] and row["document"]):
                continue
            kind = row.get("kind") or (EntryKind.GRANT if change > 0 else EntryKind.CUT)
            if not _allowed(parsed, i, unit, types[row["quota_type"]], kind, change):
                continue
            if row["on"] is None:
                continue
            entry = QuotaEntry(
                unit_id=unit.pk,
                quota_type_id=row["quota_type"],
                change=change,
                kind=kind,
                on=row["on"],
                document=row["document"],
                reason=row.get("reason") or EntryKind(kind).label,
                funding_id=row.get("funding"),
                source_level=row.get("source_level") or "",
                note=row.get("note") or "",
            )
            if known.has(parsed, i, row.get("pk"), entry):
                plan.same += 1
                continue
            entries.append(entry)
            lines.append(i)
            needs[entry.unit_id, entry.quota_type_id].append(len(entries) - 1)
            words = f"{unit.name} {types[row['quota_type']].label} {change:+d}"
            plan.add_new(Line(parsed.lines[i], f"{words}（{row['document'].number}）"))
        _check_room(parsed, entries, lines, needs)
        plan.payload = entries
        return plan

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        entries: list[QuotaEntry] = plan.payload
        if not entries:
            return
        tell("写入", 0, len(entries))
        try:
            with transaction.atomic():
                QuotaEntry.objects.bulk_create(entries, batch_size=5_000)
        except IntegrityError as failure:
            refusal = refusal_of(failure, entry=True)
            if refusal is None:
                raise
            raise refused(sentence(refusal)) from failure
        link_documents(entries, by=by)
        audit.record("quotaentry.import", by=by, after={"created": len(entries)})

    def rows(self, *, user: Any, under: Unit | None = None, on: Any = None) -> Iterable[Any]:
        found = QuotaEntry.objects.visible_to(user).select_related("unit", "document")
        if under is not None:
            found = found.under(under)
        if on is not None:
            found = found.filter(on__lte=on)
        for entry in found.order_by("scope", "quota_type", "on", "pk").iterator(chunk_size=2_000):
            yield (
                entry.pk,
                entry.unit.code or "",
                entry.unit.name,
                entry.quota_type_id,
                entry.kind,
                entry.on,
                entry.document.number,
                max(entry.change, 0) or None,
                max(-entry.change, 0) or None,
                entry.reason,
                entry.funding_id,
                entry.source_level,
                entry.note,
            )


def _allowed(
    parsed: Parsed, i: int, unit: Found, quota_type: CodeValue, kind: str, change: int
) -> bool:
    """Rules Q-06, Q-12, Q-13 for one row."""
    if (kind in RISING and change < 0) or (kind in FALLING and change > 0):
        cell = "more" if change > 0 else "fewer"
        parsed.fault(i, cell, f"“{EntryKind(kind).label}”与增减数不符，请核对变动类别")
        return False
    if change < 0:
        return True
    if not may_rise(parsed, i, unit, "编制"):
        return False
    if not may_go_together(quota_type.attrs, unit.nature_id):
        parsed.fault(i, "quota_type", f"按机构性质，“{unit.name}”不能使用{quota_type.label}")
        return False
    return True


def _check_room(
    parsed: Parsed,
    entries: list[QuotaEntry],
    lines: list[int],
    needs: dict[tuple[int, str], list[int]],
) -> None:
    """Fault the rows of cells that the file would cut below the people who hold the places."""
    falling = {
        cell: places for cell, places in needs.items() if sum(entries[n].change for n in places) < 0
    }
    if not falling:
        return
    unit_ids = {unit_id for unit_id, _ in falling}
    balances = {
        (row.unit_id, row.quota_type_id): row
        for row in Balance.objects.filter(unit_id__in=unit_ids)
    }
    for cell, places in falling.items():
        row = balances.get(cell) or Balance(approved=0, actual=0, reserved=0, over_allowed=0)
        after = row.approved + sum(entries[n].change for n in places)
        if after >= 0 and row.actual + row.reserved <= after + row.over_allowed:
            continue
        words = (
            f"核减后该单位此类编制将为 {after} 名，而实有 {row.actual} 名、在途 {row.reserved} 名；"
            "请先办理出编，或减少核减数"
        )
        for n in places:
            if entries[n].change < 0:
                parsed.fault(lines[n], "fewer", words)
