"""红黄绿灯: a shape, a colour and a word, so that colour never speaks alone (ux.md §2)."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

#: tone → what it means when nothing else is said
TONES = {
    "green": "正常",
    "amber": "临近",
    "red": "超出",
    "grey": "未起算",
    "blue": "已暂停",
}


@lru_cache(maxsize=1024)
def lamp(tone: str, label: str = "") -> SafeString:
    """Return one lamp as HTML. Raises KeyError for an unknown tone."""
    meaning = TONES[tone]
    return format_html(
        '<span class="lamp lamp-{}"><span class="lamp-mark" aria-hidden="true"></span>{}</span>',
        tone,
        label or meaning,
    )
