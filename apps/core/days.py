"""看某一天: which pages can be seen as of a past day, and how links between them keep the day.

    days.dated("units:detail", "units:list")   # in AppConfig.ready()
    days.begins(first_entry, "编制台账")       # the first day of a register, to say "before that"

A page of a past day is rendered with `on` in its context. `keep` then adds the day to every link
of it that leads to a dated page, so that no template has to think of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils import timezone

_DATED: set[str] = set()
_BEGINS: dict[str, Callable[[], dt.date | None]] = {}

_HREF = re.compile(r'(<a\b[^>]*?\bhref=")([/?][^"]*)(")')


def dated(*names: str) -> None:
    """Declare URL names whose pages understand `?on=`."""
    _DATED.update(names)


def begins(first: Callable[[], dt.date | None], register: str) -> None:
    """Declare the first day a register tells of."""
    _BEGINS[register] = first


@dataclass(frozen=True)
class Early:
    """A day before a register begins. first: the day from which something is on record."""

    first: dt.date
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def early(on: dt.date | None) -> Early | None:
    """Say when `on` lies before the beginning of a register; None when it does not."""
    if on is None:
        return None
    begun = {name: first for name, ask in _BEGINS.items() if (first := ask()) and on < first}
    if not begun:
        return None
    words = "，".join(f"{name}从 {first:%Y-%m-%d} 起记载" for name, first in begun.items())
    return Early(min(begun.values()), f"{words}；这一天在此之前，当时的核定数没有记载。")


def too_early(on: dt.date | None) -> str:
    """Return a sentence when a register begins only after `on`, else ""."""
    return str(early(on) or "")


def refusal(day: dt.date) -> str:
    """Return why a day cannot be shown, or ""."""
    today = timezone.localdate()
    if day > today:
        return f"{day:%Y-%m-%d} 还没有到。请选今天（{today:%Y-%m-%d}）或以前的一天。"
    if day.year < 1949:
        return f"{day:%Y-%m-%d} 太早了。请选 1949-10-01 以后的一天。"
    return ""


@lru_cache(maxsize=4096)
def _leads_to_dated(address: str) -> bool:
    try:
        return resolve(address).view_name in _DATED
    except Resolver404:
        return False


def keep(html: str, on: dt.date, path: str) -> str:
    """Return a page with the day added to its links to dated pages.

    path   of the page itself, for links that begin with “?”
    Links that already name a day, and the way back to today (data-today), stay as they are.
    """

    def with_day(match: re.Match[str]) -> str:
        head, address, tail = match.groups()
        if "data-today" in head or re.search(r"[?;&]on=", address):
            return match.group()
        parts = urlsplit(address.replace("&amp;", "&"))
        if not _leads_to_dated(parts.path or path):
            return match.group()
        query = f"{parts.query}&on={on:%Y-%m-%d}" if parts.query else f"on={on:%Y-%m-%d}"
        whole = parts._replace(query=query).geturl()
        return f"{head}{whole.replace('&', '&amp;')}{tail}"

    return _HREF.sub(with_day, html)


class KeepDay:
    """Middleware: links on a page of a past day keep the day."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request):  # type: ignore[no-untyped-def]
        response = self.get_response(request)
        on = getattr(request, "on_day", None)
        html = response.get("Content-Type", "").startswith("text/html")
        if on is not None and html and not response.streaming and response.status_code == 200:
            text = response.content.decode(response.charset)
            response.content = keep(text, on, request.path).encode(response.charset)
        return response
