"""Query bars of the lists of the use of quotas."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from apps.core import filters as f
from apps.units.under import UnderFilterSet

from .choices import ControlKind, SlotState
from .models import Notice, Slot, UseControl


class NoticeFilter(UnderFilterSet):
    primary = ("q", "state", "under", "issued")

    q = f.TextFilter(label="通知单号", placeholder="如 剡编控〔2026〕7号", method="by_text")
    state = f.ChoiceFilter(
        label="执行情况",
        choices=[
            ("left", "有余额"),
            ("full", "已用完"),
            ("late", "过期未用"),
            ("revoked", "已撤销"),
        ],
        method="by_state",
    )
    annual = f.ChoiceFilter(
        label="年度用编", choices=[("1", "是"), ("0", "否")], method="by_annual"
    )
    issued = f.DayRangeFilter(label="下达日期", field_name="issued_on")

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(number__contains=value.strip())

    def by_annual(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_annual=value == "1")

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return {
            "left": rows.filter(left__gt=0),
            "full": rows.filter(used=F("heads")),
            "late": rows.filter(Q(late=True, left__gt=0) | Q(expired__gt=0)),
            "revoked": rows.filter(revoked_at__isnull=False),
        }[value]


class SlotFilter(UnderFilterSet):
    scope_field = "notice__scope"
    primary = ("q", "state", "quota_type", "under")

    q = f.TextFilter(label="通知单号、姓名", method="by_text")
    state = f.ChoiceFilter(label="状态", choices=SlotState.choices)
    quota_type = f.CodeFilter(label="编制类型", table="quota_type", field_name="quota_type")
    until = f.DayRangeFilter(label="有效期至", field_name="notice__valid_until")

    class Meta:
        model = Slot
        fields: list[str] = []

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(notice__number__contains=text) | Q(name__contains=text))


class ControlFilter(UnderFilterSet):
    primary = ("kind", "quota_type", "under", "holds")

    kind = f.ChoiceFilter(label="类别", choices=ControlKind.choices)
    quota_type = f.CodeFilter(label="编制类型", table="quota_type", field_name="quota_type")
    holds = f.ChoiceFilter(
        label="状态", choices=[("1", "生效"), ("0", "已解除或未生效")], method="by_state"
    )

    class Meta:
        model = UseControl
        fields: list[str] = []

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(holds=value == "1")
