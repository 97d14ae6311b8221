"""Query bars of the code tables and the calendar."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from .. import filters as f
from ..models import CodeValueQuerySet


class CodeTableFilter(f.FilterSet):
    q = f.TextFilter(label="代码表", placeholder="名称或代码", method="by_text")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


class CodeValueFilter(f.FilterSet):
    q = f.TextFilter(label="代码", placeholder="名称、代码值或外部代码", method="by_text")
    state = f.ChoiceFilter(
        label="状态",
        choices=[("on", "在用"), ("later", "未启用"), ("off", "已停用")],
        method="by_state",
    )

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(
            Q(label__icontains=text) | Q(value=text) | Q(external_map__icontains=text)
        )

    def by_state(self, rows: CodeValueQuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "on":
            return rows.on_day(today)
        if value == "later":
            return rows.filter(valid_from__gt=today)
        return rows.filter(valid_to__lte=today)
