"""How large a body may be, asked before any of it is read."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from .problems import Problem

#: Bytes of a body; a confirmation is a few words.
LARGEST: Final = 16 * 1024


def refuse_large(request: HttpRequest) -> None:
    """Raises Problem 413."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Problem(413, "size", f"内容超过 {LARGEST // 1024} KB")
