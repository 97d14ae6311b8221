"""Lists of the use of quotas: waiting, notices, heads, reserves, loans."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.core import tables as t
from apps.core import wording
from apps.core.lamps import lamp

from .choices import ControlKind, SlotState
from .models import Application, Loan, Notice, Slot, UseControl

TONES = {
    SlotState.FREE: "green",
    SlotState.USED: "blue",
    SlotState.RETURNED: "grey",
    SlotState.EXPIRED: "amber",
    SlotState.REVOKED: "red",
}


class WaitingTable(t.Table):
    """待下达: decided, and no notice yet."""

    key = "use-waiting"
    caption = "待下达通知单"
    fixed = ("number", "actions")
    empty = t.Empty("没有待下达的用编申请", "主任审定通过的用编申请会列在这里，核对后下达通知单。")

    number = t.LinkColumn(
        "受理编号", url=lambda row: reverse("approvals:issue", args=[row.pk]), order_by="number"
    )
    unit = t.Column("用编单位", accessor="unit.name", order_by="unit__path", width=16)
    summary = t.Column("摘要", wide_text=True, phone="hide")
    asked = t.NumberColumn("申报数", phone="figure")
    granted = t.NumberColumn("批准数", phone="figure")
    sheet = t.Column("审议表", accessor="pk")
    annual = t.Column("年度用编", accessor="pk", phone="hide")
    decided_at = t.MomentColumn("审定时间", order_by="decided_at")
    actions = t.ActionsColumn(
        lambda row, user: [("核对下达", reverse("approvals:issue", args=[row.pk]))]
    )

    def render_sheet(self, record: Application) -> str:
        return record.sheet.number if hasattr(record, "sheet") else wording.NOTHING

    def render_annual(self, record: Application) -> str:
        return "是" if record.values.get("is_annual") else "否"


class NoticeTable(t.Table):
    """用编执行情况表: one notice a line, what became of its heads."""

    key = "use-notices"
    caption = "用编执行情况表"
    fixed = ("number",)
    hidden = ("source", "revoked")
    empty = t.Empty("没有符合条件的通知单", "用编申请审定后，由编办下达编制使用通知单。")

    number = t.LinkColumn("通知单号", order_by=("year", "serial"), width=12)
    unit = t.Column("用编单位", accessor="unit.name", order_by="unit__path", width=16)
    issued_on = t.DayColumn("下达日期", order_by="issued_on")
    valid_until = t.DayColumn("有效期至", order_by="valid_until", phone="figure")
    source = t.Column("人员来源")
    heads = t.NumberColumn("批准", order_by="heads")
    used = t.NumberColumn("已用", order_by="used")
    left = t.NumberColumn("余额", order_by="left", phone="figure")
    returned = t.NumberColumn("退回", order_by="returned", phone="hide")
    expired = t.NumberColumn("过期", order_by="expired", phone="hide")
    revoked = t.NumberColumn("撤销", order_by="revoked", phone="hide")
    rate = t.PercentColumn("执行率", part="used", whole="heads", phone="hide")
    state = t.LampColumn("状态", accessor="pk")

    def render_state(self, record: Notice) -> Any:
        return lamp(*standing(record))

    def value_state(self, record: Notice) -> str:
        return standing(record)[1]


def standing(notice: Any) -> tuple[str, str]:
    """Return the state of a notice, from the numbers of its heads (queries.notices)."""
    if notice.revoked_at is not None:
        return "red", "已撤销"
    if not notice.left:
        if notice.used == notice.heads:
            return "blue", "已用完"
        return "grey", "部分使用后结束" if notice.used else "已结束"
    if notice.late:
        return "amber", "已过有效期"
    return ("green", "部分使用") if notice.used else ("green", "未使用")


class SlotTable(t.Table):
    """已批未用清单: one head a line."""

    key = "use-slots"
    caption = "已批未用清单"
    fixed = ("notice", "no")
    hidden = ("issued_on",)
    empty = t.Empty("没有符合条件的用编序号", "换个条件再查；已使用的请在“状态”中选“全部”。")

    notice = t.LinkColumn(
        "通知单号",
        accessor="notice.number",
        url=lambda row: row.notice.get_absolute_url(),
        order_by=("notice__year", "notice__serial", "no"),
        width=12,
    )
    no = t.NumberColumn("序号", order_by="no", phone="figure")
    unit = t.Column(
        "用编单位", accessor="notice.unit.name", order_by="notice__unit__path", width=16
    )
    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    purpose = t.Column("用途", wide_text=True, phone="hide")
    state = t.LampColumn("状态", order_by="state")
    name = t.Column("姓名", order_by="name")
    used_at = t.MomentColumn("使用时间", order_by="used_at", phone="hide")
    issued_on = t.DayColumn("下达日期", accessor="notice.issued_on", order_by="notice__issued_on")
    until = t.DayColumn(
        "有效期至", accessor="notice.valid_until", order_by="notice__valid_until", phone="figure"
    )
    left = t.NumberColumn("本单余额", order_by="left", phone="hide")

    def render_state(self, record: Slot) -> Any:
        return lamp(TONES[SlotState(record.state)], SlotState(record.state).label)

    def value_state(self, record: Slot) -> str:
        return SlotState(record.state).label

    def row_class(self, record: Slot) -> str:
        return "" if record.state in (SlotState.FREE, SlotState.USED) else "is-muted"


class ControlTable(t.Table):
    key = "use-controls"
    caption = "用编管控"
    fixed = ("unit", "kind")
    empty = t.Empty("没有用编管控", "原则预留、其他预留和只出不进凭文件登记，登记后即时生效。")

    unit = t.Column("单位", accessor="unit.name", order_by="unit__path", width=16, phone="name")
    kind = t.Column("类别", accessor="get_kind_display", order_by="kind", phone="figure")
    quota_type = t.Column("编制类型", accessor="pk", order_by="quota_type__sort")
    places = t.NumberColumn("名额", order_by="places", phone="figure")
    starts_on = t.DayColumn("起始日期", order_by="starts_on")
    ends_on = t.DayColumn("截止日期", order_by="ends_on")
    document = t.DocumentColumn("依据文件")
    reason = t.Column("说明", wide_text=True, phone="hide")
    state = t.LampColumn("状态", accessor="pk")
    actions = t.ActionsColumn(
        lambda row, user: (
            [("解除", reverse("approvals:control_lift", args=[row.pk]))]
            if row.holds and user.may("examine", row.unit)
            else []
        )
    )

    def render_quota_type(self, record: UseControl) -> str:
        return record.quota_type.label if record.quota_type is not None else "全部"

    def render_places(self, record: UseControl) -> Any:
        return wording.NOTHING if record.kind == ControlKind.EXIT_ONLY else record.places

    def render_state(self, record: Any) -> Any:
        return lamp(*_standing_of(record))

    def value_state(self, record: Any) -> str:
        return _standing_of(record)[1]

    def row_class(self, record: Any) -> str:
        return "" if record.holds else "is-muted"


def _standing_of(control: Any) -> tuple[str, str]:
    if control.holds:
        return "green", "生效"
    return ("grey", "已解除") if control.ended else ("blue", "未生效")


class LoanTable(t.Table):
    """周转编制使用表."""

    key = "use-loans"
    caption = "周转编制使用表"
    fixed = ("unit",)
    empty = t.Empty("没有借出的周转编制", "从编制池借给单位的编制会列在这里，到期前提示。")

    unit = t.LinkColumn(
        "借用单位",
        accessor="unit.name",
        url=lambda row: reverse("approvals:loan", args=[row.pk]),
        order_by="unit__path",
        width=16,
    )
    supervisor = t.Column("主管部门", accessor="unit.supervising_unit", phone="hide")
    quota_type = t.Column("编制类型", accessor="pool.quota_type.label")
    lent = t.NumberColumn("借出", order_by="lent")
    places = t.NumberColumn("未还", order_by="places", phone="figure")
    starts_on = t.DayColumn("借出日期", order_by="starts_on", phone="hide")
    due_on = t.DayColumn("到期日期", order_by="due_on", phone="figure")
    state = t.LampColumn("预警", accessor="pk")
    reason = t.Column("事由", wide_text=True, phone="hide")

    def render_state(self, record: Any) -> Any:
        return lamp(*due_lamp(record))

    def value_state(self, record: Any) -> str:
        return due_lamp(record)[1]

    def row_class(self, record: Any) -> str:
        return "" if record.places else "is-muted"


def due_lamp(loan: Loan | Any) -> tuple[str, str]:
    """Return 预 (due soon) or 超 (overdue); `days` until it is due, `soon` of the settings."""
    if not loan.places:
        return "grey", "已还清"
    if loan.days < 0:
        return "red", f"逾期 {-loan.days} 天"
    if loan.days <= loan.soon:
        return "amber", f"还有 {loan.days} 天到期"
    return "green", "正常"
