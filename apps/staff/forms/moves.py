"""入编登记, 出编登记, 跨单位划转."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField

from ..models import Occupancy
from ..services.spells import AT_POST, ENTERED_BY_TRANSFER, LEFT_BY_TRANSFER
from .fields import IdentityField, StatusField, clean_name, code, text, unit_field
from .parts import PeopleForm, PersonFields, PlaceFields


class EnterForm(PersonFields, PlaceFields):
    """入编登记."""

    widths = {"unit": "half", "document": "half", "note": "full"}
    sections = [
        ("人员信息", ("id_no", "name", *PersonFields.PERSON)),
        ("编制", ("unit", "quota_type", "status", "starts_on", "document", "entry_mode")),
        ("来源", ("from_unit", "notice_no", "slot_no")),
        ("任职与岗位", PlaceFields.PLACE),
        ("其他", ("note",)),
    ]

    id_no = IdentityField(help_text="性别和出生年月由号码得出")
    name = forms.CharField(label="姓名", max_length=72)
    unit = unit_field("编制所在单位")
    quota_type = code("编制类型", "quota_type", required=True)
    status = StatusField(initial=AT_POST)
    starts_on = f.DayField(label="入编时间", initial=timezone.localdate)
    document = DocumentField(label="入编文号")
    entry_mode = code("进入方式", "entry_mode", required=True)
    from_unit = text("原单位", 120)
    notice_no = text("编制使用通知单号", 60)
    slot_no = text("用编序号", 40)
    note = text("备注", 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.narrow_departments(self.unit_typed())

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def values(self) -> dict[str, Any]:
        """Return what services.enter takes."""
        data = self.cleaned_data
        names = ("unit", "quota_type", "status", "starts_on", "document", "entry_mode")
        more = ("from_unit", "notice_no", "slot_no", "note", *self.PLACE)
        person = {"name": data["name"], "id_no": data["id_no"], **self.person_details()}
        return {"person_data": person, **{name: data[name] for name in (*names, *more)}}


class LeaveForm(PeopleForm):
    """出编登记."""

    widths = {"document": "half", "destination": "half", "note": "full"}

    on = f.DayField(label="出编时间", initial=timezone.localdate)
    exit_mode = code("退出方式", "exit_mode", required=True)
    document = DocumentField(label="出编文号")
    destination = text("去向", 120)
    note = text("备注", 300)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spell = spell

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class TransferForm(PlaceFields):
    """跨单位划转."""

    widths = {"unit": "half", "document": "half", "note": "full"}
    sections = [
        ("划入", ("unit", "quota_type", "on", "document", "entry_mode", "exit_mode")),
        ("任职与岗位", PlaceFields.PLACE),
        ("其他", ("note",)),
    ]

    unit = unit_field("划入单位")
    quota_type = code("编制类型", "quota_type", required=True)
    on = f.DayField(label="划转时间", initial=timezone.localdate)
    document = DocumentField(label="划转文号")
    entry_mode = code("进入方式", "entry_mode", required=True, initial=ENTERED_BY_TRANSFER)
    exit_mode = code("退出方式", "exit_mode", required=True, initial=LEFT_BY_TRANSFER)
    note = text("备注", 300)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        initial = {
            name: getattr(spell, f"{name}_id")
            for name in ("quota_type", "identity", "post_level", "civil_rank")
        }
        initial |= {
            "position_class": spell.position_class_id,
            "position_grade": spell.position_grade_id,
            "is_dual": spell.is_dual,
            "on_unified_payroll": spell.on_unified_payroll,
        }
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.spell = spell
        self.narrow_departments(self.unit_typed())

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["to_unit"] = data.pop("unit")
        return data
