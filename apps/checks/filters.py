"""The query bar of the findings."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core import filters as f
from apps.core.scope import within
from apps.units.models import Unit

from .choices import Level, State
from .models import Finding
from .rules import RULES

STATES = (
    ("open", "待处理"),
    ("explained", "已说明"),
    ("confirmed", "已确认"),
    ("claimed", "报称已改，仍查出"),
    ("muted", "暂不提示"),
    ("lasting", "全部未消除"),
    ("gone", "已消除"),
)


class FindingFilter(f.FilterSet):
    """What is still found and not muted, unless asked otherwise."""

    primary = ("q", "rule", "level", "state")

    q = f.TextFilter(label="单位", placeholder="名称、简称、编码或拼音首字母", method="by_text")
    rule = f.ChoiceFilter(
        label="规则", choices=[(rule.number, str(rule)) for rule in RULES], field_name="rule"
    )
    level = f.ChoiceFilter(label="级别", choices=Level.choices, field_name="level")
    state = f.ChoiceFilter(label="处置", choices=STATES, method="by_state")
    under = f.PickerFilter(
        label="所属机构（含下级）",
        url_name="units:suggest",
        lookups=("code", "name"),
        queryset=Unit.objects.none(),
        method="by_subtree",
    )
    found = f.DayRangeFilter(label="发现日期", field_name="first_seen")

    class Meta:
        model = Finding
        fields: list[str] = []

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if self.user is not None:
            self.filters["under"].field.queryset = Unit.objects.visible_to(self.user)

    def filter_queryset(self, rows: Any) -> Any:
        found = super().filter_queryset(rows)
        asked = self.form.cleaned_data.get("state")
        return found if asked else found.filter(self._unmuted())

    @staticmethod
    def _unmuted() -> Q:
        return Q(gone_at__isnull=True) & ~Finding.objects.muted()

    def by_text(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.filter(unit__in=Unit.objects.found_by(value).order_by().values("pk"))

    def by_subtree(self, rows: Any, name: str, value: Unit) -> QuerySet:
        return rows.filter(within([value.path], "scope"))

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet:
        if value == "gone":
            return rows.filter(gone_at__isnull=False)
        rows = rows.filter(gone_at__isnull=True)
        if value == "lasting":
            return rows
        muted = Finding.objects.muted(timezone.localdate())
        if value == State.MUTED:
            return rows.filter(muted)
        if value == State.OPEN:
            return rows.filter(Q(state=State.OPEN) | (Q(state=State.MUTED) & ~muted))
        return rows.filter(state=value)
