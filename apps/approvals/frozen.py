"""Cleaned form values as JSON, and back as the services take them.

Rows are kept by their keys: code values by their readable key, others by number. Identity numbers
and phones never come here (see `Line.id_no_ct`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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


def thaw(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return frozen values as the services take them: rows, days, keys. One query a row."""
    thawed: dict[str, Any] = {}
    for key, value in values.items():
        if value is None or value == "":
            thawed[key] = value
        elif key in ROWS:
            thawed[key] = ROWS[key]._default_manager.get(pk=value)
        elif key in CODE_ROWS:
            thawed[key] = CodeValue.objects.get(pk=value)
        elif key == "on" or key.endswith("_on"):
            thawed[key] = dt.date.fromisoformat(value)
        else:
            thawed[key] = value
    return thawed


def said(values: Mapping[str, Any]) -> dict[str, str]:
    """Return frozen values as people read them. At most one query for each table."""
    codes = {v for k, v in values.items() if isinstance(v, str) and "." in v and k not in ROWS}
    labels = dict(CodeValue.objects.filter(pk__in=codes).values_list("pk", "label"))
    words: dict[str, str] = {}
    for key, value in values.items():
        if value in (None, ""):
            words[key] = ""
        elif key in ROWS:
            words[key] = str(ROWS[key]._default_manager.filter(pk=value).first() or "")
        elif isinstance(value, bool):
            words[key] = "是" if value else "否"
        else:
            words[key] = labels.get(value, str(value))
    return words
