"""The plain form controls, drawn without templates: the same letters, a tenth of the time.

A list of two hundred codes was four hundred templates inside one another, a third of the time of a
page with a query bar. What is not here is drawn by its template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

Widget = Mapping[str, Any]


def _text(value: Any) -> str:
    return conditional_escape(value if isinstance(value, SafeData) else str(value))


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _option(option: Widget) -> str:
    value, label = _text(option["value"]), _text(option["label"])
    return f'<option value="{value}"{_attributes(option)}>{label}</option>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{_text(group)}">')
        parts += [_option(option) for option in options]
        if group:
            parts.append("</optgroup>")
    return "\n  ".join(parts) + "\n</select>"


def _input(widget: Widget) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{_text(value)}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{shown}{_attributes(widget)}>'


#: Template of a control → what draws it instead.
DRAWN: dict[str, Callable[[Widget], str]] = {
    "django/forms/widgets/select.html": _select,
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in ("input", "text", "number", "email", "date", "hidden", "checkbox")
    },
}


def draw(template: str, context: Mapping[str, Any]) -> SafeString | None:
    """Return the control as its template would write it, but for white space; None: not here."""
    drawn = DRAWN.get(template)
    return None if drawn is None else mark_safe(drawn(context["widget"]))  # noqa: S308 - escaped
