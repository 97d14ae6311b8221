"""What changed in the rows of a person: before and after in words, personal numbers masked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from apps.core import crypto, wording
from apps.core.masking import Masked
from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.units.models import Unit

from . import secrets

#: Columns that follow from others, or say nothing to a reader.
SILENT = frozenset(
    {"id", "uid", "name_pinyin", "name_initials", "id_no_bi", "id_no_tail", "scope", "counts"}
)
_SEALED = {"id_no_ct": (secrets.ID_NO, "identity"), "phone_ct": (secrets.PHONE, "phone")}
_LABELS = {"id_no_ct": "公民身份号码", "phone_ct": "联系电话"}

Row = dict[str, str]


def difference(old: Any, new: Any) -> list[Row]:
    """Return {label, before, after} of the columns in which two history rows of one row differ."""
    return differences([(old, new)])[0]


def differences(pairs: list[tuple[Any, Any]]) -> list[list[Row]]:
    """Return the difference of each (older, newer) pair; older may be None for a new row.

    Labels of codes, names of units and numbers of documents are read once for all pairs.
    """
    found = [_raw(old, new) for old, new in pairs]
    names = _names([value for rows in found for _, _, *values in rows for value in values])
    return [
        [
            {
                "label": _LABELS.get(field.name, str(field.verbose_name)),
                "before": _shown(field, before, uid, names),
                "after": _shown(field, after, uid, names),
            }
            for field, uid, before, after in rows
        ]
        for rows in found
    ]


def _raw(old: Any, new: Any) -> list[tuple[Any, Any, Any, Any]]:
    model = new.instance_type
    rows = []
    for field in model._meta.concrete_fields:
        if field.name in SILENT:
            continue
        before = getattr(old, field.attname) if old is not None else None
        after = getattr(new, field.attname)
        if _plain(before) != _plain(after) and not (old is None and after in ("", None)):
            rows.append((field, getattr(new, "uid", None), before, after))
    return rows


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _names(values: list[Any]) -> dict[Any, str]:
    """Return {key: words} of code values; units and documents are read by field in `_shown`."""
    keys = {value for value in values if isinstance(value, str) and "." in value}
    return dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))


def _shown(field: models.Field, value: Any, uid: Any, names: dict[Any, str]) -> str:
    if value is None or value == "":
        return wording.NOTHING
    if field.name in _SEALED:
        column, kind = _SEALED[field.name]
        try:
            return str(Masked(crypto.decrypt(value, field=column, row=uid), kind))
        except crypto.BadCiphertext:
            return "（无法解密）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.name == "birth_month":
        return wording.month(value)
    if isinstance(value, dt.date):
        return wording.day(value)
    related = getattr(field, "related_model", None)
    if related is CodeValue:
        return names.get(value, str(value))
    if related in (Unit, ApprovalDocument):
        return _name_of(related, value)
    return str(value)


def _name_of(model: Any, pk: Any) -> str:
    column = "name" if model is Unit else "number"
    found = model.objects.filter(pk=pk).values_list(column, flat=True).first()
    return str(found) if found is not None else f"#{pk}"
