"""Cleaned form values as JSON, and back as the services take them.

Rows are kept by their keys: code values by their readable key, others by number. Identity numbers
and phones never come here (see `Line.id_no_ct`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.staff.forms import PERSONAL
from apps.units.models import Unit

#: What a name refers to; names that are not here are text, numbers, days or keys of code tables.
ROWS: dict[str, type[models.Model]] = {
    "unit": Unit,
    "to_unit": Unit,
    "dept": Unit,
    "work_unit": Unit,
    "document": ApprovalDocument,
}
#: Services take these as rows of the code table, not as keys.
CODE_ROWS = ("quota_type", "post_kind")


def freeze(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form cleaned, ready for a JSON column. Personal numbers are left out."""
    return {key: _frozen(value) for key, value in values.items() if key not in PERSONAL}


def _frozen(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def thaw(values: Mapping[str, Any], *at_hand: models.Model | None) -> dict[str, Any]:
    """Return frozen values as the services take them: rows, days, keys.

    at_hand   rows the caller has read; each other one costs a query
    """
    known = {(type(row), row.pk): row for row in at_hand if row is not None}
    thawed: dict[str, Any] = {}
    for key, value in values.items():
        if value is None or value == "":
            thawed[key] = value
        elif key in ROWS:
            table = ROWS[key]
            thawed[key] = known.get((table, value)) or table._default_manager.get(pk=value)
        elif key in CODE_ROWS:
            thawed[key] = known.get((CodeValue, value)) or CodeValue.objects.get(pk=value)
        elif key == "on" or key.endswith("_on"):
            thawed[key] = dt.date.fromisoformat(value)
        else:
            thawed[key] = value
    return thawed


#: Words of rows read for several lines at once: (table, key) → text.
_remembered: ContextVar[dict[tuple[Any, Any], str] | None] = ContextVar("said", default=None)


@contextmanager
def remembering(*values: Mapping[str, Any]) -> Iterator[None]:
    """Read all that `values` (maps within maps) refer to at once; `said` inside asks no more.

    Pages that show many lines stay at one query for each table.
    """
    wanted: dict[Any, set[Any]] = {}
    for one in values:
        _gather(one, wanted)
    known: dict[tuple[Any, Any], str] = {}
    for table, keys in wanted.items():
        for row in table._default_manager.filter(pk__in=keys):
            known[table, row.pk] = row.label if table is CodeValue else str(row)
    token = _remembered.set(known)
    try:
        yield
    finally:
        _remembered.reset(token)


def _gather(values: Mapping[str, Any], wanted: dict[Any, set[Any]]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping):
            _gather(value, wanted)
        elif value in (None, "") or isinstance(value, list):
            continue
        elif key in ROWS:
            wanted.setdefault(ROWS[key], set()).add(value)
        elif isinstance(value, str) and "." in value:
            wanted.setdefault(CodeValue, set()).add(value)


def _labels(codes: set[str]) -> dict[str, str]:
    known = _remembered.get()
    if known is not None:
        return {code: known[CodeValue, code] for code in codes if (CodeValue, code) in known}
    return dict(CodeValue.objects.filter(pk__in=codes).values_list("pk", "label"))


def _row_said(table: type[models.Model], key: Any) -> str:
    known = _remembered.get()
    if known is not None and (table, key) in known:
        return known[table, key]
    return str(table._default_manager.filter(pk=key).first() or "")


def said(values: Mapping[str, Any]) -> dict[str, str]:
    """Return frozen values as people read them. At most one query for each table."""
    codes = {v for k, v in values.items() if isinstance(v, str) and "." in v and k not in ROWS}
    labels = _labels(codes)
    words: dict[str, str] = {}
    for key, value in values.items():
        if value in (None, ""):
            words[key] = ""
        elif key in ROWS:
            words[key] = _row_said(ROWS[key], value)
        elif isinstance(value, bool):
            words[key] = "是" if value else "否"
        else:
            words[key] = labels.get(value, str(value))
    return words
