"""单位更正, and setting one back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.core import forms as f
from apps.core.changes import version_of
from apps.core.scope import within
from apps.units.choices import EntityKind
from apps.units.models import Unit

from .. import secrets
from ..models import Occupancy, Person
from ..services.corrections import PERSON_FIELDS, SPELL_FIELDS
from ..versions import as_version
from .fields import DepartmentField, MaskedPhoneField
from .parts import PersonFields, PlaceFields, Versioned


class CorrectionForm(PersonFields, Versioned):
    """What the unit itself keeps of one of its people."""

    widths = {"reason": "full", "dept": "half"}
    sections = [
        ("个人信息", PERSON_FIELDS),
        ("岗位", SPELL_FIELDS),
        ("依据", ("happened_on", "reason")),
    ]

    work_started_on = None
    post_name = PlaceFields.base_fields["post_name"]
    dept = DepartmentField()
    happened_on = f.DayField(
        label="变动日期", initial=timezone.localdate, help_text="学历取得、电话更换等实际发生的日子"
    )
    reason = forms.CharField(label="变更说明", max_length=200)
    _spell_version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        person = spell.person
        phone = secrets.phone(person)
        masked = str(phone) if phone is not None else ""
        initial: dict[str, Any] = {
            name: getattr(person, Person._meta.get_field(name).attname)
            for name in PERSON_FIELDS
            if name != "phone"
        }
        initial |= {"phone": masked, "post_name": spell.post_name, "dept": spell.dept_id}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.masked_phone = masked
        self.fields["phone"] = MaskedPhoneField(masked=masked, user=self.user)
        dept: Any = self.fields["dept"]
        dept.queryset = Unit.objects.active().filter(
            within([spell.unit.path], "path"), entity_kind=EntityKind.DEPARTMENT
        )
        dept.lookups = ("code", "name")
        self.order_fields([*PERSON_FIELDS, *SPELL_FIELDS])
        self.carry(person)
        self.fields["_spell_version"].initial = version_of(spell)

    def values(self) -> dict[str, Any]:
        """Return what services.correct_own takes; a phone left masked is not touched."""
        data = self.cleaned_data
        values = {name: data[name] for name in (*PERSON_FIELDS, *SPELL_FIELDS)}
        if self.masked_phone and values["phone"] == self.masked_phone:
            del values["phone"]
        return {
            "values": values,
            "happened_on": data["happened_on"],
            "reason": data["reason"],
            "person_version": self.version,
            "spell_version": as_version(data.get("_spell_version")),
        }


class UndoForm(f.Form):
    """恢复原值."""

    widths = {"reason": "full"}

    reason = forms.CharField(label="恢复理由", max_length=200)
