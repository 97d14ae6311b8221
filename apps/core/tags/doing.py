"""Links, buttons and forms: what the reader acts with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .common import BUTTON_TONES, address, one_of

register = template.Library()


@register.inclusion_tag("components/button.html")
def button(
    *,
    label: str,
    to: Any,
    pk: Any = None,
    tone: str = "plain",
    icon: str = "",
    new_tab: bool = False,
) -> dict[str, Any]:
    """A link that looks like a button; nothing when its page does not exist."""
    css = BUTTON_TONES[one_of(tone, BUTTON_TONES)]
    return {"label": label, "url": address(to, pk), "css": css, "icon": icon, "new_tab": new_tab}


@register.inclusion_tag("components/submit.html")
def submit(
    *, label: str, tone: str = "primary", name: str = "", value: str = "", icon: str = ""
) -> dict[str, Any]:
    css = BUTTON_TONES[one_of(tone, BUTTON_TONES)]
    return {"label": label, "css": css, "name": name, "value": value, "icon": icon}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context: Any,
    *,
    label: str,
    action: Any,
    pk: Any = None,
    tone: str = "plain",
    icon: str = "",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    """A form of one button."""
    return {
        "label": label,
        "url": address(action, pk),
        "css": BUTTON_TONES[one_of(tone, BUTTON_TONES)],
        "icon": icon,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/confirm_button.html", takes_context=True)
def confirm_button(
    context: Any,
    *,
    label: str,
    action: Any,
    title: str,
    text: str = "",
    verb: str = "",
    pk: Any = None,
    tone: str = "danger",
) -> dict[str, Any]:
    """POST after a box that names the thing and the effect; a dialog where there is script."""
    return {
        "label": label,
        "url": address(action, pk),
        "title": title,
        "text": text,
        "verb": verb or label,
        "css": BUTTON_TONES[one_of(tone, BUTTON_TONES)],
        "id": f"confirm-{uuid.uuid4().hex[:8]}",
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/batch_button.html")
def batch_button(*, label: str, action: Any, name: str = "", value: str = "") -> dict[str, Any]:
    return {"label": label, "url": address(action), "name": name, "value": value}


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key by which one filled form takes effect once."""
    return format_html('<input type="hidden" name="_key" value="{}">', uuid.uuid4())


@register.inclusion_tag("components/error_summary.html")
def error_summary(*, form: Any = None, forms: Iterable[Any] = ()) -> dict[str, Any]:
    """The faults of one or more forms, each a link to its field; focused when the page opens."""
    every = [f for f in (form, *forms) if f is not None and f.is_bound]
    general: list[str] = []
    linked: list[dict[str, str]] = []
    for one in every:
        for part in one.forms if hasattr(one, "forms") else [one]:
            general += part.non_field_errors()
            for bound in _as_shown(part):
                label = str(bound.label)
                linked += [
                    {
                        "target": bound.error_target,
                        "text": text if label in text else f"{label}：{text}",
                    }
                    for text in bound.errors
                ]
        if hasattr(one, "non_form_errors"):
            general += one.non_form_errors()
    return {"general": general, "linked": linked, "count": len(general) + len(linked)}


def _as_shown(form: Any) -> list[Any]:
    """The fields in the order in which the eye meets them."""
    if not hasattr(form, "layout"):
        return list(form)
    shown = [bound for _, fields in form.layout() for bound in fields if not bound.is_hidden]
    return [*form.hidden_fields(), *shown]


@register.simple_tag
def field(
    *, form: Any, name: str, width: str | None = None, suffix: str | None = None, label: str = ""
) -> SafeString:
    """One field group: label, control, help, fault."""
    bound = form[name]
    context = {"field": bound, "label_text": label or bound.label}
    context["width"] = bound.width if width is None else width
    context["suffix"] = bound.suffix if suffix is None else suffix
    return bound.render(context=context, template_name="components/field.html")


@register.inclusion_tag("components/form_section.html")
def form_section(*, form: Any, fields: str, title: str = "") -> dict[str, Any]:
    return {"title": title, "fields": [form[name] for name in fields.split()]}


@register.inclusion_tag("components/form_fields.html")
def form_fields(*, form: Any) -> dict[str, Any]:
    """All sections of a form, or all its fields."""
    layout = form.layout() if hasattr(form, "layout") else [("", form.visible_fields())]
    return {"form": form, "layout": layout}
