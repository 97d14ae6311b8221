"""Forms of the code tables and the calendar: typed fields, never raw JSON."""

from __future__ import annotations

import re
from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError

from .. import forms as f
from ..models import CodeTable, CodeValue, Holiday
from . import attributes
from .attributes import Attribute

_VALUE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")
_SPAN = re.compile(r"(\d{1,3})\s*[-—–]\s*(\d{1,3})")
PREFIX = "attr_"


class ValueForm(f.Form):
    """One value of a code table; the table's attributes become fields of their own."""

    widths = {"label": "half", "external_map": "full"}

    value = django_forms.CharField(
        label="代码值",
        max_length=32,
        help_text="登记后不能修改",
        error_messages={"required": "请输入代码值"},
    )
    label = django_forms.CharField(
        label="名称", max_length=120, error_messages={"required": "请输入名称"}
    )
    parent = django_forms.ModelChoiceField(
        CodeValue.objects.none(), label="上级", required=False, empty_label="无"
    )
    sort = django_forms.IntegerField(
        label="排序", initial=0, help_text="小的在前", min_value=-99999, max_value=99999
    )
    valid_from = f.DayField(label="启用日期", required=False, help_text="空表示一直有效")
    valid_to = f.DayField(label="停用日期", required=False, help_text="从这一天起不能再选")
    external_map = django_forms.CharField(
        label="外部代码",
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text="每行一个：标准=代码，如 ZB09=1A01",
    )
    version = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, table: CodeTable, row: CodeValue | None = None, **kwargs: Any
    ) -> None:
        self.table, self.row = table, row
        super().__init__(*args, **kwargs)
        siblings = CodeValue.objects.of(table.pk).order_by("sort", "value")
        if row is not None:
            del self.fields["value"]
            siblings = siblings.exclude(pk=row.pk)
        self.fields["parent"].queryset = siblings  # type: ignore[attr-defined]
        # ticks together at the end, lists of ticks on lines of their own
        order = {attributes.YES_NO: 1, attributes.CODES: 2}
        known = sorted(attributes.of(table.pk), key=lambda one: order.get(one.kind, 0))
        for one in known:
            self.fields[PREFIX + one.name] = _field(one)
            if one.kind == attributes.CODES:
                self.widths = {**self.widths, PREFIX + one.name: "full"}
        self.sections = [
            ("代码", ("value", "label", "parent", "sort", "valid_from", "valid_to")),
            ("属性", tuple(PREFIX + one.name for one in known)),
            ("对应的外部代码", ("external_map",)),
        ]

    @classmethod
    def initial_of(cls, row: CodeValue) -> dict[str, Any]:
        """Return what the form shows for a row."""
        shown: dict[str, Any] = {
            "label": row.label,
            "parent": row.parent_id,
            "sort": row.sort,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "external_map": "\n".join(f"{k}={v}" for k, v in row.external_map.items()),
        }
        for one in attributes.of(row.table_id):
            value = row.attrs.get(one.name)
            if one.kind == attributes.SPAN and value:
                value = attributes.shown(one, value, {})
            shown[PREFIX + one.name] = value
        return shown

    def clean_value(self) -> str:
        value = self.cleaned_data["value"].strip()
        if not _VALUE.fullmatch(value):
            raise ValidationError("代码值只能用字母和数字（中间可以有 - 或 _），不超过 32 个字符")
        return value

    def clean_label(self) -> str:
        return self.cleaned_data["label"].strip()

    def clean_external_map(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["external_map"].splitlines(), 1):
            if not line.strip():
                continue
            name, mark, code = (part.strip() for part in line.replace("＝", "=").partition("="))
            if not (name and mark and code):
                raise ValidationError(f"第 {number} 行“{line.strip()[:40]}”应写成 标准=代码")
            if name in found:
                raise ValidationError(f"第 {number} 行：标准“{name}”写了两次，请合并为一行")
            found[name] = code
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", "停用日期应晚于启用日期")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the checked fields as the services take them."""
        cleaned = self.cleaned_data
        parent = cleaned["parent"]
        return {
            "label": cleaned["label"],
            "parent_id": parent.pk if parent is not None else None,
            "sort": cleaned["sort"],
            "valid_from": cleaned["valid_from"],
            "valid_to": cleaned["valid_to"],
            "attrs": self._attrs(),
            "external_map": cleaned["external_map"],
        }

    def _attrs(self) -> dict[str, Any]:
        attrs = dict(self.row.attrs) if self.row is not None else {}
        for one in attributes.of(self.table.pk):
            value = self.cleaned_data[PREFIX + one.name]
            if one.kind == attributes.YES_NO:
                # A mark that was never set stays away instead of turning into “no”.
                if value or one.name in attrs:
                    attrs[one.name] = bool(value)
            elif value in (None, "", []):
                if one.name in attrs and one.kind == attributes.CODES:
                    attrs[one.name] = []
                else:
                    attrs.pop(one.name, None)
            else:
                attrs[one.name] = value
        return attrs

    def altered(self) -> list[Attribute]:
        """Return the attributes the form would change."""
        before = self.row.attrs if self.row is not None else {}
        after = self._attrs()
        return [o for o in attributes.of(self.table.pk) if before.get(o.name) != after.get(o.name)]


class SpanField(django_forms.CharField):
    """Two whole numbers, “10-15”; the cleaned value is [10, 15]."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        match = _SPAN.fullmatch(text.strip())
        if match is None:
            raise ValidationError("应写成 高-低，如 10-15")
        high, low = int(match[1]), int(match[2])
        if high > low:
            raise ValidationError(f"级别应由高到低，如 {low}-{high}")
        return [high, low]


def _field(one: Attribute) -> django_forms.Field:
    common: dict[str, Any] = {"label": one.label, "required": False, "help_text": one.help}
    match one.kind:
        case attributes.YES_NO:
            return django_forms.BooleanField(**common)
        case attributes.CHOICE:
            return django_forms.ChoiceField(choices=[("", "未设"), *one.choices], **common)
        case attributes.NUMBER:
            return django_forms.IntegerField(min_value=0, max_value=9999, **common)
        case attributes.SPAN:
            return SpanField(max_length=12, **common)
        case attributes.CODE:
            return django_forms.ChoiceField(choices=lambda: [("", "未设"), *_codes(one)], **common)
        case attributes.CODES:
            widget = django_forms.CheckboxSelectMultiple
            return django_forms.MultipleChoiceField(
                choices=lambda: _codes(one), widget=widget, **common
            )
    return django_forms.CharField(max_length=80, **common)


def _codes(one: Attribute) -> list[tuple[str, str]]:
    values = CodeValue.objects.of(one.table).order_by("sort", "value")
    return list(values.values_list("value", "label"))


class HolidayForm(f.Form):
    """One day of the calendar."""

    widths = {"source": "full"}

    day = f.DayField(label="日期", error_messages={"required": "请选择日期"})
    kind = django_forms.ChoiceField(label="类别", choices=Holiday.Kind.choices)
    name = django_forms.CharField(label="名称", max_length=40, required=False)
    source = django_forms.CharField(
        label="依据",
        max_length=120,
        help_text="如 国务院办公厅关于2027年部分节假日安排的通知",
        error_messages={"required": "请写明依据"},
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["day"]
