"""Forms of tying an account to a person, and of holding looks back."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.core import forms as f

from ..models import Person


class TieForm(f.Form):
    """Whose account it is, and the number on the card. The number is compared, never kept."""

    widths = {"user": "half", "number": "half", "reason": "full"}

    user = f.PickerField(
        label="账户",
        url_name="staff:tie_accounts",
        queryset=User.objects.none(),
        lookups=("username",),
        label_of=lambda user: f"{user.name}（{user.username}）",
        placeholder="用户名",
        error_messages={"required": "请选择账户"},
    )
    number = django_forms.CharField(
        label="核对证件号码",
        max_length=18,
        widget=django_forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="照本人出示的身份证输入，与登记核对，不保存",
        error_messages={"required": "请输入证件上的号码"},
    )
    reason = django_forms.CharField(
        label="说明",
        max_length=200,
        help_text="如 本人到场，已核对证件",
        error_messages={"required": "请写明怎样核实的"},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = User.objects.filter(is_active=True, admin_kind__isnull=True, name=person.name)
        self.fields["user"].queryset = same.filter(own_record__isnull=True)


class UntieForm(f.Form):
    """Why an account and a person do not belong together, or no longer."""

    widths = {"reason": "full"}

    reason = django_forms.CharField(
        label="原因",
        max_length=200,
        help_text="如 绑定错误、已调离、本人不再需要",
        error_messages={"required": "请写明为什么解除"},
    )


class HoldForm(f.Form):
    """Which person, by the number of the register, and until when."""

    widths = {"reason": "full"}

    person_no = django_forms.CharField(
        label="人员编号", max_length=20, error_messages={"required": "请输入人员编号"}
    )
    until = f.DayField(label="暂缓公开至", error_messages={"required": "请选择日期"})
    reason = django_forms.CharField(
        label="依据",
        max_length=200,
        help_text="办案机关的文号，不写案情",
        error_messages={"required": "请写明依据的文号"},
    )

    def clean_person_no(self) -> Person:
        number = self.cleaned_data["person_no"].strip()
        person = Person.objects.filter(person_no=number).first()
        if person is None:
            raise ValidationError("没有这个人员编号，请核对", code="unknown")
        return person
