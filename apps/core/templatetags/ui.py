"""The parts pages are assembled from. Keyword arguments only; see docs/ui.md."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import template
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import icons, lamps, menu, preferences, wording

register = template.Library()

FIGURE_TONES = ("plain", "warn", "over", "good")
BUTTON_TONES = {
    "plain": "btn-plain",
    "primary": "btn-primary",
    "danger": "btn-danger",
    "quiet": "btn-quiet",
}
NOTICE_ICONS = {
    "info": "info-circle",
    "good": "check-circle",
    "warn": "exclamation-triangle",
    "bad": "exclamation-circle",
}
NODE_ICONS = {"org": "building", "group": "folder", "inner": "diagram-3", "region": "geo-alt"}


def address(to: Any, pk: Any = None) -> str:
    """Return the path of a URL name, a path or an object; "" for nothing or an unknown name."""
    if not to:
        return ""
    if isinstance(to, str) and to.startswith(("/", "?", "#")):
        return to
    try:
        return resolve_url(to) if pk is None else resolve_url(to, pk)
    except NoReverseMatch:
        if isinstance(to, str) and ":" not in to:
            raise
        return ""


def one_of(tone: str, allowed: Iterable[str]) -> str:
    """Return the tone, or stop the page: a wrong tone is a fault of the template."""
    if tone not in allowed:
        raise template.TemplateSyntaxError(f"unknown tone “{tone}”, use {', '.join(allowed)}")
    return tone


# -- words and numbers --------------------------------------------------------------------------

register.filter("people", wording.people)
register.filter("whole", wording.whole)
register.filter("thousands", wording.thousands)
register.filter("signed", wording.signed)
register.filter("percent_of", wording.percent)
register.filter("day", wording.day)
register.filter("month", wording.month)
register.filter("moment", wording.moment)
register.filter("dash", wording.dash)
register.filter("day_in_words", wording.day_in_words)
register.filter("filesize_zh", wording.size)


# -- small parts --------------------------------------------------------------------------------


@register.simple_tag
def icon(*, name: str, label: str = "") -> SafeString:
    """A decorative icon; `label` makes it speak."""
    return icons.icon(name, label)


@register.simple_tag
def lamp(*, tone: str, label: str = "") -> SafeString:
    """● green ◆ amber ■ red ○ grey ❙❙ blue, with its word."""
    return lamps.lamp(tone, label)


@register.inclusion_tag("components/figure.html")
def figure(
    *,
    label: str,
    value: Any,
    suffix: str = "",
    compare: str = "",
    tone: str = "plain",
    to: Any = "",
    note: str = "",
) -> dict[str, Any]:
    """One number. tone: plain, warn (nearly full), over (超编) or good. Numbers get separators."""
    shown = wording.thousands(value) if isinstance(value, int | float) else wording.dash(value)
    return {
        "label": label,
        "value": shown,
        "suffix": suffix,
        "compare": compare,
        "tone": one_of(tone, FIGURE_TONES),
        "url": address(to),
        "note": note,
    }


@register.simple_block_tag
def figures(content: str) -> SafeString:
    return format_html('<div class="figures">{}</div>', content)


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    note: str = "",
    aside: str = "",
    level: int = 2,
    flush: bool = False,
    id: str = "",
) -> str:
    """A white card; `flush` leaves the padding to the content (tables)."""
    data = {"title": title, "note": note, "aside": aside, "level": level, "flush": flush}
    return render_to_string("components/card.html", {**data, "id": id, "content": content})


@register.simple_block_tag
def notice(content: str, *, tone: str = "info", title: str = "") -> str:
    """A box in the page. tone: info, good, warn or bad."""
    data = {"tone": one_of(tone, NOTICE_ICONS), "icon": NOTICE_ICONS[tone], "title": title}
    return render_to_string("components/notice.html", {**data, "content": content})


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    *, title: str, text: str = "", label: str = "", to: Any = "", icon: str = "inbox"
) -> dict[str, Any]:
    """Nothing there, and what to do next."""
    return {"title": title, "text": text, "label": label, "url": address(to), "icon": icon}


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """Label–value grid of a detail page."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, *, label: str, value: Any = None, wide: bool = False) -> SafeString:
    shown = content if content.strip() else wording.dash(value)
    css = "fact fact-wide" if wide else "fact"
    return format_html('<div class="{}"><dt>{}</dt><dd>{}</dd></div>', css, label, shown)


@register.inclusion_tag("components/doc_link.html")
def doc_link(*, document: Any = None, number: str = "", to: Any = "") -> dict[str, Any]:
    """A 文号 that opens the document; “—” when there is none."""
    if document:
        return {"number": document.number, "url": document.get_absolute_url()}
    return {"number": number, "url": address(to)}


@register.inclusion_tag("components/masked.html", takes_context=True)
def masked(
    context: Any, *, value: Any, reveal: str = "", pk: Any = None, field: str = "", label: str = ""
) -> dict[str, Any]:
    """Masked text; with `reveal` a form that asks for the purpose before showing it."""
    return {
        "value": wording.dash(str(value) if value else ""),
        "url": address(reveal, pk),
        "field": field,
        "label": label,
        "csrf_token": context.get("csrf_token"),
        "id": f"reveal-{field}-{pk}",
    }


@register.inclusion_tag("components/steps.html")
def steps(*, items: Iterable[str], current: int) -> dict[str, Any]:
    """The step line of a wizard; `current` counts from 1."""
    rows = [
        {"number": n, "label": label, "state": "done" if n < current else "now" * (n == current)}
        for n, label in enumerate(items, 1)
    ]
    return {"steps": rows}


@register.inclusion_tag("components/progress.html")
def progress(*, label: str, done: int, total: int | None, note: str = "") -> dict[str, Any]:
    return {
        "label": label,
        "done": done,
        "total": total,
        "note": note,
        "share": wording.percent(done, total) if total else "",
    }


@register.inclusion_tag("components/job_progress.html")
def job_progress(*, job: Any) -> dict[str, Any]:
    """A job's progress, asked again every 2 s by script until it ends."""
    return {"job": job, "ended": job.state not in ("waiting", "running")}


@register.inclusion_tag("components/timeline.html")
def timeline(*, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/diff_table.html")
def diff_table(*, rows: Iterable[Any], caption: str = "变更前后") -> dict[str, Any]:
    """Before and after; only rows that differ are shown."""
    shown = []
    for row in rows:
        before, after = row["before"], row["after"]
        if before != after:
            shown.append(
                {
                    "label": row["label"],
                    "before": before,
                    "after": after,
                    "had": before not in (None, ""),
                    "has": after not in (None, ""),
                }
            )
    return {"rows": shown, "caption": caption}


@register.inclusion_tag("components/quota_bar.html")
def quota_bar(*, approved: int, actual: int, reserved: int = 0) -> dict[str, Any]:
    """核定, 实有, 在途 as a bar with its words. Whole people."""
    free = approved - actual - reserved
    tone, word = ("green", f"空 {free}") if free > 0 else ("amber", "满编")
    if free < 0:
        tone, word = "red", f"超 {-free}"
    return {
        "approved": approved,
        "actual": actual,
        "reserved": reserved,
        "free": free,
        "tone": tone,
        "word": word,
        "top": max(approved, actual + reserved, 1),
        "end": actual + reserved,
    }


# -- links, buttons, forms ----------------------------------------------------------------------


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


# -- lists, trees, charts -----------------------------------------------------------------------


@register.inclusion_tag("components/query_bar.html", takes_context=True)
def query_bar(context: Any, *, filters: Any) -> dict[str, Any]:
    request = context["request"]
    kept = [(k, v) for k, v in request.GET.items() if k in ("sort", "per", "on")]
    return {"filters": filters, "kept": kept, "path": request.path}


@register.simple_tag(takes_context=True)
def table(context: Any, *, table: Any) -> SafeString:
    """The card of a table prepared by `http.prepare_table`."""
    return table.as_html(context.get("request"))


@register.inclusion_tag("components/tree.html")
def tree(*, nodes: Iterable[Any], label: str, id: str = "tree") -> dict[str, Any]:
    return {"nodes": nodes, "label": label, "id": id}


@register.simple_tag
def node_icon(*, kind: str = "org") -> SafeString:
    return icons.icon(NODE_ICONS.get(kind or "org", "building"))


@register.inclusion_tag("components/day_picker.html", takes_context=True)
def day_picker(context: Any, *, on: Any = None) -> dict[str, Any]:
    """看某一天: GET `on`, keeping the other parameters."""
    request = context["request"]
    kept = [(k, v) for k, v in request.GET.items() if k not in ("on", "page", "export")]
    return {"on": on, "kept": kept, "path": request.path}


@register.inclusion_tag("components/chart.html")
def chart(
    *, id: str, title: str, option: dict[str, Any], table: dict[str, Any], finding: str = ""
) -> dict[str, Any]:
    """A chart with its sentence and its table. `option` is plain data for ECharts."""
    return {
        "id": id,
        "title": title,
        "finding": finding,
        "option": option,
        "option_id": f"{id}-option",
        "table": table,
    }


# -- the frame ----------------------------------------------------------------------------------


@register.inclusion_tag("components/crumb.html")
def crumb(*, label: str, to: Any = "") -> dict[str, Any]:
    return {"label": label, "url": address(to)}


@register.inclusion_tag("components/tabs.html")
def tabs(*, items: Iterable[Any], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("components/menu.html", takes_context=True)
def app_menu(context: Any) -> dict[str, Any]:
    request = context.get("request")
    signed_in = request is not None and request.user.is_authenticated
    return {"entries": menu.for_request(request) if signed_in else []}


@register.inclusion_tag("components/topbar_items.html", takes_context=True)
def topbar_items(context: Any) -> dict[str, Any]:
    request = context.get("request")
    signed_in = request is not None and request.user.is_authenticated
    return {"entries": menu.topbar_for(request) if signed_in else []}


@register.inclusion_tag("components/bottom_bar.html", takes_context=True)
def bottom_bar(context: Any) -> dict[str, Any]:
    request = context.get("request")
    signed_in = request is not None and request.user.is_authenticated
    return {"entries": menu.bottom_for(request) if signed_in else []}


@register.simple_tag(takes_context=True)
def block_text(context: Any, *, name: str) -> str:
    """Render a block a second time: the page's title is its heading too."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return block.nodelist.render(context) if block is not None else ""


@register.simple_tag(takes_context=True)
def densities(context: Any) -> list[dict[str, Any]]:
    request = context.get("request")
    chosen = preferences.density(request) if request is not None else "normal"
    return [
        {"key": key, "label": label, "chosen": key == chosen}
        for key, label in preferences.DENSITIES.items()
    ]
