"""Reads of the audit app that join many tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import CharField, Count, Value

from apps.core import changes
from apps.core.history import tracked_models

from .models import AuditEvent

#: A change is looked for this near its event: the longest import is shorter.
NEAR = dt.timedelta(minutes=30)
#: Rows shown of one table; a whole import is a workbook, not a page.
SHOWN = 20


@dataclass(frozen=True)
class TableChanges:
    """What one change did in one table. total: rows; shown: the first of them, in words."""

    title: str
    total: int
    shown: list[changes.Change]

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


def rows_of_change(event: AuditEvent) -> list[TableChanges]:
    """Return the row history of the event's change, by table; personal values are left out.

    One query over all tables, then at most four for each table that has rows.
    """
    if event.change_id is None:
        return []
    span: dict[str, Any] = {
        "change_id": event.change_id,
        "history_date__range": (event.at - NEAR, event.at + NEAR),
    }
    models = {m._meta.label_lower: m for m in tracked_models()}
    counts = None
    for label, model in models.items():
        rows = (
            model.history.filter(**span)  # type: ignore[attr-defined]
            .order_by()
            .annotate(model_label=Value(label, output_field=CharField()))
            .values("model_label")
            .annotate(total=Count("history_id"))
            .values_list("model_label", "total")
        )
        counts = rows if counts is None else counts.union(rows, all=True)
    found = {label: total for label, total in counts if total} if counts is not None else {}
    return [
        TableChanges(
            title=str(models[label]._meta.verbose_name),
            total=found[label],
            shown=changes.read(
                models[label],
                models[label].history.filter(**span).order_by("history_id")[:SHOWN],  # type: ignore[attr-defined]
                mask=True,
            ),
        )
        for label in models
        if label in found
    ]


def facts_of(event: AuditEvent) -> list[dict[str, Any]]:
    """Return before and after of the event as lines of a diff table, in the words of its model."""
    before, after = event.before or {}, event.after or {}
    names = list(dict.fromkeys([*before, *after]))
    words = _words(event.target_type)
    return [
        {
            "label": words.get(name, name),
            "before": _text(before.get(name)),
            "after": _text(after.get(name)),
        }
        for name in names
    ]


def type_label(label: str) -> str:
    """Return a kind of object in words: “accounts.user” → 账户."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


#: Facts that events name by themselves.
WORDS = {
    "user": "账户",
    "role": "角色",
    "unit": "单位",
    "person": "人员",
    "list": "列表",
    "rows": "行数",
    "query": "查询条件",
    "day": "日期",
    "kind": "类别",
    "name": "名称",
    "source": "依据",
    "created": "新增",
    "changed": "变更",
    "unchanged": "不变",
    "withdrawn": "撤回",
}


def _words(label: str) -> dict[str, str]:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return WORDS
    fields = {f.name: str(f.verbose_name) for f in model._meta.concrete_fields}
    columns = {f.attname: str(f.verbose_name) for f in model._meta.concrete_fields}
    return {**WORDS, **columns, **fields}


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{k}：{_text(v)}" for k, v in value.items())[:500]
    if isinstance(value, list):
        return "、".join(_text(v) for v in value)[:500]
    return str(value)[:500]
