"""Icons out of the one sprite (scripts/build_icons.py)."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "generated/icons.svg"


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """Return the icon as HTML. Without `label` it is decoration and silent."""
    try:
        address = static(SPRITE)
    except ValueError:  # hashed storage and no sprite built: pages must still work
        address = f"/static/{SPRITE}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            address,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        address,
        name,
    )
