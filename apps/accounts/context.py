"""What every page knows of its session: how long it goes on without anything being done."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest

from . import sessions


def session_limits(request: HttpRequest) -> dict[str, Any]:
    """Return idle_seconds and left_seconds of the signed-in session, for the reminder."""
    session = getattr(request, "session", None)
    limits = session.get(sessions.LIMITS) if session is not None else None
    if limits is None or not request.user.is_authenticated:
        return {}
    # activity is noted at most once a minute, so the page counts from a minute less
    idle = limits["idle"] - sessions.NOTE_EVERY
    return {"idle_seconds": idle, "left_seconds": max(limits["until"] - int(time.time()), 0)}
