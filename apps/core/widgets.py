"""Form controls of our own. Their templates are in templates/components/widgets/."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.urls import NoReverseMatch, reverse


class SearchInput(forms.TextInput):
    """Text of a query bar."""

    input_type = "search"


class DayInput(forms.DateInput):
    """The browser's own date control; the value is always written 2026-11-22."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None, format: str = "%Y-%m-%d") -> None:
        super().__init__(attrs, format)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """A text that is no day is shown as it was typed; a date control would drop it."""
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        try:
            dt.date.fromisoformat(shown or "2000-01-01")
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class MonthInput(forms.DateInput):
    """A month as text, because a native month control is missing in some browsers."""

    def __init__(self, attrs: dict[str, Any] | None = None, format: str = "%Y-%m") -> None:
        hints = {"placeholder": "如 2026-11", "inputmode": "numeric"}
        super().__init__({**hints, **(attrs or {})}, format)


class DropZone(forms.FileInput):
    """A file control on which a file can be dropped, with the limits in words."""

    template_name = "components/widgets/drop_zone.html"

    def __init__(
        self, attrs: dict[str, Any] | None = None, *, types: Iterable[str] = (), words: str = ""
    ) -> None:
        self.words = words
        accept = ",".join(f".{t}" for t in types)
        super().__init__({**({"accept": accept} if accept else {}), **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["words"] = self.words
        return context


class Picked(NamedTuple):
    """What a picker holds: the key of the chosen row and the text in the box."""

    key: str
    text: str


class PickerWidget(forms.Widget):
    """A combobox: text box, hidden key, list of suggestions from `url_name?q=`."""

    template_name = "components/widgets/picker.html"

    def __init__(
        self, url_name: str, attrs: dict[str, Any] | None = None, *, placeholder: str = ""
    ) -> None:
        self.url_name = url_name
        self.placeholder = placeholder
        super().__init__(attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        picked = value if isinstance(value, Picked) else Picked(str(value or ""), "")
        try:
            url = reverse(self.url_name)
        except NoReverseMatch:
            url = self.url_name if self.url_name.startswith("/") else ""
        context["widget"].update(
            {
                "key": picked.key,
                "text": picked.text,
                "url": url,
                "text_name": f"{name}_text",
                "placeholder": self.placeholder or "输入名称、代码或拼音首字母",
            }
        )
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        key, text = data.get(name), data.get(f"{name}_text")
        if not key and not text:
            return None
        return Picked(str(key or ""), str(text or ""))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data
