"""Lists of applications: one for each tab of the inbox, and those of a unit."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.core import calendar
from apps.core import tables as t
from apps.core.lamps import lamp

from .choices import ENDED, State
from .models import Application, Copy, Step
from .moves import label as verb
from .progress import step_label
from .queries.inbox import MOST
from .remaining import remaining

#: Parameters of an inbox that the page of a case keeps, so that it knows the next one.
KEPT = ("tab", "q", "kind", "under", "lamp", "state")


#: Beside a limit that reaches into a year whose holidays are not published.
PROVISIONAL = format_html(
    ' <span class="badge-note" title="{}">暂算</span>', "该年放假安排未公布，暂按周末推算"
)


class _Lamp(t.LampColumn):
    """剩余时限: the lamp, what remains, and whether the limit is provisional."""

    def getter(self, bound: Any) -> Any:
        return lambda record: record

    def plain(self, value: Any, record: Any, table: Any) -> Any:
        return table.left(record).words


class CaseTable(t.Table):
    """Rows are applications, or (see `case`) point to one."""

    key = "inbox"
    caption = "办件"
    counted_to = MOST
    selectable = True
    #: The tab of the inbox that shows this list when its address names none: cases follow in it.
    tab = ""
    fixed: tuple[str, ...] = ("kind", "summary")
    hidden: tuple[str, ...] = ("number", "handler")

    kind = t.LinkColumn("事项", accessor="pk", width=8)
    unit = t.Column("单位", accessor="pk", width=16, phone="figure", wide_text=True)
    summary = t.Column("摘要", accessor="pk", wide_text=True, width=16, phone="figure")
    number = t.CodeColumn("受理编号", accessor="pk")
    arrived = t.MomentColumn("到达", accessor="pk", phone="figure")
    rest = _Lamp("剩余时限", accessor="pk", phone="lamp")
    step = t.Column("当前环节", accessor="pk", phone="figure")
    handler = t.Column("经办人", accessor="pk", phone="hide")

    def case(self, record: Any) -> Application:
        return record

    @cached_property
    def days(self) -> calendar.WorkCalendar:
        return calendar.current()

    @cached_property
    def now(self) -> dt.datetime:
        return timezone.now()

    @cached_property
    def kept(self) -> str:
        source = self._asked.GET if self._asked is not None else {}
        found = {"tab": self.tab} if self.tab else {}
        found |= {name: value for name in KEPT if (value := source.get(name))}
        return f"?{urlencode(found)}" if found else ""

    def address_of(self, record: Any) -> str:
        case = self.case(record)
        if case.state == State.DRAFT:
            return reverse("approvals:check", args=[case.pk])
        return reverse("approvals:detail", args=[case.pk]) + self.kept

    def left(self, record: Any) -> Any:
        return remaining(self.case(record), self.days, self.now)

    def row_label(self, record: Any) -> str:
        case = self.case(record)
        return f"{case.number or '草稿'} {case.summary}"

    def row_class(self, record: Any) -> str:
        case = self.case(record)
        late = case.due_at is not None and case.due_at < self.now and case.state not in ENDED
        return "is-over" if late else ""

    def render_kind(self, record: Any) -> Any:
        case = self.case(record)
        return format_html('<a href="{}">{}</a>', self.address_of(record), case.get_kind_display())

    def value_kind(self, record: Any) -> str:
        return self.case(record).get_kind_display()

    def render_unit(self, record: Any) -> str:
        return self.case(record).unit.name

    value_unit = render_unit

    def render_summary(self, record: Any) -> str:
        return self.case(record).summary or "—"

    value_summary = render_summary

    def render_number(self, record: Any) -> str:
        return self.case(record).number or "—"

    value_number = render_number

    def render_arrived(self, record: Any) -> Any:
        return self.columns["arrived"].column.cell(self.case(record).arrived_at, record, self)

    def value_arrived(self, record: Any) -> Any:
        return self.columns["arrived"].column.plain(self.case(record).arrived_at, record, self)

    def render_rest(self, record: Any) -> Any:
        case = self.case(record)
        if case.state in ENDED or case.state == State.DRAFT:
            return "—"
        if case.state == State.RETURNED:
            return lamp("amber", "待补正")
        found = self.left(record)
        badge = PROVISIONAL if found.provisional else ""
        return format_html(
            '<span title="{}">{}</span>{}', found.until, lamp(found.tone, found.words), badge
        )

    def render_step(self, record: Any) -> str:
        return step_label(self.case(record))

    value_step = render_step

    def render_handler(self, record: Any) -> str:
        case = self.case(record)
        return str(case.handler) if case.handler_id else "—"

    value_handler = render_handler


class TodoTable(CaseTable):
    key = "inbox-todo"
    caption = "待办"
    tab = "todo"
    empty = t.Empty("没有等您办理的办件", "新的办件到了您这一环节，就会出现在这里。")

    actions = t.ActionsColumn(lambda record, user: [("办理", record.get_absolute_url())])

    def render_actions(self, record: Any) -> Any:
        return format_html('<a href="{}">{}</a>', self.address_of(record), self.verb(record))

    def verb(self, record: Any) -> str:
        return "补正" if self.case(record).state == State.RETURNED else "办理"


class WatchTable(TodoTable):
    key = "inbox-watch"
    caption = "督办"
    tab = "watch"
    hidden = ("number",)
    empty = t.Empty("没有超期或将到期的办件", "范围内的办件都在时限以内。")

    def verb(self, record: Any) -> str:
        return "查看"


class ReturnedTable(WatchTable):
    key = "inbox-returned"
    caption = "退回待补正"
    tab = "returned"
    empty = t.Empty("没有退回后还没补正的办件", "您退回的办件，单位都已重新提交或撤回。")


class MineTable(CaseTable):
    key = "inbox-mine"
    caption = "我发起"
    hidden = ("handler",)
    fixed = ("kind", "summary")
    empty = t.Empty("还没有发起过办件", "在“业务申报”里选择事项，填写后提交。")


class DoneTable(CaseTable):
    """已办: rows are steps."""

    key = "inbox-done"
    caption = "已办"
    hidden = ("number", "rest", "arrived", "handler")
    empty = t.Empty("还没有办理过", "您通过、退回或不予通过的办件会列在这里。")

    at = t.MomentColumn("办理时间", accessor="at", phone="figure")
    move = t.Column("我的办理", accessor="pk", phone="figure")
    opinion = t.Column("意见", accessor="opinion", wide_text=True, phone="hide")

    class Meta:
        sequence = ("kind", "unit", "summary", "move", "opinion", "at", "step", "...")

    def case(self, record: Step) -> Application:
        return record.application

    def render_move(self, record: Step) -> str:
        did = verb(record.move, record.from_state)
        return f"{record.step} · {did}" if record.step else did

    value_move = render_move

    def row_class(self, record: Any) -> str:
        return ""


class CopyTable(CaseTable):
    """抄送: rows are copies."""

    key = "inbox-copies"
    caption = "抄送"
    hidden = ("number", "rest", "arrived", "handler")
    empty = t.Empty("没有抄送给您的办件", "同事办理时抄送给您的办件会列在这里。")

    by = t.Column("抄送人", accessor="pk", phone="figure")
    at = t.MomentColumn("抄送时间", accessor="at", phone="figure")
    seen = t.LampColumn("是否看过", accessor="pk", phone="lamp")

    class Meta:
        sequence = ("kind", "unit", "summary", "by", "at", "seen", "step", "...")

    def case(self, record: Copy) -> Application:
        return record.application

    def render_by(self, record: Copy) -> str:
        return str(record.by)

    value_by = render_by

    def render_seen(self, record: Copy) -> Any:
        return lamp("amber", "未看") if record.seen_at is None else lamp("green", "已看")

    def value_seen(self, record: Copy) -> str:
        return "未看" if record.seen_at is None else "已看"

    def row_class(self, record: Any) -> str:
        return ""


class UnitCaseTable(CaseTable):
    """办件 of one unit: the unit goes without saying."""

    key = "unit-cases"
    caption = "本单位的办件"
    selectable = False
    hidden = ("handler",)
    unit = None  # type: ignore[assignment]
    empty = t.Empty("还没有办件", "本单位申报的用编、入编、出编等事项会列在这里。")


class SubtreeCaseTable(CaseTable):
    """办件 of one unit and of the units below it."""

    key = "subtree-cases"
    caption = "本单位及下级的办件"
    hidden = ("handler",)
    empty = t.Empty("还没有办件", "本单位和下级单位申报的用编、入编、出编等事项会列在这里。")
