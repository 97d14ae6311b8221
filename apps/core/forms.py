"""Forms: the renderer that gives every form its look, base classes, fields with Chinese faults.

See docs/ui.md §4. Widgets live in widgets.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import TemplateDoesNotExist
from django.utils import timezone

from . import controls, wording
from .dates import BadDate, parse_day, parse_month
from .models import CodeValue
from .widgets import DayInput, DropZone, MonthInput, Picked, PickerWidget, SearchInput

__all__ = [
    "BoundField",
    "CodeField",
    "DayField",
    "Form",
    "ModelForm",
    "MonthField",
    "PickerField",
    "PickerWidget",
    "QueryForm",
    "Renderer",
    "SearchInput",
    "UploadField",
]

WIDTHS = ("", "half", "full")
_CHECKS = ("checkbox", "radio")


class BoundField(forms.BoundField):
    """A field in a form, with what our field template wants to know."""

    def __init__(self, form: Any, field: Any, name: str) -> None:
        super().__init__(form, field, name)
        widget = field.widget
        self._say_what_is_missing()
        if type(widget) is forms.NumberInput:
            # A number control drops what it cannot read and turns with the mouse wheel.
            widget.input_type = "text"
            whole = isinstance(field, forms.IntegerField)
            widget.attrs["inputmode"] = "numeric" if whole else "decimal"
            for name_ in ("min", "max", "step"):
                widget.attrs.pop(name_, None)

    def _say_what_is_missing(self) -> None:
        """Put the field's name into the sentence, where the field has none of its own."""
        field = self.field
        said = field.error_messages
        if said.get("required") == forms.Field.default_error_messages["required"]:
            said["required"] = f"请{_verb(field)}{self.label}"
        if isinstance(field, forms.IntegerField):
            default = forms.IntegerField.default_error_messages["invalid"]
            if said.get("invalid") == default:
                said["invalid"] = f"{self.label}应为整数，如 3"

    @property
    def suffix(self) -> str:
        """The unit shown inside the control, such as 名 or 万元."""
        return getattr(self.form, "suffixes", {}).get(self.name, "")

    @property
    def width(self) -> str:
        chosen = getattr(self.form, "widths", {}).get(self.name, "")
        if chosen:
            return chosen
        if isinstance(self.field.widget, forms.Textarea | DropZone):
            return "full"
        if isinstance(self.field.widget, forms.MultiWidget):
            return "range"
        if isinstance(self.field.widget, PickerWidget):
            return "half"  # names of units are long
        return ""

    @property
    def is_check(self) -> bool:
        """A single tick box stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def error_target(self) -> str:
        """The id that a link of the error summary jumps to."""
        return self.id_for_label or f"{self.auto_id}_0"

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        css = [widget.attrs.get("class", ""), attrs.get("class", ""), css_class(widget)]
        if self.errors and not widget.is_hidden:
            css.append("is-invalid")
        if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
            built["rows"] = "3"  # Django's ten lines push the rest off the screen
        joined = " ".join(dict.fromkeys(" ".join(css).split()))
        if joined:
            built["class"] = joined
        return built


def _verb(field: forms.Field) -> str:
    if isinstance(field, forms.FileField):
        return "上传"
    if isinstance(field, forms.BooleanField):
        return "勾选"
    if isinstance(field, forms.ChoiceField) and not isinstance(field, PickerField):
        return "选择"
    return "填写"


def css_class(widget: forms.Widget) -> str:
    """Return the Bootstrap class of a widget's control."""
    own = PickerWidget | forms.MultiWidget | forms.RadioSelect | forms.CheckboxSelectMultiple
    if widget.is_hidden or isinstance(widget, own):
        return ""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class Renderer(TemplatesSetting):
    """FORM_RENDERER: our templates first, Django's own widget templates for the rest."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    bound_field_class = BoundField

    def __init__(self) -> None:
        super().__init__()
        self._django = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return self._django.get_template(template_name)

    def render(self, template_name: str, context: Any, request: Any = None) -> Any:
        drawn = controls.draw(template_name, context)
        return super().render(template_name, context, request) if drawn is None else drawn


class _Layout:
    """What a form may say about its look. See docs/ui.md §4."""

    suffixes: dict[str, str] = {}
    widths: dict[str, str] = {}
    sections: list[tuple[str, Iterable[str]]] = []
    columns = 4  # 2 for long labels
    label_suffix = ""

    def layout(self) -> list[tuple[str, list[Any]]]:
        """Return (heading, fields) pairs; fields that no section names come last."""
        form: Any = self
        named: set[str] = set()
        parts: list[tuple[str, list[Any]]] = []
        for title, names in self.sections:
            present = [name for name in names if name in form.fields]
            named.update(present)
            if present:
                parts.append((title, [form[name] for name in present]))
        rest = [f for f in form.visible_fields() if f.name not in named]
        if rest:
            parts.append(("", rest))
        return parts


class Form(_Layout, forms.Form):
    """Base of the forms that write. Takes `user` where choices depend on the reader."""

    fields: dict[str, Any]  # by name; each class has its own extras (queryset, choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ModelForm(_Layout, forms.ModelForm):
    """Base of the forms for one row. Saving is the service's work, not the form's."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class QueryForm(Form):
    """The form behind a query bar: nothing required, nothing marked."""

    use_required_attribute = False


class DayField(forms.DateField):
    """A day. Reads what parse_day reads; a text that is no day is a fault, never today."""

    widget = DayInput

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return parse_day(str(value))
        except BadDate as fault:
            raise ValidationError(fault.sentence, code="invalid") from None


class MonthField(forms.DateField):
    """A month, as its first day."""

    widget = MonthInput

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.date):
            return value.replace(day=1)
        try:
            return parse_month(str(value))
        except BadDate as fault:
            raise ValidationError(fault.sentence, code="invalid") from None


class CodeField(forms.ModelChoiceField):
    """One value of a code table that holds today; the cleaned value is the CodeValue."""

    def __init__(self, *, table: str, **kwargs: Any) -> None:
        self.table = table
        kwargs.setdefault("empty_label", "请选择")
        super().__init__(CodeValue.objects.none(), **kwargs)
        self.queryset = CodeValue.objects.filter(table_id=table).order_by("sort", "value")

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        # Day of the request, not of the import: the process lives for weeks.
        initial = form.get_initial_for_field(self, field_name)
        kept = getattr(initial, "pk", initial)
        values = CodeValue.objects.filter(table_id=self.table)
        today = values.on_day(timezone.localdate())
        self.queryset = (today | values.filter(pk=kept) if kept else today).order_by(
            "sort", "value"
        )
        self.widget.choices = self._offered(form, kept)
        return super().get_bound_field(form, field_name)

    def _offered(self, form: Any, kept: Any) -> list[tuple[str, Any]]:
        """Return what `queryset` holds as (key, label); one query for all code fields of a form."""
        if not hasattr(form, "_codes_offered"):
            tables = {one.table for one in form.fields.values() if isinstance(one, CodeField)}
            form._codes_offered = CodeValue.objects.dated(tables | {self.table})
        found = [
            (key, label)
            for key, label, holds in form._codes_offered.get(self.table, ())
            if holds or key == kept
        ]
        return found if self.empty_label is None else [("", self.empty_label), *found]


class UploadField(forms.FileField):
    """One file of some types up to a size; the limits are said in words beside the control."""

    def __init__(self, *, types: Iterable[str], max_mb: int = 20, **kwargs: Any) -> None:
        self.types = tuple(t.lower().lstrip(".") for t in types)
        self.max_bytes = max_mb * 1024 * 1024
        self.words = f"{'、'.join(t.upper() for t in self.types)}，不超过 {max_mb} MB"
        kwargs.setdefault("widget", DropZone(types=self.types, words=self.words))
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"].setdefault("empty", "文件是空的，请检查后重新选择")
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not data:
            return file
        extension = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
        if extension not in self.types:
            raise ValidationError(
                f"“{file.name}”的类型不能上传，请选择 {self.words}的文件", code="type"
            )
        if file.size > self.max_bytes:
            raise ValidationError(
                f"“{file.name}”有 {wording.size(file.size)}，请选择 {self.words}的文件", code="size"
            )
        return file


class PickerField(forms.ModelChoiceField):
    """One row chosen by typing (docs/ui.md §4).

    url_name   view that answers `?q=` with `http.suggestions`
    queryset   rows that may be chosen, already scoped
    lookups    fields in which a typed text is looked up exactly when no line was chosen
    label_of   object → the text in the box (default str)
    """

    def __init__(
        self,
        *,
        url_name: str,
        queryset: QuerySet,
        lookups: Iterable[str] = (),
        label_of: Callable[[Any], str] = str,
        placeholder: str = "",
        **kwargs: Any,
    ) -> None:
        self.lookups = tuple(lookups)
        self.label_of = label_of
        kwargs.setdefault("widget", PickerWidget(url_name, placeholder=placeholder))
        for unused in ("empty_label", "null_label", "null_value"):
            kwargs.pop(unused, None)
        super().__init__(queryset, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Turn an object or a key into what the widget shows."""
        if isinstance(value, Picked) or value in self.empty_values:
            return value
        if not hasattr(value, "pk"):
            value = self._by_key(value)
        return Picked(str(value.pk), self.label_of(value)) if value is not None else None

    def _choices_for_widget(self) -> Any:
        return ()

    choices = property(_choices_for_widget, lambda self, value: None)  # type: ignore[assignment]

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Picked):
            value = Picked(str(getattr(value, "pk", value) or ""), "")
        key, text = value.key.strip(), value.text.strip()
        if key:
            chosen = self._by_key(key)
            # Without script the text may have been changed under an old key: then it counts.
            if chosen is not None and (not text or text == self.label_of(chosen)):
                return chosen
            if not text:
                raise ValidationError("所选内容已不存在或不在您的权限范围内，请重新选择", "gone")
        if not text:
            return None
        return self._by_text(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = str(getattr(initial, "pk", initial) or "")
        after = data.key if isinstance(data, Picked) else str(data or "")
        return before != after

    def _by_key(self, key: Any) -> Any:
        try:
            return self.queryset.filter(pk=key).first()
        except (ValueError, TypeError, ValidationError):
            return None

    def _by_text(self, text: str) -> Any:
        condition = Q()
        for lookup in self.lookups:
            condition |= Q(**{lookup: text})
        found = list(self.queryset.filter(condition)[:2]) if self.lookups else []
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(f"有多条“{text}”，请从列表中选择一条", code="several")
        raise ValidationError(
            f"没有找到“{text}”，请从列表中选择，或写完整的代码或名称", code="unknown"
        )
