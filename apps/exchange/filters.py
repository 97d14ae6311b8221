"""The query bar of the batch list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from apps.core import filters as f
from apps.core.imports import KINDS

from .choices import BatchState
from .models import ImportBatch


def _kinds() -> list[tuple[str, str]]:
    return [(kind.code, kind.label) for kind in KINDS.values()]


class BatchFilter(f.FilterSet):
    primary = ("q", "kind", "state", "created")

    q = f.TextFilter(label="文件或经办人", placeholder="文件名、经办人、来源", method="by_text")
    kind = f.ChoiceFilter(label="内容", choices=_kinds)
    state = f.ChoiceFilter(label="状态", choices=BatchState.choices)
    created = f.DayRangeFilter(label="上传时间", field_name="created_at")
    mine = f.ChoiceFilter(label="经办", choices=[("1", "我的"), ("0", "同事的")], method="by_owner")

    class Meta:
        model = ImportBatch
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(owner__name__icontains=word)
                | Q(source__name__icontains=word)
            )
        return rows

    def by_owner(self, rows: Any, name: str, value: str) -> QuerySet:
        own = Q(owner_id=getattr(self.user, "pk", None))
        return rows.filter(own) if value == "1" else rows.exclude(own)
