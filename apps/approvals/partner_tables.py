"""Tables of 部门联办: what waits, what was confirmed, who came and went, what is on paper."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from apps.core import tables as t
from apps.core.lamps import lamp
from apps.staff.models import Occupancy
from apps.staff.tables import PeopleTable

from . import progress
from .models import Application, Confirmation
from .queries import differences, joint
from .queries.inbox import MOST
from .rules import is_objected, partners_of


def _slip(row: Confirmation) -> str:
    return reverse("approvals:slip", args=[row.pk])


def _case(row: Confirmation) -> str:
    return reverse("approvals:joint_case", args=[row.application_id])


class _PartTable(t.Table):
    number = t.LinkColumn(
        "受理编号",
        accessor="application.number",
        url=_slip,
        order_by="application__number",
        phone="name",
    )
    kind = t.Column("事项", accessor="application.get_kind_display", phone="hide")
    summary = t.Column("摘要", accessor="application.summary", wide_text=True, phone="figure")
    unit = t.Column("申报单位", accessor="application.unit.name", order_by="scope", phone="figure")
    partner = t.Column("联办部门", accessor="get_partner_display", order_by="partner", phone="hide")

    def row_label(self, record: Confirmation) -> str:
        return str(record.application.number)


class _CasePartTable(_PartTable):
    """Parts of several partners: each says whose it is, and opens the chain of its case."""

    number = t.LinkColumn(
        "受理编号",
        accessor="application.number",
        url=_case,
        order_by="application__number",
        phone="name",
    )
    partner = t.Column(
        "联办部门", accessor="get_partner_display", order_by="partner", phone="figure"
    )


class WaitingTable(_PartTable):
    key = "to-confirm"
    caption = "待确认"
    selectable = True
    fixed = ("number", "state")
    hidden = ("partner",)
    empty = t.Empty("没有待确认的办件", "编办办结入出编后，轮到本部门时显示在这里。")

    arrived = t.MomentColumn("收到时间", accessor="arrived_at", order_by="arrived_at", phone="hide")
    due = t.MomentColumn("期限", accessor="due_at", order_by="due_at", phone="figure")
    state = t.LampColumn("状态", accessor="pk", phone="lamp")
    verbs = t.Column("操作", accessor="pk", exclude_from_export=True, phone="verb")

    def render_state(self, record: Confirmation) -> Any:
        return lamp(*joint.lamp_of(record))

    def value_state(self, record: Confirmation) -> str:
        return joint.lamp_of(record)[1]

    def render_verbs(self, record: Confirmation) -> Any:
        return format_html(
            '<button type="submit" class="btn btn-primary btn-row" form="batch-{}{}" '
            'formaction="{}" name="only" value="{}" data-submit>'
            '<span class="btn-text">确认</span></button> <a href="{}">查看</a>',
            self.prefix,
            self.key,
            reverse("approvals:confirm"),
            record.pk,
            _slip(record),
        )

    def row_class(self, record: Confirmation) -> str:
        return "is-over" if joint.lamp_of(record)[0] == "red" else ""


class ConfirmedTable(_PartTable):
    key = "confirmed"
    caption = "已确认"
    hidden = ("partner", "arrived")
    empty = t.Empty("还没有确认过的办件", "确认过的办件都留在这里，可按时间查询和导出。")

    reference = t.CodeColumn("本部门业务号", accessor="reference_no", phone="hide")
    arrived = t.MomentColumn("收到时间", accessor="arrived_at", order_by="arrived_at")
    confirmed = t.MomentColumn("确认时间", accessor="confirmed_at", order_by="confirmed_at")
    who = t.Column("确认人", accessor="pk", phone="hide")
    state = t.LampColumn("办件", accessor="pk", phone="lamp")

    def render_who(self, record: Confirmation) -> str:
        return who_of(record)

    def render_state(self, record: Confirmation) -> Any:
        return lamp(*progress.lamp_of(record.application))

    def value_state(self, record: Confirmation) -> str:
        return progress.lamp_of(record.application)[1]


class JointTable(_CasePartTable):
    """The office's: parts that wait, objections first."""

    key = "joint"
    caption = "部门联办"
    fixed = ("number", "state")
    empty = t.Empty("没有在部门联办的办件", "入库后由组织、人社、财政、社保确认，全部确认即办结。")

    due = t.MomentColumn("期限", accessor="due_at", order_by="due_at", phone="figure")
    state = t.LampColumn("状态", accessor="pk", phone="lamp")
    opinion = t.Column("异议", accessor="opinion", wide_text=True, phone="hide")

    def render_state(self, record: Confirmation) -> Any:
        return lamp(*joint.lamp_of(record))

    def value_state(self, record: Confirmation) -> str:
        return joint.lamp_of(record)[1]

    def row_class(self, record: Confirmation) -> str:
        return "is-over" if is_objected(record) else ""


class PayrollTable(PeopleTable):
    key = "payroll"
    caption = "人员入出编清单"
    fixed = ("name", "change")
    hidden = ("mode_in", "mode_out", "papers")
    empty = t.Empty("这段时间没有人员入编、出编", "换一段时间再查。")

    change = t.LampColumn("变动", accessor="pk", phone="lamp")
    entered = t.DayColumn("入编时间", accessor="starts_on", order_by="starts_on")
    left = t.DayColumn("出编时间", accessor="ends_on", order_by="ends_on")
    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    post = t.Column("职务", accessor="post_name", phone="hide", wide_text=True)
    mode_in = t.Column("进入方式", accessor="entry_mode.label", phone="hide")
    mode_out = t.Column("退出方式", accessor="exit_mode.label", phone="hide")
    papers = t.Column("入编文号", accessor="document.number", phone="hide")

    def render_change(self, record: Occupancy) -> Any:
        return lamp(*_change(record))

    def value_change(self, record: Occupancy) -> str:
        return _change(record)[1]


class DifferenceTable(_CasePartTable):
    """对账差异: parts of cases that changed the register, and how they differ from it."""

    key = "differences"
    caption = "对账差异"
    fixed = ("number", "what")
    hidden = ("due", "kind")
    counted_to = MOST
    empty = t.Empty(
        "没有差异", "已入库的办件里，没有逾期未确认、有异议、逾期后才确认或缺对方业务号的。"
    )

    what = t.LampColumn("差异", accessor="pk", phone="figure")
    effected = t.MomentColumn(
        "入库时间",
        accessor="application.effected_at",
        order_by="application__effected_at",
        phone="figure",
    )
    due = t.MomentColumn("确认期限", accessor="due_at", order_by="due_at", phone="hide")
    confirmed = t.MomentColumn(
        "确认时间", accessor="confirmed_at", order_by="confirmed_at", phone="hide"
    )
    reference = t.CodeColumn("对方业务号", accessor="reference_no", phone="hide")
    opinion = t.Column("异议", accessor="opinion", wide_text=True, phone="hide")

    class Meta:
        sequence = ("number", "kind", "summary", "unit", "partner", "what", "opinion", "...")

    def render_number(self, record: Confirmation) -> Any:
        """Open a partner's own part where it is confirmed; the office the chain of the case."""
        user = getattr(self._asked, "user", None)
        own = user is not None and record.partner in partners_of(user, record.application)
        address = _slip(record) if own else _case(record)
        return format_html('<a href="{}">{}</a>', address, record.application.number)

    def render_what(self, record: Confirmation) -> Any:
        tone = "red" if record.confirmed_at is None else "amber"
        return lamp(tone, self.value_what(record))

    def value_what(self, record: Confirmation) -> str:
        return "；".join(differences.DIFFERENCES[code] for code in differences.said(record))

    def render_opinion(self, record: Confirmation) -> str:
        return self.value_opinion(record) or "—"

    def value_opinion(self, record: Confirmation) -> str:
        return record.opinion if record.objected_at is not None else ""

    def row_class(self, record: Confirmation) -> str:
        return "is-over" if record.confirmed_at is None else ""


class PaperTable(t.Table):
    key = "paper-forms"
    caption = "纸质流转"
    fixed = ("number", "state")
    empty = t.Empty("没有在外流转的纸质表单", "按纸质流转办理的事项，审定后在这里登记领取、交回。")

    number = t.LinkColumn(
        "受理编号",
        accessor="number",
        url=lambda row: reverse("approvals:paper_form", args=[row.pk]),
        order_by="number",
        phone="name",
    )
    kind = t.Column("事项", accessor="get_kind_display", phone="hide")
    summary = t.Column("摘要", wide_text=True, phone="figure")
    unit = t.Column("申报单位", accessor="unit.name", order_by="scope", phone="figure")
    state = t.LampColumn("状态", accessor="pk", phone="lamp")
    arrived = t.MomentColumn("自", accessor="arrived_at", order_by="arrived_at", phone="hide")
    actions = t.ActionsColumn(
        lambda row, user: [("办理", reverse("approvals:paper_form", args=[row.pk]))]
    )

    def render_state(self, record: Application) -> Any:
        return lamp(*progress.lamp_of(record))

    def value_state(self, record: Application) -> str:
        return progress.lamp_of(record)[1]


def who_of(row: Confirmation) -> str:
    """Return who confirmed: a person, a system, or the office for the partner."""
    if row.client:
        return f"{row.client}（接口）"
    if row.paper_document_id is not None:
        return f"{row.confirmed_by}（编办代为确认）"
    return str(row.confirmed_by or "")


def _change(spell: Occupancy) -> tuple[str, str]:
    return ("grey", "出编") if spell.is_exit else ("green", "入编")  # type: ignore[attr-defined]
