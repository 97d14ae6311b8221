"""Words, lamps, figures, cards, facts: what only shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import days, icons, lamps, wording

from .common import address, one_of

register = template.Library()

FIGURE_TONES = ("plain", "warn", "over", "good")
NOTICE_ICONS = {
    "info": "info-circle",
    "good": "check-circle",
    "warn": "exclamation-triangle",
    "bad": "exclamation-circle",
}

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
register.filter("early", days.early)
register.filter("filesize_zh", wording.size)


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
