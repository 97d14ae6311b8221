"""Checking and committing one workbook: the road that wizard, jobs and commands share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.core import sheets
from apps.core.imports import KINDS, ImportKind, Plan, RefusedByRegister, Tell, silent
from apps.core.sheets import Fault, Report
from apps.core.writes import sign

#: Faults and warnings a report holds; the rest is counted.
LISTED = 20_000


@dataclass
class Run:
    """One workbook, read and checked."""

    kind: ImportKind
    plan: Plan
    report: Report


def check(
    path: str | Path, name: str, kind: str, *, user: Any, under: Any = None, tell: Tell = silent
) -> Run:
    """Read and check a workbook; write nothing. Raises sheets.Refused."""
    chosen = KINDS[kind]
    tell("读取文件", 0, 0)
    book = sheets.read(path, name)
    tell("校验", 0, 0)
    start = time.perf_counter()
    plan = chosen.check(book, user=user, under=under, tell=tell)
    seconds = {**book.seconds, **plan.seconds, "check": time.perf_counter() - start}
    warning = sheets.template_warning(book, chosen.code, chosen.version)
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
    return Run(chosen, plan, report)


def commit(run: Run, *, by: Any, tell: Tell = silent) -> None:
    """Write a clean run in one transaction. Raises RefusedByRegister; then nothing is written."""
    if not run.plan.is_clean:
        raise RefusedByRegister(run.plan.faults)
    start = time.perf_counter()
    with transaction.atomic():
        sign(by=by)
        run.kind.commit(run.plan, by=by, tell=tell)
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
