"""The plain form controls, drawn without templates: the same letters, a tenth of the time.

A list of two hundred codes was four hundred templates inside one another, a third of the time of a
page with a query bar. What is not here is drawn by its template.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.safestring import SafeData, SafeString, mark_safe

Widget = Mapping[str, Any]


def escaped(value: Any) -> str:
    """Return any value as text of a page; what is marked safe stays as it is.

    What conditional_escape says, without its search for lazy texts: a third of the time.
    """
    return str(value) if isinstance(value, SafeData) else html.escape(str(value))


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _option(option: Widget) -> str:
    value, label = escaped(option["value"]), escaped(option["label"])
    return f'<option value="{value}"{_attributes(option)}>{label}</option>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{escaped(group)}">')
        parts += [_option(option) for option in options]
        if group:
            parts.append("</optgroup>")
    return "\n  ".join(parts) + "\n</select>"


def _input(widget: Widget) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{escaped(value)}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
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
