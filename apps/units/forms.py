"""Forms of the tree, and the field by which other forms choose a unit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from apps.core import forms as f
from apps.core import uscc
from apps.documents.forms import DocumentField

from . import errors
from .choices import EntityKind
from .models import Region, Unit
from .refusals import sentence
from .rules import MAINTAIN


class UnitField(f.PickerField):
    """机构: chosen by name, pinyin, initials or code, among living units of the user's subtrees.

    permission   which subtrees: view_subtree, or maintain for what is to be changed
    """

    def __init__(self, *, permission: str = "view_subtree", **kwargs: Any) -> None:
        self.permission = permission
        kwargs.setdefault("label", "机构")
        url = "units:suggest_maintained" if permission == MAINTAIN else "units:suggest"
        kwargs.setdefault("url_name", url)
        kwargs.setdefault("lookups", ("code", "name"))
        super().__init__(queryset=Unit.objects.none(), **kwargs)

    def let_choose(self, user: Any) -> None:
        """Narrow the choice to the subtrees of `user`."""
        self.queryset = self.choosable(user)

    def choosable(self, user: Any) -> QuerySet:
        return Unit.objects.granted(user, self.permission).active()


class BasisForm(f.Form):
    """The document and the day that every event of a unit rests on."""

    document = DocumentField()
    on = f.DayField(label="生效日期", initial=timezone.localdate)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for one in self.fields.values():
            if isinstance(one, UnitField | DocumentField):
                one.let_choose(user)
        if "on" in self.fields:
            self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_on(self) -> dt.date | None:
        """The services refuse a day to come as well; said here, it comes with all other faults."""
        day: dt.date | None = self.cleaned_data.get("on")
        if day is not None and day > timezone.localdate():
            raise ValidationError(sentence(errors.DayInFuture(day)), code="future")
        return day


class _AttributesForm(BasisForm):
    """The attributes of a unit, in the order of the register card."""

    code = f.forms.CharField(label="机构编码", max_length=40, required=False)
    short_name = f.forms.CharField(label="简称", max_length=60, required=False)
    uscc = f.forms.CharField(label="统一社会信用代码", max_length=40, required=False)
    region = f.PickerField(
        label="行政区划",
        url_name="units:region_suggest",
        queryset=Region.objects.filter(valid_to__isnull=True),
        lookups=("code", "name"),
        required=False,
        placeholder="输入区划名称或代码",
    )
    subordination = f.CodeField(table="subordination", label="隶属关系", required=False)
    system_class = f.CodeField(table="system_class", label="系统类别", required=False)
    nature = f.CodeField(table="nature", label="机构性质", required=False)
    category = f.CodeField(table="unit_category", label="机构类别", required=False)
    rank = f.CodeField(table="institution_rank", label="机构规格", required=False)
    pi_class = f.CodeField(table="pi_class", label="事业单位分类", required=False)
    funding = f.CodeField(table="funding", label="经费形式", required=False)
    supervising_unit = UnitField(label="主管部门", required=False)
    is_civil_service_ref = f.forms.BooleanField(label="参照公务员法管理", required=False)
    is_classified = f.forms.BooleanField(label="涉密机构", required=False)
    head_name = f.forms.CharField(label="负责人", max_length=72, required=False)
    phone = f.forms.CharField(label="联系电话", max_length=40, required=False)
    address = f.forms.CharField(label="地址", max_length=200, required=False)
    functions_text = f.forms.CharField(
        label="主要职责",
        max_length=20_000,
        required=False,
        widget=f.forms.Textarea(attrs={"rows": 3}),
    )
    note = f.forms.CharField(
        label="备注", max_length=2000, required=False, widget=f.forms.Textarea(attrs={"rows": 2})
    )

    widths = {"address": "half", "functions_text": "full", "note": "full"}

    #: what the services take as attributes
    ATTRIBUTES = (
        "code short_name uscc region subordination system_class nature category rank pi_class "
        "funding supervising_unit is_civil_service_ref is_classified head_name phone address "
        "functions_text note"
    ).split()

    def clean_uscc(self) -> str:
        text = self.cleaned_data["uscc"]
        if not text.strip():
            return ""
        try:
            return uscc.check(text).code
        except uscc.BadUscc as fault:
            raise ValidationError(fault.sentence, code="uscc") from None

    def attributes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.ATTRIBUTES}


_NAMING = ("code", "short_name", "uscc", "region")
_STANDING = (
    "nature",
    "category",
    "rank",
    "system_class",
    "subordination",
    "supervising_unit",
    "pi_class",
    "funding",
    "is_civil_service_ref",
    "is_classified",
)
_REACHING = ("head_name", "phone", "address", "functions_text", "note")


class EstablishForm(_AttributesForm):
    """设立机构."""

    parent = UnitField(permission=MAINTAIN, label="上级机构")
    after = UnitField(
        permission=MAINTAIN,
        label="排在哪个机构之后",
        required=False,
        help_text="不填排在同级末位",
    )
    name = f.forms.CharField(label="机构名称", max_length=160)
    entity_kind = f.forms.ChoiceField(
        label="类别", choices=EntityKind.choices, initial=EntityKind.BODY
    )
    sections = [
        ("依据", ("document", "on")),
        ("名称与位置", ("name", "entity_kind", "parent", "after", *_NAMING)),
        ("性质与规格", _STANDING),
        ("职责与联系", _REACHING),
    ]
    widths = {**_AttributesForm.widths, "name": "half", "document": "half"}


class RenameForm(BasisForm):
    """机构更名."""

    unit = UnitField(permission=MAINTAIN, label="更名的机构")
    name = f.forms.CharField(label="新名称", max_length=160)
    short_name = f.forms.CharField(
        label="新简称", max_length=60, required=False, help_text="不填则简称不变"
    )
    sections = [("依据", ("document", "on")), ("名称", ("unit", "name", "short_name"))]
    widths = {"unit": "half", "name": "half", "document": "half"}


class AbolishForm(BasisForm):
    """撤销机构."""

    unit = UnitField(permission=MAINTAIN, label="撤销的机构")
    with_departments = f.forms.BooleanField(
        label="内设机构和空的分组随同撤销", required=False, initial=True
    )
    sections = [("依据", ("document", "on")), ("机构", ("unit", "with_departments"))]
    widths = {"unit": "half", "document": "half"}


class ChangeForm(_AttributesForm):
    """修改机构信息. The basis is needed only when a decided value changes."""

    document = DocumentField(
        label="依据的批文",
        required=False,
        help_text="变更已确定的性质、类别、规格、分类、经费、参公时必须填写",
    )
    on = f.DayField(label="生效日期", required=False)
    established_on = f.DayField(label="设立日期", required=False)
    reason = f.forms.CharField(label="变更说明", max_length=300, required=False)
    sections = [
        ("名称与代码", (*_NAMING, "established_on")),
        ("性质与规格", _STANDING),
        ("职责与联系", _REACHING),
        ("依据", ("document", "on", "reason")),
    ]
    widths = {**_AttributesForm.widths, "document": "half", "reason": "full"}
    ATTRIBUTES = [*_AttributesForm.ATTRIBUTES, "established_on"]

    def __init__(self, *args: Any, user: Any, unit: Unit, **kwargs: Any) -> None:
        given = kwargs.pop("initial", None) or {}
        present = {name: _initial(unit, name) for name in self.ATTRIBUTES}
        super().__init__(*args, user=user, initial={**present, **given}, **kwargs)
        field = self.fields["supervising_unit"]
        # The present one may lie out of the reader's sight; it stays unless he chooses another.
        kept = unit.supervising_unit_id
        if kept and not field.queryset.filter(pk=kept).exists():
            self.initial["supervising_unit"] = None
            self.hidden_supervisor = kept

    hidden_supervisor: int | None = None

    def attributes(self) -> dict[str, Any]:
        values = super().attributes()
        if self.hidden_supervisor and values["supervising_unit"] is None:
            del values["supervising_unit"]
        return values


def _initial(unit: Unit, name: str) -> Any:
    field = Unit._meta.get_field(name)
    return getattr(unit, field.attname)
