"""The query bar over accounts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from apps.core import filters as f

from . import proposals
from .choices import AdministratorKind, ProposalState

STATES = (("on", "启用"), ("off", "已停用"), ("pending", "待改密码"), ("never", "从未登录"))
KINDS = (("none", "普通账户"), *AdministratorKind.choices)


class AccountFilter(f.FilterSet):
    q = f.TextFilter(label="姓名", placeholder="姓名、用户名或单位", method="by_text")
    kind = f.ChoiceFilter(label="类别", choices=KINDS, method="by_kind")
    state = f.ChoiceFilter(label="状态", choices=STATES, method="by_state")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(
            Q(name__icontains=text) | Q(username__icontains=text) | Q(title__icontains=text)
        )

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(admin_kind=None if value == "none" else value)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        match value:
            case "on":
                return rows.filter(is_active=True)
            case "off":
                return rows.filter(is_active=False)
            case "pending":
                return rows.filter(is_active=True, must_change_password=True)
        return rows.filter(last_login__isnull=True)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.code, kind.label) for kind in proposals.KINDS.values()]


class ProposalFilter(f.FilterSet):
    state = f.ChoiceFilter(label="状态", choices=ProposalState.choices)
    kind = f.ChoiceFilter(label="事项", choices=kind_choices)
    q = f.TextFilter(label="提议", placeholder="姓名、用户名或单位", method="by_text")
    proposed = f.DayRangeFilter(label="提议时间", field_name="proposed_at")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(
            Q(summary__icontains=text)
            | Q(proposed_by__name__icontains=text)
            | Q(decided_by__name__icontains=text)
        )


class SessionFilter(f.FilterSet):
    q = f.TextFilter(label="姓名", placeholder="姓名或用户名", method="by_text")
    state = f.ChoiceFilter(
        label="状态", choices=(("open", "在线"), ("ended", "已结束")), method="by_state"
    )
    address = f.TextFilter(label="来源地址", placeholder="如 10.1.2.3", method="by_address")
    started = f.DayRangeFilter(label="登录时间", field_name="started_at")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(ended_at__isnull=value == "open")

    def by_address(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(address__startswith=value.strip())
