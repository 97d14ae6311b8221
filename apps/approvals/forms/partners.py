"""Forms of 部门联办 and of paper forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.staff.forms.fields import PhoneField

from ..choices import Partner


def _words(label: str, *, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": f"请填写{label}"},
    )


class ConfirmForm(f.Form):
    """A partner's word. objecting: the opinion is needed."""

    widths = {"opinion": "full", "reference_no": "full"}

    reference_no = forms.CharField(
        label="本部门业务号",
        max_length=60,
        required=False,
        help_text="如 工资审批号，可不填",
    )
    opinion = _words("意见", help_text="提出异议时请写明哪里不一致，编办会看到并答复")

    def __init__(self, *args: Any, objecting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opinion"].required = objecting
        self.fields["opinion"].error_messages["required"] = "提出异议请写明理由，编办才知道怎样核实"


class AnswerForm(f.Form):
    widths = {"opinion": "full"}

    opinion = _words("答复", required=True, help_text="说明核实情况；对方看到后再确认")


class StandInForm(f.Form):
    """编办代为确认, for a partner without an account."""

    widths = {"opinion": "full", "document": "full"}

    document = DocumentField(
        label="纸质依据", required=False, help_text="对方签署的纸质材料，先在文件档案里登记"
    )
    reference_no = forms.CharField(label="对方业务号", max_length=60, required=False)
    opinion = _words("代为确认的理由", required=True, help_text="如 该部门没有账户，已在表上盖章")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: DocumentField = self.fields["document"]
        field.let_choose(user)


class CollectForm(f.Form):
    """登记领取: who took the paper."""

    widths = {"opinion": "full"}

    collector = forms.CharField(
        label="领取人", max_length=40, error_messages={"required": "请填写领取人姓名"}
    )
    phone = PhoneField()
    opinion = _words("备注")


class BringBackForm(f.Form):
    """登记交回: when, and whose stamps it carries."""

    widths = {"opinion": "full", "stamped": "full"}

    on = f.DayField(label="交回日期", error_messages={"required": "请填写交回日期"})
    stamped = forms.MultipleChoiceField(
        label="已盖章部门",
        choices=Partner.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opinion = _words("备注")

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError("交回日期不能晚于今天", code="future")
        return day


class UpdateForm(f.Form):
    widths = {"opinion": "full"}

    opinion = _words("备注")
