"""Forms of what one administrator proposes and another confirms."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from apps.core import forms as f
from apps.core import policy

from ..choices import AdministratorKind
from ..models import User


def reason_field(label: str = "理由", help_text: str = "") -> django_forms.CharField:
    return django_forms.CharField(
        label=label,
        max_length=200,
        help_text=help_text,
        error_messages={"required": f"请写明{label}"},
    )


def account_label(user: User) -> str:
    return f"{user.name}（{user.username}）"


class ReasonForm(f.Form):
    """Why something is proposed or done."""

    widths = {"reason": "full"}
    reason = reason_field()


class OpinionForm(f.Form):
    """The confirmer's word; needed when he declines."""

    widths = {"note": "full"}
    note = django_forms.CharField(label="办理意见", max_length=200, required=False)

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needed
        self.fields["note"].error_messages["required"] = "不同意时请写明原因"


class AdministratorForm(f.Form):
    """Which ordinary account becomes which of 三员."""

    widths = {"user": "half", "kind": "half", "reason": "full"}

    user = f.PickerField(
        label="账户",
        url_name="accounts:suggest",
        queryset=User.objects.none(),
        lookups=("username", "name"),
        label_of=account_label,
        placeholder="姓名或用户名",
        error_messages={"required": "请选择账户"},
    )
    kind = django_forms.ChoiceField(
        label="管理员类别",
        choices=[("", "请选择"), *AdministratorKind.choices],
        error_messages={"required": "请选择管理员类别"},
    )
    reason = reason_field(help_text="如 岗位调整，编办〔2026〕3号")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordinary = User.objects.filter(is_active=True, admin_kind__isnull=True)
        self.fields["user"].queryset = ordinary


class PolicyForm(f.Form):
    """Another value of one setting; its bounds are said where they are broken."""

    widths = {"reason": "full"}

    def __init__(self, *args: Any, setting: policy.Setting, now: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.now = now
        wrong = f"请填写 {setting.least} 至 {setting.most} 的整数"
        value: django_forms.Field
        if setting.is_switch:
            value = django_forms.TypedChoiceField(
                label="改为", coerce=int, choices=[(1, "是"), (0, "否")], initial=1 - now
            )
        else:
            value = django_forms.IntegerField(
                label="改为",
                initial=now,
                min_value=setting.least,
                max_value=setting.most,
                error_messages={
                    "min_value": wrong,
                    "max_value": wrong,
                    "invalid": wrong,
                    "required": wrong,
                },
            )
            self.suffixes = {"value": setting.unit}
        self.fields["value"] = value
        self.fields["reason"] = reason_field()

    def clean_value(self) -> int:
        value: int = self.cleaned_data["value"]
        if value == self.now:
            raise django_forms.ValidationError("与现在的值相同，不必提议", code="same")
        return value
