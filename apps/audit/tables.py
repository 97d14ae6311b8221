"""Lists of audit events."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.core import tables as t
from apps.core import wording
from apps.core.lamps import lamp

from .models import Alert, AuditEvent
from .sentences import sentence


class EventTable(t.Table):
    key = "audit"
    caption = "操作审计"
    counted_to = 10_000
    fixed = ("at", "actor", "kind")
    hidden = ("request_id", "target_id", "purpose")
    empty = t.Empty("没有符合条件的记录", "放宽时间或换个条件再查。")

    at = t.LinkColumn(
        "时间",
        order_by=("at",),
        url=lambda event: reverse("audit:event_detail", args=[event.pk]),
        width=12,
    )
    actor = t.Column("操作人", accessor="actor_name")
    kind = t.Column("事项")
    target_type = t.Column("对象类别")
    target = t.Column("对象", accessor="target_label", wide_text=True)
    target_id = t.CodeColumn("对象编号")
    outcome = t.LampColumn("结果")
    note = t.Column("说明", wide_text=True)
    purpose = t.Column("用途", wide_text=True)
    address = t.CodeColumn("来源地址")
    request_id = t.CodeColumn("请求号")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = dict(_types())

    def render_at(self, record: AuditEvent, column: Any) -> Any:
        return column.cell(wording.moment(record.at), record, self)

    def value_at(self, record: AuditEvent) -> str:
        return f"{wording.local(record.at):%Y-%m-%d %H:%M:%S}"

    def render_kind(self, record: AuditEvent) -> str:
        return sentence(record.kind)

    def value_kind(self, record: AuditEvent) -> str:
        return sentence(record.kind)

    def render_target_type(self, record: AuditEvent) -> str:
        return self.types.get(record.target_type, record.target_type) or wording.NOTHING

    def value_target_type(self, record: AuditEvent) -> str:
        return self.types.get(record.target_type, record.target_type)

    def render_outcome(self, record: AuditEvent) -> Any:
        refused = record.outcome == AuditEvent.Outcome.REFUSED
        return lamp("red" if refused else "green", record.get_outcome_display())

    def value_outcome(self, record: AuditEvent) -> str:
        return record.get_outcome_display()


class LookTable(EventTable):
    """Who looked at what, and what for."""

    key = "audit_looks"
    hidden = ("request_id", "target_id", "address")


class AlertTable(t.Table):
    key = "alerts"
    caption = "告警"
    fixed = ("summary", "state")
    empty = t.Empty("没有告警", "出现大量查看、非办公时段导出等情况时会列在这里。")

    summary = t.LinkColumn(
        "情况",
        wide_text=True,
        url=lambda alert: reverse("audit:alert", args=[alert.pk]),
    )
    kind = t.Column("类别", order_by=("kind",))
    state = t.LampColumn("状态", accessor="handled_at", order_by=("handled_at",))
    at = t.MomentColumn("时间", order_by=("at",))
    actor = t.Column("操作人", accessor="actor_name")
    address = t.CodeColumn("来源地址")
    handled_by = t.Column("处理人", accessor="handled_by_name")
    handled_at = t.MomentColumn("处理时间", order_by=("handled_at",))
    handling = t.Column("处理情况", wide_text=True)

    def render_kind(self, record: Alert) -> str:
        return record.get_kind_display()

    def value_kind(self, record: Alert) -> str:
        return record.get_kind_display()

    def render_state(self, record: Alert) -> Any:
        return lamp("green", "已处理") if record.handled_at else lamp("red", "待处理")

    def value_state(self, record: Alert) -> str:
        return "已处理" if record.handled_at else "待处理"


def _types() -> list[tuple[str, str]]:
    from .filters import type_choices  # filters read the registry of models

    return type_choices()
