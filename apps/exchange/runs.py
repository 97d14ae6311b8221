"""Checking and committing one workbook: the road that wizard, jobs and commands share."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.core import sheets
from apps.core.imports import KINDS, ImportKind, Plan, RefusedByRegister, Tell, silent
from apps.core.sheets import Fault, Mapping, Report, Workbook
from apps.core.writes import change_id, sign
from apps.units.models import Unit

from . import layouts, tracks
from .choices import Mode
from .fixes import Fix, changeable, laid_over

#: Faults and warnings a report holds; the rest is counted.
LISTED = 20_000
#: Lines left out by the mode that are told one by one.
TOLD = 500


@dataclass
class Trace:
    """What a commit has left behind. reach: smallest subtree with all of it."""

    change_id: Any
    tracks: dict[str, list[int]]
    reach: Unit | None


@dataclass
class Run:
    """One workbook, read and checked.

    layout, mapping   of a foreign file; None for our own template
    skipped           lines left out by the mode
    book              the file in our layout, with what was put right
    """

    kind: ImportKind
    plan: Plan
    report: Report
    book: Workbook
    layout: layouts.Foreign | None = None
    mapping: Mapping | None = None
    skipped: int = 0
    trace: Trace | None = field(default=None)


def check(
    path: str | Path,
    name: str,
    kind: str,
    *,
    user: Any,
    under: Any = None,
    tell: Tell = silent,
    mapping: Mapping | None = None,
    sheet: str = "",
    fixes: Sequence[Fix] = (),
    mode: str = Mode.BOTH,
) -> Run:
    """Read and check a workbook; write nothing.

    mapping  how a foreign layout is read; None: our template, or a source the office remembers
    sheet    of a foreign file that is to be looked at; "": the one that says the most
    fixes    cells put right in the page
    mode     which rows are taken: new ones, known ones, or both
    Raises sheets.Refused, layouts.Unmapped, layouts.BadMapping.
    """
    chosen = KINDS[kind]
    tell("读取文件", 0, 0)
    book = chosen.read(path, name, user=user)
    tell("校验", 0, 0)
    start = time.perf_counter()
    ours, notices, layout, mapping = layouts.prepare(
        book, chosen, user=user, mapping=mapping, sheet=sheet
    )
    laid_over(ours, fixes)
    plan = chosen.check(ours, user=user, under=under, tell=tell)
    skipped = 0
    if mode != Mode.BOTH:
        plan, skipped = _narrowed(ours, chosen, plan, mode, user=user, under=under, tell=tell)
    for notice in notices:
        plan.warnings.add(notice)
    seconds = {**book.seconds, **plan.seconds, "check": time.perf_counter() - start}
    warning = None if layout else sheets.template_warning(book, chosen.code, chosen.version)
    if warning:
        plan.warnings.add(Fault(book.sheets[0].name, 0, 0, "", "", warning))
    for note in book.notes:
        plan.warnings.add(Fault(book.sheets[0].name, 0, 0, "", "", note))
    report = Report(
        kind=kind,
        rows=plan.rows,
        created=plan.creates,
        changed=plan.changes,
        unchanged=plan.same,
        faults=plan.faults,
        warnings=plan.warnings,
        seconds=seconds,
    )
    return Run(chosen, plan, report, ours, layout, mapping, skipped)


def _narrowed(
    book: Workbook, kind: ImportKind, plan: Plan, mode: str, **about: Any
) -> tuple[Plan, int]:
    """Leave out the rows the mode does not take and check the rest again."""
    left_out: Iterable[int] = plan.changed_lines if mode == Mode.ADD else plan.new_lines
    lines = sorted(set(left_out))
    if not lines:
        return plan, 0
    sheet = sheets.choose_sheet(book, kind.columns(about["user"]))
    why = "已在库中，按“只新增”没有更新" if mode == Mode.ADD else "库中没有，按“只更新”没有新增"
    rows = plan.rows
    if len(lines) >= rows:
        plan = Plan(kind.code, warnings=plan.warnings, mapping=plan.mapping, payload=plan.payload)
    else:
        kept = changeable(sheet)
        for line in lines:
            kept[line - 1] = []
        plan = kind.check(book, **about)
    plan.rows = rows
    for line in lines[:TOLD]:
        plan.warnings.add(Fault(sheet.name, line, 0, "", "", why))
    if len(lines) > TOLD:
        more = f"另有 {len(lines) - TOLD} 行{why}"
        plan.warnings.add(Fault(sheet.name, 0, 0, "", "", more))
    return plan, len(lines)


def commit(run: Run, *, by: Any, tell: Tell = silent) -> None:
    """Write a clean run in one transaction. Raises RefusedByRegister; then nothing is written."""
    if not run.plan.is_clean:
        raise RefusedByRegister(run.plan.faults)
    start = time.perf_counter()
    with transaction.atomic():
        sign(by=by)
        before = tracks.marks()
        if run.plan.creates or run.plan.changes:
            run.kind.commit(run.plan, by=by, tell=tell)
        change, left = change_id(), tracks.since(before)
        run.trace = Trace(change, left, tracks.reach(left, change))
    run.report.seconds["commit"] = time.perf_counter() - start


def preview_of(plan: Plan) -> dict[str, Any]:
    """Return the JSON the preview page is drawn from."""

    def lines(found: list[Any]) -> list[dict[str, Any]]:
        return [
            {"line": one.line, "title": one.title, "changes": [list(c) for c in one.changes]}
            for one in found
        ]

    return {
        "new": lines(plan.new),
        "changed": lines(plan.changed),
        "mapping": [list(pair) for pair in plan.mapping],
    }
