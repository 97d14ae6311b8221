"""发起公示, 登记和处理异议, 公示办结."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f

from ..forms.parts import PeopleForm
from ..models import Objection, Publicity
from ..rules import KEEPS_WATCH
from .fields import OwnUnitField
from .services import EVIDENCE, FEWEST_DAYS, MOST_DAYS


class StartForm(PeopleForm):
    """发起公示."""

    widths = {"unit": "half", "contact": "half", "note": "full"}
    suffixes = {"days": "个工作日"}
    sections = [
        ("公示什么", ("unit", "kind", "since")),
        ("怎样公示", ("place", "starts_on", "days", "contact", "note")),
    ]

    unit = OwnUnitField(label="公示单位")
    kind = forms.ChoiceField(label="公示类别", choices=Publicity.Kind.choices)
    since = f.DayField(
        label="入编时间自", required=False, help_text="只用于入编公示：这一天以后入编的人员"
    )
    place = forms.ChoiceField(label="公示范围", choices=Publicity.Place.choices)
    starts_on = f.DayField(label="公示开始", initial=timezone.localdate)
    days = forms.IntegerField(
        label="公示期限", initial=7, min_value=FEWEST_DAYS, max_value=MOST_DAYS
    )
    contact = forms.CharField(label="受理异议", max_length=120, help_text="部门、电话，印在公示上")
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.let_choose_of(self.user, KEEPS_WATCH)
        self.fields["starts_on"].widget.attrs.pop("max", None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        entry = data.get("kind") == Publicity.Kind.ENTRY
        if entry and data.get("since") is None and "since" not in self.errors:
            self.add_error("since", "入编公示请填写入编时间自哪一天起")
        if not entry:
            data["since"] = None
        return data

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class EvidenceForm(f.Form):
    file = f.UploadField(label="公示照片", types=EVIDENCE, max_mb=20)


class CloseForm(PeopleForm):
    widths = {"summary": "full"}

    summary = forms.CharField(
        label="公示结果",
        max_length=500,
        widget=forms.Textarea,
        help_text="如：公示期间收到异议 1 条，经核查已更正",
    )

    def __init__(self, *args: Any, publicity: Publicity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ObjectionForm(PeopleForm):
    widths = {"matter": "full"}

    raised_by = forms.CharField(label="异议人", max_length=60, help_text="不愿署名的填“匿名”")
    raised_on = f.DayField(label="提出日期", initial=timezone.localdate)
    person = forms.TypedChoiceField(
        label="涉及人员", required=False, coerce=int, empty_value=None, choices=()
    )
    matter = forms.CharField(label="异议内容", max_length=500, widget=forms.Textarea)

    def __init__(self, *args: Any, publicity: Publicity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [
            ("", "整个公示"),
            *((one["id"], one["name"]) for one in publicity.content.get("people", [])),
        ]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class HandleForm(PeopleForm):
    widths = {"note": "full"}

    handled_by = forms.CharField(label="处理人", max_length=60)
    handled_on = f.DayField(label="处理日期", initial=timezone.localdate)
    result = forms.ChoiceField(
        label="处理结果", choices=[("", "请选择"), *Objection.Result.choices]
    )
    note = forms.CharField(label="处理说明", max_length=500, widget=forms.Textarea)

    def __init__(self, *args: Any, objection: Objection, **kwargs: Any) -> None:
        initial = {"handled_by": getattr(kwargs.get("user"), "name", "")}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
