"""The one template filter through which personal numbers reach a page."""

from django import template

from apps.core.masking import MASKS, Masked

register = template.Library()


@register.filter
def masked(value: object, kind: str) -> str:
    """Return the value masked: {{ number|masked:"identity" }}. kind: a name in masking.MASKS.

    A Masked value keeps its own kind; nothing gives an empty text.
    """
    if kind not in MASKS:
        raise template.TemplateSyntaxError(f"masked: kind must be one of {sorted(MASKS)}")
    if value is None:
        return ""
    return str(value) if isinstance(value, Masked) else MASKS[kind](str(value))
