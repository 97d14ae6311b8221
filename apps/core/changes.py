"""Row history as people read it: what changed, from what to what.

The rows are django-simple-history's; the words are those of the models. Nothing personal is
written out: fields listed by `register_personal` show only that they changed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery

from . import wording
from .fields import CodeField
from .history import history_of
from .models import CodeValue

HIDDEN = "（个人信息，不显示）"
HIDDEN_BEFORE = "（个人信息，已变更）"
SEALED = "（已加密）"
TYPES = {"+": "新增", "~": "修改", "-": "删除"}
LONGEST = 300  # characters of one value

#: Kept by the database or by code for itself; says nothing to a reader.
_SILENT = {
    "scope",
    "name_pinyin",
    "name_initials",
    "path",
    "depth",
    "numchild",
    "is_superuser",
}
_personal: dict[str, frozenset[str]] = {}
_words: dict[str, str] = {}


@dataclass(frozen=True)
class Change:
    """One history row: `sign` is "+", "~" or "-"; `rows` feed the diff table."""

    at: dt.datetime
    by: str
    sign: str
    title: str
    key: str
    rows: list[dict[str, Any]]
    reason: str = ""
    change_id: Any = None

    @property
    def verb(self) -> str:
        return TYPES[self.sign]


def register_personal(model: str, *fields: str) -> None:
    """Name the fields of `model` ("staff.person") whose values history pages never write out."""
    _personal[model.lower()] = frozenset(fields)


def register_words(words: dict[str, str]) -> None:
    """Give the keys of JSON fields (such as in_quota) the words a reader knows them by."""
    _words.update(words)


def personal_fields(model: type[models.Model]) -> frozenset[str]:
    return _personal.get(model._meta.label_lower, frozenset())


def version_of(instance: models.Model) -> int:
    """Return a number that grows with every change of the row: its newest history row.

    A form carries it, so that who saves over somebody else's change is told.
    """
    history = history_of(type(instance)).filter(**{instance._meta.pk.name: instance.pk})
    return history.order_by("-history_id").values_list("history_id", flat=True).first() or 0


def changes_of(instance: models.Model, limit: int = 100) -> list[Change]:
    """Return the latest changes of one row, newest first, with who and what. Three queries."""
    model = type(instance)
    history = history_of(model).filter(**{model._meta.pk.name: instance.pk})
    return read(model, history.order_by("-history_id")[:limit])


def read(model: type[models.Model], rows: models.QuerySet, *, mask: bool = False) -> list[Change]:
    """Turn history rows of `model` into changes. Queries do not grow with the rows.

    mask   write no personal value out (for readers without the right to the person)
    """
    history = history_of(model).model
    key = model._meta.pk.name  # type: ignore[union-attr]
    earlier = history.objects.filter(
        **{key: OuterRef(key)}, history_id__lt=OuterRef("history_id")
    ).order_by("-history_id")
    found = list(
        rows.annotate(before_id=Subquery(earlier.values("history_id")[:1])).select_related(
            "history_user"
        )
    )
    before = history.objects.in_bulk([row.before_id for row in found if row.before_id])
    fields = [f for f in model._meta.concrete_fields if _told(f, history)]
    codes = _code_labels(fields, [*found, *before.values()])
    hidden = personal_fields(model) if mask else frozenset()
    return [_change(model, row, before.get(row.before_id), fields, codes, hidden) for row in found]


def _told(field: models.Field, history: type[models.Model]) -> bool:
    if field.name in _SILENT or isinstance(field, models.GeneratedField) or field.primary_key:
        return False
    return field.name in {f.name for f in history._meta.concrete_fields}


def _change(
    model: type[models.Model],
    row: Any,
    before: Any,
    fields: Sequence[models.Field],
    codes: dict[str, str],
    hidden: frozenset[str],
) -> Change:
    lines = []
    for field in fields:
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(row, field.attname)
        if row.history_type == "-":
            old, new = new, None
        elif row.history_type == "+":
            old = None
        if old == new:
            continue
        if isinstance(field, models.JSONField) and field.name not in hidden:
            lines += _json_lines(field, old, new)
            continue
        if field.name in hidden or isinstance(field, models.BinaryField):
            word = SEALED if isinstance(field, models.BinaryField) else HIDDEN
            shown_old = "" if old is None else (word if word == SEALED else HIDDEN_BEFORE)
            shown_new = "" if new is None else (word if old is None else f"{word} ")
        else:
            shown_old, shown_new = display(field, old, codes), display(field, new, codes)
        if shown_old != shown_new:
            lines.append({"label": field.verbose_name, "before": shown_old, "after": shown_new})
    user = row.history_user
    return Change(
        at=row.history_date,
        by=str(user) if user is not None else "系统",
        sign=row.history_type,
        title=str(model._meta.verbose_name),
        key=str(getattr(row, model._meta.pk.attname)),  # type: ignore[union-attr]
        rows=lines,
        reason=row.history_change_reason or "",
        change_id=row.change_id,
    )


def display(field: models.Field, value: Any, codes: dict[str, str] | None = None) -> str:
    """Return a stored value as a reader sees it; "" for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, CodeField) and codes is not None:
        return codes.get(str(value), str(value))
    if isinstance(value, dt.datetime | dt.date):
        return wording.moment(value)
    if isinstance(value, list):
        return "、".join(display(field, part) for part in value)[:LONGEST]
    if isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
        return text[:LONGEST]
    return str(value)[:LONGEST]


def _json_lines(field: models.Field, old: Any, new: Any) -> list[dict[str, Any]]:
    """Return one line for each key of a JSON object that differs."""
    before, after = old or {}, new or {}
    if not (isinstance(before, dict) and isinstance(after, dict)):
        before, after = {field.verbose_name: old}, {field.verbose_name: new}
    lines = []
    for key in dict.fromkeys([*before, *after]):
        pair = display(field, before.get(key)), display(field, after.get(key))
        if pair[0] != pair[1]:
            lines.append({"label": _words.get(key, key), "before": pair[0], "after": pair[1]})
    return lines


def _code_labels(fields: Iterable[models.Field], rows: Iterable[Any]) -> dict[str, str]:
    attributes = [f.attname for f in fields if isinstance(f, CodeField)]
    keys = {getattr(row, name) for row in rows for name in attributes} - {None}
    if not keys:
        return {}
    return dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))
