"""What the bar of the 办理页 asks of its form and phrases."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()

#: So many phrases are offered beside the opinion; the rest are on their own page.
OFFERED = 12


@register.simple_tag
def verdict(*, form: Any, line: Any) -> str:
    """Return what is typed for a line: "1", "0", or the heads granted."""
    return form.verdicts[line.pk]


@register.filter
def phrases_for(phrases: dict[str, list[Any]], moves: list[str]) -> list[Any]:
    """Return the phrases of the moves there are, and of any."""
    wanted = [name for name in moves if name in phrases]
    found = [one for name in (*wanted, "") for one in phrases.get(name, [])]
    return found[:OFFERED]
