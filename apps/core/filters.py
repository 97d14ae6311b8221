"""Query bars on django-filter: GET parameters, three or four conditions in the first row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django import forms as django_forms
from django.db.models import QuerySet
from django_filters.widgets import DateRangeWidget

from . import forms
from .models import CodeValue

ALL = "全部"
#: (value, label) pairs, or what returns them when the form is made
Choices = Iterable[tuple[str, str]] | Callable[[], Iterable[tuple[str, str]]]


class FilterSet(django_filters.FilterSet):
    """Base of every query bar. `primary` names the conditions of the first row.

    Without it the first four are shown. Conditions that cannot be read are shown with their
    fault and do not filter.
    """

    primary: tuple[str, ...] = ()

    class Meta:
        form = forms.QueryForm

    def __init__(
        self, data: Any = None, queryset: QuerySet | None = None, *, user: Any = None, **kw: Any
    ) -> None:
        self.user = user
        super().__init__(data, queryset, **kw)

    def get_form_class(self) -> type[django_forms.Form]:
        # A subclass without a Meta of its own, or with one that names no form, keeps ours.
        if not issubclass(self._meta.form, forms.QueryForm):
            self._meta.form = forms.QueryForm
        return super().get_form_class()

    @property
    def form(self) -> Any:
        """The form; the values of all its code tables are read at once. One query or none."""
        fresh = not hasattr(self, "_form")
        form = super().form
        if fresh:
            self._offer_codes(form)
        return form

    def _offer_codes(self, form: Any) -> None:
        tables = {
            name: one.table for name, one in self.filters.items() if isinstance(one, CodeFilter)
        }
        if not tables:
            return
        offered = CodeValue.objects.dated(set(tables.values()))
        for name, table in tables.items():
            if name in form.fields:
                field = form.fields[name]
                values = [(key, label) for key, label, _ in offered.get(table, ())]
                field.widget.choices = [("", field.empty_label), *values]

    @property
    def first_row(self) -> list[Any]:
        names = self.primary or tuple(self.form.fields)[:4]
        return [self.form[name] for name in names]

    @property
    def second_row(self) -> list[Any]:
        names = self.primary or tuple(self.form.fields)[:4]
        return [self.form[name] for name in self.form.fields if name not in names]

    @property
    def more_in_use(self) -> bool:
        """Whether a condition under 展开 is set, so that the row is shown opened."""
        return any(_given(field.value()) for field in self.second_row)

    @property
    def in_use(self) -> bool:
        return any(_given(self.form[name].value()) for name in self.form.fields)


def _given(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(value)
    return value not in (None, "", False)


class TextFilter(django_filters.CharFilter):
    """Free text. Give `method=` for names, pinyin and initials."""

    def __init__(self, *args: Any, placeholder: str = "", **kw: Any) -> None:
        kw.setdefault("widget", forms.SearchInput(attrs={"placeholder": placeholder}))
        super().__init__(*args, **kw)


class ChoiceFilter(django_filters.ChoiceFilter):
    """One of a closed list."""

    def __init__(self, *args: Any, choices: Choices, **kw: Any) -> None:
        kw.setdefault("empty_label", ALL)
        super().__init__(*args, choices=choices, **kw)


class CodeFilter(django_filters.ModelChoiceFilter):
    """One value of a code table; past values can be asked for too."""

    def __init__(self, *args: Any, table: str, **kw: Any) -> None:
        self.table = table
        kw.setdefault("empty_label", ALL)
        super().__init__(*args, queryset=CodeValue.objects.filter(table_id=table), **kw)


class DayRangeFilter(django_filters.DateFromToRangeFilter):
    """From day to day, both included: GET `<name>_after` and `<name>_before`."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        kw.setdefault("widget", DayRangeWidget())
        super().__init__(*args, **kw)


class DayRangeWidget(DateRangeWidget):
    """Two native date inputs in one group."""

    template_name = "components/widgets/day_range.html"

    def __init__(self) -> None:
        super().__init__()
        for widget, name in zip(self.widgets, ("从", "到"), strict=True):
            widget.input_type = "date"
            widget.attrs["aria-label"] = name
            widget.attrs["class"] = "form-control"

    def format_day(self, value: Any) -> str:
        return value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else (value or "")

    def decompress(self, value: Any) -> list[Any]:
        return [self.format_day(v) for v in super().decompress(value)]


class PickerFilter(django_filters.ModelChoiceFilter):
    """One row chosen by typing; `url_name` answers the suggestions."""

    field_class = forms.PickerField

    def __init__(self, *args: Any, url_name: str, lookups: Iterable[str] = (), **kw: Any) -> None:
        kw.setdefault("null_label", None)
        super().__init__(*args, url_name=url_name, lookups=tuple(lookups), **kw)
