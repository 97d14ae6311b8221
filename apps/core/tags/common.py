"""What the tags share: addresses and the check of tones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch

BUTTON_TONES = {
    "plain": "btn-plain",
    "primary": "btn-primary",
    "danger": "btn-danger",
    "quiet": "btn-quiet",
}


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
