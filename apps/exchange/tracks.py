"""Where in the row history one transaction has left its traces.

History tables are large and have no index by change; the numbers of their rows rise, so that a
transaction's rows lie between two readings of each table's sequence.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from apps.audit.models import AuditEvent
from apps.core.history import history_of, tracked_models
from apps.core.writes import change_id
from apps.units.models import Unit

#: Apps whose tables tell of the import, or follow from what it wrote.
OWN = ("exchange", "accounts", "audit", "checks", "reports")

Marks = dict[str, int]


def business_models() -> list[type[models.Model]]:
    """Return the tracked models that imports write."""
    return [model for model in tracked_models() if model._meta.app_label not in OWN]


def history_table(model: type[models.Model]) -> str:
    return str(history_of(model).model._meta.db_table)


def marks() -> Marks:
    """Return {table: last history id given out}. One query."""
    tables = {history_table(model): model._meta.db_table for model in business_models()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, coalesce(pg_sequence_last_value("
            "pg_get_serial_sequence(quote_ident(t), 'history_id')::regclass), 0) "
            "FROM unnest(%s::text[]) AS t",
            [list(tables)],
        )
        return {tables[table]: last for table, last in cursor.fetchall()}


def since(before: Marks) -> dict[str, list[int]]:
    """Return {table: [first, last]} of the history rows this transaction has written."""
    now, change, found = marks(), str(change_id()), {}
    for model in business_models():
        table = model._meta.db_table
        if now[table] == before.get(table, 0):
            continue
        rows = history_of(model).filter(
            history_id__gt=before.get(table, 0), history_id__lte=now[table], change_id=change
        )
        span = rows.aggregate(first=models.Min("history_id"), last=models.Max("history_id"))
        if span["first"] is not None:
            found[table] = [span["first"], span["last"]]
    return found


def reach(tracks: dict[str, list[int]], change: Any) -> Unit | None:
    """Return the smallest subtree that holds all a change has touched; None when there is none.

    A unit that was made counts as its parent: the subtree outlives the unit.
    """
    paths: set[str] = set()
    for model in business_models():
        span = tracks.get(model._meta.db_table)
        names = {field.name for field in model._meta.concrete_fields}
        column = "path" if model is Unit else "scope" if "scope" in names else ""
        if span is None or not column:
            continue
        rows = history_of(model).filter(history_id__range=span, change_id=change)
        ends = rows.aggregate(low=models.Min(column), high=models.Max(column))
        paths.update(_above(path) if model is Unit else path for path in ends.values() if path)
    events = AuditEvent.objects.filter(change_id=change).exclude(scope="")
    paths.update(events.values_list("scope", flat=True)[:100])
    if not paths:
        return None
    return Unit.objects.filter(path=_common(sorted(paths))).first()


def _above(path: str) -> str:
    return path[: -Unit.steplen] or path


def _common(paths: list[str]) -> str:
    """Return the longest path above all of them: the first and the last differ the most."""
    first, last, step = paths[0], paths[-1], Unit.steplen
    same = 0
    while same < len(first) and first[same : same + step] == last[same : same + step]:
        same += step
    return first[:same]
