"""信息变更, 任职, 离任."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.documents.forms import DocumentField
from apps.units.models import Unit

from .. import secrets
from ..models import Occupancy, Person, PostHolding
from ..rules import EXAMINE
from .fields import (
    IdentityField,
    MaskedPhoneField,
    StatusField,
    clean_name,
    code,
    text,
    unit_field,
)
from .parts import PeopleForm, PersonFields, PlaceFields, Versioned


class PersonForm(PersonFields, Versioned):
    """人员信息变更."""

    widths = {"note": "full", "reason": "full"}
    sections = [
        ("基本信息", ("name", *PersonFields.PERSON, "note")),
        ("更正号码", ("id_no",)),
        ("依据", ("reason",)),
    ]

    name = forms.CharField(label="姓名", max_length=72)
    id_no = IdentityField(required=False, help_text="仅在号码登记有误时填写完整号码；不改请留空")
    note = text("备注", 300)
    reason = forms.CharField(label="变更说明", max_length=200)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        initial: dict[str, Any] = {
            name: getattr(person, Person._meta.get_field(name).attname)
            for name in ("name", "note", *PersonFields.PERSON)
            if name != "phone"
        }
        phone = secrets.phone(person)
        initial["phone"] = str(phone) if phone is not None else ""
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.masked_phone = str(phone) if phone is not None else ""
        self.fields["phone"] = MaskedPhoneField(masked=self.masked_phone, user=self.user)
        self.order_fields(["name", *PersonFields.PERSON])
        self.carry(person)

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def values(self) -> dict[str, Any]:
        """Return what services.change_person takes."""
        data = self.cleaned_data
        values = {"name": data["name"], "note": data["note"], **self.person_details()}
        if self.masked_phone and data["phone"] == self.masked_phone:
            del values["phone"]
        if data["id_no"]:
            values["id_no"] = data["id_no"]
        return {**values, "reason": data["reason"], "version": self.version}


class SpellForm(PlaceFields, Versioned):
    """在编信息变更, 编制类型修改."""

    widths = {"document": "half", "note": "full", "reason": "full"}
    sections = [
        ("编制", ("quota_type", "status", "starts_on", "document", "entry_mode")),
        ("来源", ("from_unit", "notice_no", "slot_no")),
        ("任职与岗位", (*PlaceFields.PLACE, "sort")),
        ("依据", ("note", "reason")),
    ]

    quota_type = code("编制类型", "quota_type", required=True)
    status = StatusField()
    starts_on = f.DayField(label="入编时间")
    document = DocumentField(label="入编文号", required=False)
    entry_mode = code("进入方式", "entry_mode")
    from_unit = text("原单位", 120)
    notice_no = text("编制使用通知单号", 60)
    slot_no = text("用编序号", 40)
    sort = forms.IntegerField(label="花名册排序", min_value=0, max_value=1_000_000)
    note = text("备注", 300)
    reason = forms.CharField(label="变更说明", max_length=200)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name not in ("reason", "_version")]
        initial = {name: getattr(spell, Occupancy._meta.get_field(name).attname) for name in names}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.narrow_departments(spell.unit)
        self.carry(spell)

    def values(self) -> dict[str, Any]:
        """Return what services.change_spell takes; an empty document keeps the cited one."""
        data = dict(self.cleaned_data)
        data.pop("_version", None)
        if data.get("document") is None:
            data.pop("document")
        return {**data, "version": self.version}


class PostingForm(PeopleForm):
    """任职."""

    widths = {"unit": "half", "document": "half", "note": "full"}

    unit = unit_field("任职单位")
    post_kind = code("职数类别", "post_kind", required=True)
    post_name = forms.CharField(label="职务", max_length=80)
    post_level = code("职务层次", "post_level")
    starts_on = f.DayField(label="任职时间", initial=timezone.localdate)
    document = DocumentField(label="任职文号")
    note = text("备注", 300)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def unit_asked(self) -> Unit | None:
        """Return the unit the form starts with."""
        key = self.initial.get("unit")
        key = getattr(key, "key", getattr(key, "pk", key))
        if not key or not str(key).isdigit():
            return None
        return Unit.objects.granted(self.user, EXAMINE).filter(pk=key).first()

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class EndPostingForm(PeopleForm):
    """离任."""

    widths = {"document": "half", "note": "full"}

    on = f.DayField(label="离任时间", initial=timezone.localdate)
    document = DocumentField(label="离任文号", required=False)
    note = text("备注", 300)

    def __init__(self, *args: Any, posting: PostHolding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posting = posting

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
