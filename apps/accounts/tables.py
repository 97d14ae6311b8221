"""The list of accounts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.core import tables as t
from apps.core.lamps import lamp

from . import proposals
from .choices import ProposalState
from .models import LiveSession, Proposal, User


def state_of(user: User) -> tuple[str, str]:
    """Return the lamp of an account: tone and word."""
    if not user.is_active:
        return ("grey", "已停用")
    if user.must_change_password:
        return ("amber", "待改密码")
    return ("green", "启用")


class AccountTable(t.Table):
    key = "accounts"
    caption = "账户"
    fixed = ("name",)
    empty = t.Empty(
        "没有符合条件的账户", "换个条件再查，或新增一个账户。", "新增账户", "accounts:user_create"
    )

    name = t.LinkColumn("姓名", order_by=("name",))
    username = t.CodeColumn("用户名", order_by=("username",))
    title = t.Column("单位与职务", wide_text=True)
    kind = t.Column("类别", accessor="admin_kind", order_by=("admin_kind",))
    office_phone = t.CodeColumn("办公电话")
    state = t.LampColumn(
        "状态", accessor="is_active", order_by=("is_active", "must_change_password")
    )
    last_login = t.MomentColumn("最近登录", order_by=("last_login",), empty="从未登录")
    created_at = t.MomentColumn("建立时间", order_by=("created_at",))

    def render_kind(self, record: User) -> str:
        return record.get_admin_kind_display() if record.admin_kind else "普通账户"

    def value_kind(self, record: User) -> str:
        return self.render_kind(record)

    def render_state(self, record: User) -> Any:
        return lamp(*state_of(record))

    def value_state(self, record: User) -> str:
        return state_of(record)[1]

    def row_class(self, record: User) -> str:
        return "" if record.is_active else "is-muted"


_PROPOSAL_TONES = {
    ProposalState.CONFIRMED: "green",
    ProposalState.DECLINED: "red",
    ProposalState.WITHDRAWN: "grey",
    ProposalState.EXPIRED: "grey",
}


def state_of_proposal(proposal: Proposal) -> tuple[str, str]:
    """Return the lamp of a proposal: tone and word; one past its time is shown as expired."""
    if proposal.is_over:
        return ("grey", ProposalState.EXPIRED.label)
    state = ProposalState(proposal.state)
    return (_PROPOSAL_TONES.get(state, "amber"), state.label)


class ProposalTable(t.Table):
    key = "proposals"
    caption = "提议与确认"
    fixed = ("summary", "state")
    empty = t.Empty("没有符合条件的提议", "换个条件再查。")

    summary = t.LinkColumn("提议", wide_text=True)
    kind = t.Column("事项")
    state = t.LampColumn("状态", order_by=("state",))
    proposed_by = t.Column("提议人", accessor="proposed_by.name", order_by=("proposed_by__name",))
    proposed_at = t.MomentColumn("提议时间", order_by=("proposed_at",))
    reason = t.Column("理由", wide_text=True)
    expires_at = t.MomentColumn("失效时间", order_by=("expires_at",))
    decided_by = t.Column("办理人", accessor="decided_by.name")
    decided_at = t.MomentColumn("办理时间", order_by=("decided_at",))
    note = t.Column("办理意见", wide_text=True)

    def render_kind(self, record: Proposal) -> str:
        return proposals.label_of(record.kind)

    def value_kind(self, record: Proposal) -> str:
        return proposals.label_of(record.kind)

    def render_state(self, record: Proposal) -> Any:
        return lamp(*state_of_proposal(record))

    def value_state(self, record: Proposal) -> str:
        return state_of_proposal(record)[1]

    def row_class(self, record: Proposal) -> str:
        return "" if record.state == ProposalState.OPEN and not record.is_over else "is-muted"


class SessionTable(t.Table):
    key = "sessions"
    caption = "登录会话"
    fixed = ("user", "state")
    empty = t.Empty("没有符合条件的会话", "换个条件再查。")

    user = t.Column("姓名", accessor="user.name", order_by=("user__name",), phone="name")
    username = t.CodeColumn("用户名", accessor="user.username", order_by=("user__username",))
    state = t.LampColumn("状态", accessor="ended_at", order_by=("ended_at",))
    device = t.Column("设备", empty="未知设备")
    address = t.CodeColumn("来源地址")
    factor = t.Column("动态口令", accessor="by_factor")
    started_at = t.MomentColumn("登录时间", order_by=("started_at",))
    seen_at = t.MomentColumn("最近操作", order_by=("seen_at",))
    ended_at = t.MomentColumn("结束时间", order_by=("ended_at",))
    ending = t.Column("结束原因")
    actions = t.ActionsColumn(
        lambda session, user: (
            [("结束登录", reverse("accounts:session_end", args=[session.pk]))]
            if session.ended_at is None
            else []
        )
    )

    def render_state(self, record: LiveSession) -> Any:
        return lamp("grey", "已结束") if record.ended_at else lamp("green", "在线")

    def value_state(self, record: LiveSession) -> str:
        return "已结束" if record.ended_at else "在线"

    def render_factor(self, record: LiveSession) -> str:
        return "已验证" if record.by_factor else "—"

    def row_class(self, record: LiveSession) -> str:
        return "is-muted" if record.ended_at else ""
