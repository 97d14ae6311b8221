"""Menu, breadcrumb, tabs: what is around every page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY

from apps.core import menu, preferences

from .common import address

register = template.Library()


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
