"""`{% load ui %}`: the parts pages are assembled from. Keyword arguments only; see docs/ui.md."""

from __future__ import annotations

from django import template

from apps.core.tags import doing, frame, lists, small
from apps.core.tags.common import address

__all__ = ["address", "register"]

register = template.Library()
for family in (small, doing, lists, frame):
    register.tags.update(family.register.tags)
    register.filters.update(family.register.filters)
