"""Forms of settings, the yearly plan, the pool."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.core.models import CodeValue
from apps.documents.forms import DocumentField
from apps.quotas.forms import places_field
from apps.units.forms import UnitField

from ..choices import BalanceMode, Formula, Leaders, Per, Relation
from ..filing import filing_permission
from ..models import KindVersion, PlanLine, UseSetting
from .use import words


class UseSettingForm(f.Form):
    """Everything an office sets for 用编, on one page."""

    columns = 2
    suffixes = {"valid_months": "个月", "soon": "天"}
    widths = {"formula": "full", "exempt_modes": "full", "reason": "full"}
    sections = [
        ("通知单", ("prefix", "valid_months")),
        ("可用编制", ("formula", "leaders")),
        ("动态平衡", ("balance", "relation", "ratio_out", "ratio_in", "per", "exempt_modes")),
        ("收回和周转", ("recover", "soon")),
        ("修改说明", ("reason",)),
    ]

    prefix = forms.CharField(  # type: ignore[assignment]
        label="通知单字头", max_length=16, help_text="如“剡编控”，通知单号为 剡编控〔2026〕1号"
    )
    valid_months = forms.IntegerField(
        label="有效期", min_value=0, max_value=60, help_text="0 表示到当年 12 月 31 日"
    )
    formula = forms.ChoiceField(label="可用编制公式", choices=Formula.choices)
    leaders = forms.ChoiceField(label="空缺领导职数取", choices=Leaders.choices)
    balance = forms.ChoiceField(label="超出动态平衡时", choices=BalanceMode.choices)
    relation = forms.ChoiceField(label="入编与出编的关系", choices=Relation.choices)
    ratio_out = forms.IntegerField(label="比例：出", min_value=1, max_value=99)
    ratio_in = forms.IntegerField(label="比例：进", min_value=1, max_value=99)
    per = forms.ChoiceField(label="计算范围", choices=Per.choices)
    exempt_modes = forms.MultipleChoiceField(
        label="不计入的进入方式", required=False, widget=forms.CheckboxSelectMultiple
    )
    recover = forms.BooleanField(label="超编和只出不进单位空出的编制收回入池", required=False)
    soon = forms.IntegerField(label="周转到期提前提示", min_value=0, max_value=365)
    reason = words("修改说明", most=200)

    VALUES = (
        "prefix", "balance", "relation", "ratio_in", "ratio_out", "per", "exempt_modes", "recover",
        "soon",
    )  # fmt: skip
    OPTIONS = ("formula", "leaders", "valid_months")

    def __init__(self, *args: Any, setting: UseSetting, version: KindVersion, **kwargs: Any):
        initial = {name: getattr(setting, name) for name in self.VALUES}
        initial |= {
            "formula": version.option("formula", Formula.RESERVES),
            "leaders": version.option("leaders", Leaders.UNIT),
            "valid_months": version.option("valid_months", 12),
        }
        super().__init__(*args, initial=initial, **kwargs)
        modes: Any = self.fields["exempt_modes"]
        modes.choices = CodeValue.objects.choices("entry_mode")

    def clean_prefix(self) -> str:
        text = self.cleaned_data["prefix"].strip()
        if any(mark in text for mark in "〔〕[]［］()（）0123456789"):
            raise ValidationError("字头只写机关代字，不写年份和括号", code="prefix")
        return text

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.VALUES}

    def options(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.OPTIONS}


class PlanForm(f.Form):
    suffixes = {"limit": "名"}
    widths = {"note": "full"}

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    due_on = f.DayField(label="申报截止")
    limit = places_field("年度用编总量")
    note = words("说明", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs.setdefault("initial", {"year": today.year + (today.month > 9)})
        super().__init__(*args, **kwargs)

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError("申报截止不能早于今天", code="past")
        return day


class RequestForm(f.Form):
    """What a unit asks for of one type."""

    suffixes = {"requested": "名"}
    widths = {"unit": "half", "reason": "full"}

    unit = UnitField(label="单位")
    quota_type = f.CodeField(label="编制类型", table="quota_type")
    requested = forms.IntegerField(
        label="申报数",
        min_value=1,
        max_value=5000,
        error_messages={"min_value": "申报数应为 1 以上的整数"},
    )
    reason = words("用途和理由")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: UnitField = self.fields["unit"]  # type: ignore[assignment]
        field.permission = filing_permission(user)
        field.let_choose(user)


class ReviewForm(forms.Form):
    """核定数 and 意见 of every line of a plan, drawn in its table; only what is filled counts."""

    def __init__(self, *args: Any, lines: list[PlanLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"granted_{line.pk}"] = forms.IntegerField(
                label=f"{line.unit.name}核定数",
                required=False,
                min_value=0,
                max_value=line.requested,
                initial=line.granted,
                error_messages={
                    "max_value": f"不能超过申报数 {line.requested}",
                    "min_value": "应为 0 以上的整数",
                    "invalid": "应为整数",
                },
                widget=forms.NumberInput(attrs={"class": "form-control num-input"}),
            )
            self.fields[f"opinion_{line.pk}"] = forms.CharField(
                label=f"{line.unit.name}审核意见",
                required=False,
                max_length=300,
                initial=line.opinion,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )

    def granted(self) -> dict[int, tuple[int, str]]:
        found = {}
        for line in self.lines:
            places = self.cleaned_data.get(f"granted_{line.pk}")
            if places is not None:
                found[line.pk] = (places, self.cleaned_data[f"opinion_{line.pk}"])
        return found


class IssuePlanForm(f.Form):
    document = DocumentField(label="下达文件")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].let_choose(user)  # type: ignore[attr-defined]


class _ByDocument(f.Form):
    """A move of the pool, by a document, on a day not in the future."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField | DocumentField):
                field.let_choose(user)

    def _past(self, name: str) -> dt.date:
        day: dt.date = self.cleaned_data[name]
        if day > timezone.localdate():
            raise ValidationError("日期不能晚于今天", code="future")
        return day


class PoolForm(_ByDocument):
    suffixes = {"places": "名"}
    widths = {"reason": "full"}

    quota_type = f.CodeField(label="编制类型", table="quota_type")
    direction = forms.ChoiceField(
        label="方向", choices=[("in", "划入（上级下达、调入）"), ("out", "划出（不再收回）")]
    )
    places = forms.IntegerField(label="名额", min_value=1, max_value=100_000)
    on = f.DayField(label="日期", initial=timezone.localdate)
    document = DocumentField(label="依据文件")
    reason = words("说明", required=False, most=200)

    def clean_on(self) -> dt.date:
        return self._past("on")


class LendForm(_ByDocument):
    suffixes = {"places": "名"}
    widths = {"unit": "half", "reason": "full"}

    unit = UnitField(permission="examine", label="借用单位")
    places = forms.IntegerField(label="名额", min_value=1, max_value=10_000)
    starts_on = f.DayField(label="借出日期", initial=timezone.localdate)
    due_on = f.DayField(label="到期日期")
    document = DocumentField(label="依据文件")
    reason = words("事由", most=150)

    def clean_starts_on(self) -> dt.date:
        return self._past("starts_on")


class ExtendForm(_ByDocument):
    widths = {"note": "full"}

    due_on = f.DayField(label="延期至")
    document = DocumentField(label="依据文件")
    note = words("说明", required=False, most=200)


class ReturnLoanForm(_ByDocument):
    suffixes = {"places": "名"}
    widths = {"note": "full"}

    places = forms.IntegerField(label="归还名额", min_value=1, max_value=10_000)
    on = f.DayField(label="归还日期", initial=timezone.localdate)
    document = DocumentField(label="依据文件")
    note = words("说明", required=False, most=200)

    def clean_on(self) -> dt.date:
        return self._past("on")
