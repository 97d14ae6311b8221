"""编制使用申请表 as a unit files it: the letter once, then one line for each purpose (§2.9)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.units.forms import UnitField

from ..filing import filing_permission

#: heads one line may ask for; more is a typing error
MOST = 500

PURPOSES = (
    "补充空编",
    "考试录用公务员",
    "公开招聘",
    "遴选（选调）",
    "人才引进",
    "军转（退役）安置",
    "领导班子配备",
    "其他",
)


class UseLineForm(f.Form):
    """One purpose. What concerns the whole application is repeated on each line's form."""

    LETTER = ("letter_title", "letter_no", "letter_on")
    WHOLE = (*LETTER, "is_annual", "source")
    PURPOSE = ("purpose", "detail")

    sections = [
        ("用编单位", ("unit", "is_annual", "source")),
        ("来文", LETTER),
        ("用编", ("quota_type", "asked", "purpose", "detail")),
    ]
    widths = {"unit": "half", "letter_title": "half", "detail": "full"}
    suffixes = {"asked": "名"}

    unit = UnitField(label="用编单位")
    is_annual = forms.ChoiceField(
        label="年度用编",
        choices=[("", "请选择"), ("1", "是，使用年度用编计划"), ("0", "否，临时用编")],
        error_messages={"required": "请选择是否年度用编"},
    )
    source = f.CodeField(label="人员来源", table="entry_mode")
    letter_title = forms.CharField(label="来文文件名", max_length=120)
    letter_no = forms.CharField(label="来文文号", max_length=60)
    letter_on = f.DayField(label="来文日期")
    quota_type = f.CodeField(label="编制类型", table="quota_type")
    asked = forms.IntegerField(
        label="申报数",
        min_value=1,
        max_value=MOST,
        error_messages={
            "min_value": "申报数应为 1 以上的整数",
            "max_value": f"申报数不超过 {MOST}，请核对",
        },
    )
    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *((p, p) for p in PURPOSES)])
    detail = forms.CharField(
        label="详细用途",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="岗位、专业、职务等；用途选“其他”的必填",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: UnitField = self.fields["unit"]  # type: ignore[assignment]
        field.permission = filing_permission(user)
        field.let_choose(user)
        self.fields["letter_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_letter_on(self) -> Any:
        day = self.cleaned_data["letter_on"]
        if day and day > timezone.localdate():
            raise ValidationError("来文日期不能晚于今天", code="future")
        return day

    def clean_is_annual(self) -> bool:
        return str(self.cleaned_data["is_annual"]) == "1"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("purpose") == "其他" and not data.get("detail"):
            self.add_error("detail", "用途选“其他”的，请写明详细用途")
        return data
