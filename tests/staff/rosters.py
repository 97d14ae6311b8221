"""Roster workbooks for tests, written as an office would, and what the register holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import call_command

from apps.audit.models import AuditEvent
from apps.quotas.models import Balance
from apps.staff.models import Occupancy, Person, PostHolding
from tests.factories import staff

SHEET = "花名册"


def row(unit: Any, **cells: Any) -> dict[str, Any]:
    """Return the cells of a new person in the unit, {header: value}; None drops a column."""
    made = {
        "姓名": "赵新民",
        "公民身份号码": staff.id_no(),
        "编制所在单位": str(unit),
        "编制类型": "行政编制",
        "入编时间": "2015-06-01",
        **cells,
    }
    return {header: value for header, value in made.items() if value is not None}


def saved(path: Path, *rows: dict[str, Any], headers: list[str] | None = None) -> Path:
    """Write the rows under all their headers; data begin in line 2."""
    headers = headers or list(dict.fromkeys(header for one in rows for header in one))
    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    page.append(headers)
    for one in rows:
        page.append([one.get(header) for header in headers])
    book.save(path)
    return path


def run(file: Path, *args: Any, actor: Any = None) -> tuple[int, dict[str, Any]]:
    """Call import_file roster; return (exit code, report)."""
    out = file.with_suffix(".json")
    given = ["--actor", actor.username] if actor is not None else []
    try:
        call_command("import_file", "roster", str(file), *args, *given, "--report", str(out))
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, json.loads(out.read_text(encoding="utf-8"))


def held() -> dict[str, Any]:
    """Return what no refused roster may touch: rows, history, figures, events."""
    tables = (Person, Occupancy, PostHolding)
    return {
        "rows": [list(t.objects.order_by("pk").values()) for t in tables],
        "history": [t.history.count() for t in tables],
        "balances": list(Balance.objects.order_by("pk").values()),
        "events": AuditEvent.objects.count(),
    }
