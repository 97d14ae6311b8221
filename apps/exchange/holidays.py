"""The yearly holiday notice as a workbook (KIND holidays)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from apps.audit import services as audit
from apps.core.imports import Change, ImportKind, Line, Plan, Tell, silent
from apps.core.models import Holiday
from apps.core.sheets import Column, Workbook, code, day, parse, text

KINDS = {"holiday": "放假", "workday": "调休上班"}


class HolidayKind(ImportKind):
    code = "holidays"
    label = "节假日"
    sheet_name = "节假日"
    by_unit = False

    def columns(self, user: Any) -> Sequence[Column]:
        return [
            Column("日期", "day", day, required=True, aliases=("date",), example="2026-01-01"),
            Column(
                "类别",
                "kind",
                code(
                    list(KINDS.items()),
                    aliases={"休": "holiday", "班": "workday", "补班": "workday"},
                ),
                required=True,
                aliases=("kind", "类型"),
                example="放假",
            ),
            Column(
                "名称",
                "name",
                text(max_length=40),
                aliases=("holiday_name_zh", "节日"),
                example="元旦",
            ),
            Column("依据", "source", text(max_length=120), aliases=("source", "文号")),
        ]

    def check(self, book: Workbook, *, user: Any, under: Any = None, tell: Tell = silent) -> Plan:
        parsed = parse(book, self.columns(user))
        plan = Plan(self.code, len(parsed), faults=parsed.faults, warnings=parsed.warnings)
        known = {one.day: one for one in Holiday.objects.all()}
        first: dict[Any, int] = {}
        plan.payload = {}
        for i, row in enumerate(parsed.rows()):
            on = row["day"]
            if on is None or row["kind"] is None:
                continue
            if on in first:
                parsed.fault(i, "day", f"与第 {first[on]} 行是同一天，请删去一行")
                continue
            first[on] = parsed.lines[i]
            wanted = {
                name: row.get(name) or ""
                for name in ("kind", "name", "source")
                if name in parsed.given
            }
            old = known.get(on)
            if old is None:
                plan.add_new(Line(parsed.lines[i], f"{on:%Y-%m-%d} {KINDS[row['kind']]}"))
            else:
                changes = tuple(
                    Change(name, str(getattr(old, name)), str(value))
                    for name, value in wanted.items()
                    if getattr(old, name) != value
                )
                if not changes:
                    plan.same += 1
                    continue
                plan.add_changed(Line(parsed.lines[i], f"{on:%Y-%m-%d}", changes))
            plan.payload[on] = wanted
        return plan

    def commit(self, plan: Plan, *, by: Any, tell: Tell = silent) -> None:
        rows = [Holiday(day=on, **wanted) for on, wanted in plan.payload.items()]
        fields = sorted({name for wanted in plan.payload.values() for name in wanted})
        if rows:
            Holiday.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["day"], update_fields=fields
            )
            audit.record(
                "holiday.import", by=by, after={"created": plan.creates, "changed": plan.changes}
            )

    def rows(self, *, user: Any, under: Any = None, on: Any = None) -> Iterable[Any]:
        return Holiday.objects.order_by("day").iterator()
