"""Query bar of the list of leadership posts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.core import filters as f
from apps.quotas.filters import CellFilter

STATES = {"over": ("超配", {"over__gt": 0}), "short": ("缺配", {"short__gt": 0})}
LEVELS = {"unit": "单位领导", "department": "内设机构"}


class PostFilter(CellFilter):
    primary = ("q", "state", "post_kind", "under")

    state = f.ChoiceFilter(
        label="配备情况",
        choices=[(key, word) for key, (word, _) in STATES.items()],
        method="by_state",
    )
    post_kind = f.CodeFilter(label="职数类别", table="post_kind", field_name="post_kind")
    level = f.ChoiceFilter(label="层级", choices=list(LEVELS.items()), method="by_level")

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.filter(**STATES[value][1])

    def by_level(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.filter(post_kind__attrs__level=value)
