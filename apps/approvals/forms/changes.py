"""单位内调整, 编制类型修改 and 人员信息变更: what is asked for beside what is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import forms as f
from apps.core.changes import version_of
from apps.documents.forms import DocumentField
from apps.quotas import rules as quota_rules
from apps.quotas.errors import IllegalQuotaType
from apps.quotas.refusals import sentence
from apps.staff import secrets
from apps.staff.forms.fields import IdentityField, StatusField, clean_name, code, text
from apps.staff.forms.parts import PlaceFields
from apps.staff.models import Occupancy, Person
from apps.staff.versions import as_version

from .basis import (
    BasisFields,
    FiledForm,
    KeptDocumentField,
    document_no_field,
    settle_basis,
)

NOTHING = "没有任何改动，请修改后再保存"


def now_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a row as a form's initial: keys of what they refer to."""
    return {name: getattr(row, row._meta.get_field(name).attname) for name in names}


def differing(row: Any, data: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return what was filled in otherwise than the row has it."""
    return {
        name: data[name]
        for name, has in now_of(row, names).items()
        if name in data and getattr(data[name], "pk", data[name]) != has
    }


class Rowed(FiledForm):
    """A form on a row that a colleague may change meanwhile.

    Its version is not named `_version`: so the page calls the version of the line it saves.
    """

    _row_version = forms.CharField(required=False, widget=forms.HiddenInput)

    def carry(self, row: Any) -> None:
        self.fields["_row_version"].initial = version_of(row)

    @property
    def version(self) -> int | None:
        return as_version(self.cleaned_data.get("_row_version"))


class AdjustForm(Rowed, BasisFields, PlaceFields):
    """Another department, post, rank or position within the unit."""

    basis_required = False
    sections = [
        ("调整为", PlaceFields.PLACE),
        ("依据", ("on", "document", "document_no", "reason")),
    ]
    widths = {"document": "half", "document_no": "half", "reason": "full"}

    on = f.DayField(label="调整时间", initial=timezone.localdate)
    document = DocumentField(label="调整依据", required=False)
    document_no = document_no_field("调整文号（未登记）")
    reason = forms.CharField(label="调整原因", max_length=200)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        kwargs["initial"] = {**now_of(spell, self.PLACE), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.spell = spell
        self.narrow_departments(spell.unit)
        self.carry(spell)

    def changed(self) -> dict[str, Any]:
        return differing(self.spell, self.cleaned_data, self.PLACE)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        on = data.get("on")
        if on is not None and on < self.spell.starts_on:
            self.add_error("on", f"不能早于入编时间 {self.spell.starts_on:%Y-%m-%d}，请核对日期")
        if not self.errors and not self.changed():
            raise ValidationError(NOTHING, code="same")
        return data


class RetypeForm(Rowed, BasisFields, PlaceFields):
    """Another quota type of the same unit, and what goes with it."""

    #: What may change together with the type.
    WITH = ("identity", "civil_rank", "position_class", "position_grade")
    sections = [
        ("改为", ("quota_type", *WITH)),
        ("依据", ("document", "document_no", "on", "mistaken", "reason")),
    ]
    widths = {"document": "half", "document_no": "half", "mistaken": "half", "reason": "full"}

    quota_type = code("编制类型", "quota_type", required=True)
    on = f.DayField(label="修改时间", initial=timezone.localdate)
    document = DocumentField(label="修改依据", required=False)
    document_no = document_no_field("修改文号（未登记）")
    mistaken = forms.BooleanField(
        label="原来登记有误，自入编时起更正",
        required=False,
        help_text="不勾选的，修改时间之前仍按原编制类型统计",
    )
    reason = forms.CharField(label="修改原因", max_length=200)
    dept = post_name = post_level = is_dual = on_unified_payroll = None  # type: ignore[assignment]

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        initial = now_of(spell, ("quota_type", *self.WITH))
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.spell = spell
        self.carry(spell)

    def clean_quota_type(self) -> Any:
        kind, unit = self.cleaned_data["quota_type"], self.spell.unit
        if kind.pk == self.spell.quota_type_id:
            raise ValidationError(f"本人已占用{kind.label}，请选择另一种编制类型", code="same")
        if not quota_rules.is_legal(kind, unit):
            raise ValidationError(sentence(IllegalQuotaType(unit, kind)), code="illegal")
        return kind

    def changed(self) -> dict[str, Any]:
        """Return what goes with the new type and is otherwise than now."""
        return differing(self.spell, self.cleaned_data, self.WITH)


class KeyFieldsForm(Rowed):
    """Key fields of a person and of the place they hold; what the unit keeps itself is not here."""

    OF_PERSON = ("name", "work_started_on")
    OF_SPELL = (
        "status",
        "starts_on",
        "entry_mode",
        "from_unit",
        "notice_no",
        "slot_no",
        "document",
        "document_no",
    )
    sections = [
        ("人员信息", ("name", "id_no", "work_started_on")),
        (
            "入编信息",
            ("status", "starts_on", "entry_mode", "from_unit", "document", "document_no"),
        ),
        ("用编", ("notice_no", "slot_no")),
        ("更正依据", ("basis", "basis_no", "reason")),
    ]
    widths = dict.fromkeys(("document", "document_no", "basis", "basis_no"), "half")
    widths |= {"id_no": "half", "reason": "full"}

    name = forms.CharField(label="姓名", max_length=72)
    id_no = IdentityField(required=False, help_text="仅在号码登记有误时填写完整号码；不改请留空")
    work_started_on = f.DayField(label="参加工作时间", required=False)
    status = StatusField()
    starts_on = f.DayField(label="入编时间")
    entry_mode = code("进入方式", "entry_mode")
    from_unit = text("原单位", 120)
    document = KeptDocumentField(label="入编文件", required=False)
    document_no = document_no_field("入编文号（未登记）")
    notice_no = text("编制使用通知单号", 60)
    slot_no = text("用编序号", 40)
    basis = DocumentField(label="更正依据", required=False)
    basis_no = document_no_field("更正文号（未登记）")
    reason = forms.CharField(label="变更说明", max_length=200)
    _spell_version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, spell: Occupancy, **kwargs: Any) -> None:
        initial = {**now_of(spell.person, self.OF_PERSON), **now_of(spell, self.OF_SPELL)}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.spell = spell
        self.person: Person = spell.person
        field: Any = self.fields["document"]
        field.kept = spell.document_id
        field.let_choose(self.user)
        self.carry(self.person)
        self.fields["_spell_version"].initial = version_of(spell)

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_id_no(self) -> str:
        number: str = self.cleaned_data["id_no"]
        return "" if number == secrets.id_no(self.person).reveal() else number

    def of_person(self) -> dict[str, Any]:
        return differing(self.person, self.cleaned_data, self.OF_PERSON)

    def of_spell(self) -> dict[str, Any]:
        return differing(self.spell, self.cleaned_data, self.OF_SPELL)

    @property
    def spell_version(self) -> int | None:
        return as_version(self.cleaned_data.get("_spell_version"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        settle_basis(self, data, required=False)
        settle_basis(self, data, required=False, names=("basis", "basis_no"))
        if self.errors:
            return data
        self.cleaned_data = data
        if not (data["id_no"] or self.of_person() or self.of_spell()):
            raise ValidationError(NOTHING, code="same")
        return data
