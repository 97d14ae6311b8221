"""Forms of the office: issue, give back, revoke, reserves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.quotas.forms import places_field
from apps.units.forms import UnitField

from ..choices import ControlKind, SlotState
from ..models import Notice, Slot


def words(label: str, *, required: bool = True, most: int = 300) -> forms.CharField:
    """Return a field of a few lines of text."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class IssueForm(f.Form):
    until = f.DayField(label="有效期至")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = timezone.localdate().isoformat()


class ReturnForm(f.Form):
    """Which free heads are given back; the boxes stand in the table of the page."""

    widths = {"reason": "full"}

    slots = forms.ModelMultipleChoiceField(
        queryset=Slot.objects.none(),
        label="用编序号",
        error_messages={"required": "请勾选要退回的用编序号"},
    )
    reason = words("退回原因", most=200)

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["slots"]
        field.queryset = notice.slots.filter(state=SlotState.FREE)


class RevokeForm(f.Form):
    widths = {"reason": "full"}

    reason = words("撤销理由")


class ControlForm(f.Form):
    """预留 and 只出不进."""

    suffixes = {"places": "名"}
    widths = {"unit": "half", "reason": "full"}
    sections = [
        ("管控", ("unit", "kind", "quota_type", "places", "starts_on", "ends_on")),
        ("依据", ("document", "reason")),
    ]

    unit = UnitField(permission="examine", label="单位")
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *ControlKind.choices])
    quota_type = f.CodeField(
        label="编制类型", table="quota_type", required=False, empty_label="全部（仅只出不进）"
    )
    places = places_field("名额")
    starts_on = f.DayField(label="起始日期", initial=timezone.localdate)
    ends_on = f.DayField(label="截止日期", required=False, help_text="这一天起不再管控；不填为长期")
    document = DocumentField(label="依据文件")
    reason = words("说明", required=False, most=200)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].let_choose(user)  # type: ignore[attr-defined]
        self.fields["document"].let_choose(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ControlKind.EXIT_ONLY:
            data["places"] = 0
        elif data.get("kind"):
            if not data.get("quota_type"):
                self.add_error("quota_type", "预留须写明编制类型")
            if not data.get("places") and "places" not in self.errors:
                self.add_error("places", "请填写预留的名额")
        return data


class LiftForm(f.Form):
    widths = {"reason": "full"}

    reason = words("解除理由", most=200)
