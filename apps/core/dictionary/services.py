"""Writes of the code tables and the calendar. Values are dated, never deleted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from .. import changes, events
from ..models import CodeTable, CodeValue, Holiday
from ..writes import constraint_of, write
from .errors import BeatenByColleague, DayTaken, RuleBroken, ValueTaken

FIELDS = ("label", "parent_id", "sort", "valid_from", "valid_to", "attrs", "external_map")


@write
def create_value(*, table: CodeTable, value: str, by: Any, **facts: Any) -> CodeValue:
    """Add a value to a table. Raises ValueTaken."""
    known = CodeValue.objects.filter(table=table, value=value).first()
    if known is not None:
        raise ValueTaken(value, known.label)
    row = CodeValue(key=f"{table.pk}.{value}", table=table, value=value)
    _set(row, facts)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ValueTaken(value, "") from error
    events.record("codevalue.create", target=row, by=by, after=_facts(row))
    return row


@write
def change_value(*, value: CodeValue, version: int, by: Any, **facts: Any) -> CodeValue:
    """Change a value; figures that follow from its attributes are counted anew by the database.

    version   changes.version_of(value) as the form saw it
    Raises BeatenByColleague; RuleBroken when the new count would break a rule, and nothing changes.
    """
    row = CodeValue.objects.select_for_update().get(pk=value.pk)
    if changes.version_of(row) != version:
        raise BeatenByColleague
    before = _facts(row)
    _set(row, facts)
    after = _facts(row)
    if before == after:
        return row
    try:
        with transaction.atomic():
            row.save(update_fields=[name.removesuffix("_id") for name in facts])
    except IntegrityError as error:
        raise RuleBroken(constraint_of(error)) from error
    events.record(
        "codevalue.change",
        target=row,
        by=by,
        before={name: before[name] for name in before if before[name] != after[name]},
        after={name: after[name] for name in after if before[name] != after[name]},
    )
    return row


@write
def add_holiday(*, day: dt.date, kind: str, name: str, source: str, by: Any) -> Holiday:
    """Enter a day that differs from the plain week. Raises DayTaken."""
    known = Holiday.objects.filter(pk=day).first()
    if known is not None:
        raise DayTaken(day, known.get_kind_display())
    row = Holiday(day=day, kind=kind, name=name, source=source)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise DayTaken(day, "") from error
    events.record("holiday.change", target=row, by=by, after=_day_facts(row))
    return row


@write
def change_holiday(*, holiday: Holiday, kind: str, name: str, source: str, by: Any) -> Holiday:
    """Correct a day of the calendar."""
    row = Holiday.objects.select_for_update().get(pk=holiday.pk)
    before = _day_facts(row)
    row.kind, row.name, row.source = kind, name, source
    if _day_facts(row) != before:
        row.save(update_fields=["kind", "name", "source"])
        events.record("holiday.change", target=row, by=by, before=before, after=_day_facts(row))
    return row


@write
def remove_holiday(*, holiday: Holiday, by: Any) -> None:
    """Take a day out of the calendar: it follows the plain week again. Its history stays."""
    row = Holiday.objects.select_for_update().filter(pk=holiday.pk).first()
    if row is None:
        return
    events.record("holiday.change", target=row, by=by, before=_day_facts(row), note="删除")
    row.delete()


def _set(row: CodeValue, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if name not in FIELDS:
            raise TypeError(f"{name} is not changed here")
        setattr(row, name, value)


def _facts(row: CodeValue) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in FIELDS}
    for name in ("valid_from", "valid_to"):
        facts[name] = facts[name].isoformat() if facts[name] else None
    return facts


def _day_facts(row: Holiday) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "kind": row.get_kind_display(),
        "name": row.name,
        "source": row.source,
    }
