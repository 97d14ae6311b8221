"""Menu, breadcrumb, tabs: what is around every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.safestring import SafeString

from apps.core import menu, preferences

from .common import address

register = template.Library()


@register.inclusion_tag("components/crumb.html")
def crumb(*, label: str, to: Any = "") -> dict[str, Any]:
    return {"label": label, "url": address(to)}


@register.inclusion_tag("components/tabs.html")
def tabs(*, items: Iterable[Any], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.simple_tag(takes_context=True)
def app_menu(context: Any) -> SafeString:
    return _frame_part(context, "components/menu.html", menu.for_request)


@register.simple_tag(takes_context=True)
def topbar_items(context: Any) -> SafeString:
    return _frame_part(context, "components/topbar_items.html", menu.topbar_for)


@register.simple_tag(takes_context=True)
def bottom_bar(context: Any) -> SafeString:
    return _frame_part(context, "components/bottom_bar.html", menu.bottom_for)


def _frame_part(
    context: Any, template_name: str, entries: Callable[[Any], list[menu.Entry]]
) -> SafeString:
    request = context.get("request")
    signed_in = request is not None and request.user.is_authenticated
    return _drawn(template_name, tuple(entries(request)) if signed_in else ())


@lru_cache(maxsize=1024)
def _drawn(template_name: str, entries: tuple[menu.Entry, ...]) -> SafeString:
    """Draw entries. They are all that is drawn, so equal ones need not be drawn again."""
    return render_to_string(template_name, {"entries": entries})


@register.simple_tag
@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Return the address of a static file that every page asks for; looked up once."""
    return static(name)


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
