"""What several forms of people are made of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.core.changes import version_of
from apps.core.widgets import DayInput
from apps.documents.forms import DocumentField
from apps.units.forms import UnitField
from apps.units.models import Unit

from ..rules import EXAMINE
from ..versions import as_version
from .fields import PERSONAL, DepartmentField, IdentityField, PhoneField, code, open_typed, text


class PeopleForm(f.Form):
    """Base: choices in the user's scope, days not after today.

    permission   which subtrees the form writes in; a form of the units' own clerks names theirs
    """

    permission = EXAMINE

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        today = timezone.localdate().isoformat()
        for one in self.fields.values():
            if isinstance(one, UnitField | DocumentField):
                one.let_choose(user)
            elif isinstance(one, IdentityField | PhoneField):
                one.user = user
            if isinstance(one.widget, DayInput):
                one.widget.attrs["max"] = today
        for name in PERSONAL:  # coming back from the page to check: shown as it was typed
            if name in self.fields and isinstance(self.initial.get(name), str):
                self.initial[name] = open_typed(self.initial[name], user)


class PersonFields(PeopleForm):
    """What is known of a person."""

    ethnicity = code("民族", "ethnicity")
    native_place = text("籍贯", 60)
    political_status = code("政治面貌", "political_status")
    joined_party_on = f.DayField(label="入党时间", required=False)
    work_started_on: f.DayField | None = f.DayField(label="参加工作时间", required=False)
    education = code("学历", "education")
    degree = code("学位", "degree")
    school = text("毕业院校", 80)
    major = text("专业", 80)
    phone = PhoneField()
    prof_title = text("专业技术资格", 60)
    photo_no = text("照片编号", 40)

    PERSON = (
        "ethnicity",
        "native_place",
        "political_status",
        "joined_party_on",
        "work_started_on",
        "education",
        "degree",
        "school",
        "major",
        "phone",
        "prof_title",
        "photo_no",
    )

    def person_details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.PERSON if name in self.cleaned_data}


class PlaceFields(PeopleForm):
    """Post and position of a person in a quota."""

    identity = code("人员身份", "person_identity")
    dept = DepartmentField()
    post_name = text("职务", 80)
    post_level = code("职务层次", "post_level")
    civil_rank = code("职级", "civil_rank")
    position_class = code("岗位类别", "position_class")
    position_grade = code("岗位等级", "position_grade")
    is_dual = forms.BooleanField(label="双肩挑", required=False)
    on_unified_payroll = forms.BooleanField(label="工资统发", required=False, initial=True)

    PLACE = (
        "identity",
        "dept",
        "post_name",
        "post_level",
        "civil_rank",
        "position_class",
        "position_grade",
        "is_dual",
        "on_unified_payroll",
    )

    def unit_typed(self) -> Unit | None:
        """Return the unit chosen in the same form, so that its departments can be chosen from."""
        key = self.data.get("unit") if self.is_bound else self.initial.get("unit")
        key = getattr(key, "key", getattr(key, "pk", key))
        if not key or not str(key).isdigit():
            return None
        return Unit.objects.granted(self.user, self.permission).filter(pk=key).first()

    def narrow_departments(self, unit: Unit | None) -> None:
        self.fields["dept"].let_choose(self.user, unit, self.permission)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit, dept = data.get("unit"), data.get("dept")
        if unit is not None and dept is not None and not dept.path.startswith(unit.path):
            sentence = f"{dept.name}不是{unit.name}的内设机构，请重新选择"
            self.add_error("dept", ValidationError(sentence, code="elsewhere"))
        grade, group = data.get("position_grade"), data.get("position_class")
        of_class = (grade.attrs or {}).get("position_class") if grade is not None else None
        if group is not None and of_class and group.value not in (of_class, "4"):
            sentence = f"“{grade}”不属于{group}，请核对岗位类别和等级"
            self.add_error("position_grade", ValidationError(sentence, code="class"))
        return data


class Versioned(PeopleForm):
    """A form on a row that a colleague may change meanwhile."""

    _version = forms.CharField(required=False, widget=forms.HiddenInput)

    def carry(self, row: Any) -> None:
        self.fields["_version"].initial = version_of(row)

    @property
    def version(self) -> int | None:
        return as_version(self.cleaned_data.get("_version"))
