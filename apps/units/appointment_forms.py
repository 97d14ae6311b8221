"""The form and the query bar of role appointments."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.roles import PERMISSIONS, ROLES
from apps.core import filters as fl
from apps.core import forms as f

from .models import Unit

ROLE_CHOICES = [(role.code, role.label) for role in ROLES.values()]


def rights_of(role: str) -> str:
    """Return what a role may do, in words."""
    found = ROLES.get(role)
    held = found.permissions if found else frozenset()
    return "、".join(label for code, label in PERMISSIONS.items() if code in held)


def account_label(user: User) -> str:
    return f"{user.name}（{user.username}）"


class AppointmentForm(f.Form):
    """Who gets which role on which subtree."""

    widths = {"note": "full", "user": "half", "unit": "half", "role": "half"}

    user = f.PickerField(
        label="账户",
        url_name="accounts:suggest",
        queryset=User.objects.none(),
        lookups=("username", "name"),
        label_of=account_label,
        placeholder="姓名或用户名",
        error_messages={"required": "请选择账户"},
    )
    role = django_forms.ChoiceField(
        label="角色",
        choices=[("", "请选择"), *ROLE_CHOICES],
        error_messages={"required": "请选择角色"},
    )
    unit = f.PickerField(
        label="范围（本级及下级）",
        url_name="units:appointment_units",
        queryset=Unit.objects.none(),
        lookups=("code", "name"),
        placeholder="单位名称、拼音或编码",
        error_messages={"required": "请选择单位"},
    )
    note = django_forms.CharField(
        label="授权依据或理由",
        max_length=200,
        help_text="如 编办发〔2026〕3号；确认人据此判断",
        error_messages={"required": "请写明授权依据或理由"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, admin_kind__isnull=True)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.active()  # type: ignore[attr-defined]


class AppointmentFilter(fl.FilterSet):
    q = fl.TextFilter(label="人员", placeholder="姓名、用户名", method="by_person")
    role = fl.ChoiceFilter(label="角色", choices=ROLE_CHOICES)
    unit = fl.TextFilter(label="单位", placeholder="单位名称或编码", method="by_unit")
    state = fl.ChoiceFilter(
        label="状态", choices=[("open", "有效"), ("ended", "已收回")], method="by_state"
    )

    def by_person(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))

    def by_unit(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(unit__name__icontains=text) | Q(unit__code__startswith=text))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(ends_at__isnull=value == "open")
