"""Lists of role appointments."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.accounts.roles import ROLES
from apps.core import tables as t
from apps.core.lamps import lamp

from .appointment_forms import rights_of
from .models import Appointment


class AppointmentTable(t.Table):
    key = "appointments"
    caption = "角色授权"
    fixed = ("user", "role", "unit")
    hidden = ("code", "ends_at")
    empty = t.Empty(
        "没有符合条件的授权", "换个条件再查，或授予角色。", "授予角色", "units:appointment_create"
    )

    user = t.LinkColumn(
        "姓名",
        order_by=("user__name",),
        url=lambda row: reverse("units:appointments_of_user", args=[row.user_id]),
    )
    username = t.CodeColumn("用户名", accessor="user.username", order_by=("user__username",))
    title = t.Column("单位与职务", accessor="user.title", wide_text=True)
    role = t.Column("角色", order_by=("role",))
    unit = t.Column(
        "范围（本级及下级）", accessor="unit.name", order_by=("unit__path",), wide_text=True
    )
    code = t.CodeColumn("机构编码", accessor="unit.code")
    starts_at = t.MomentColumn("授予时间", order_by=("starts_at",))
    ends_at = t.MomentColumn("收回时间", order_by=("ends_at",))
    state = t.LampColumn("状态", accessor="ends_at")
    note = t.Column("说明", wide_text=True)

    def render_role(self, record: Appointment) -> str:
        return role_label(record.role)

    def value_role(self, record: Appointment) -> str:
        return role_label(record.role)

    def render_state(self, record: Appointment) -> Any:
        return lamp("grey", "已收回") if record.ends_at else lamp("green", "有效")

    def value_state(self, record: Appointment) -> str:
        return "已收回" if record.ends_at else "有效"

    def row_class(self, record: Appointment) -> str:
        return "is-muted" if record.ends_at else ""


def role_label(role: str) -> str:
    return ROLES[role].label if role in ROLES else role


__all__ = ["AppointmentTable", "rights_of", "role_label"]
