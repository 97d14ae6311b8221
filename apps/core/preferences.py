"""What a reader chose once: row height, columns and page size of a list.

Kept with the account where it has a place for it (`user.preferences`: rows of key and JSON
value), else in the session.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

SESSION_KEY = "preferences"
DENSITIES = {"compact": "紧凑", "normal": "适中", "loose": "宽松"}
PAGE_SIZES = (20, 50, 100)


def load(request: HttpRequest) -> dict[str, Any]:
    """Return all choices of this reader; read once per request."""
    known = getattr(request, "_preferences", None)
    if known is None:
        rows = _rows(request)
        if rows is not None:
            known = dict(rows.values_list("key", "value"))
        else:
            known = dict(_session(request))
        request._preferences = known  # type: ignore[attr-defined]
    return known


def store(request: HttpRequest, key: str, value: Any) -> None:
    """Keep one choice. `value` is plain JSON data."""
    rows = _rows(request)
    if rows is not None:
        rows.update_or_create(key=key, defaults={"value": value})
    else:
        request.session[SESSION_KEY] = {**_session(request), key: value}
    request._preferences = {**load(request), key: value}  # type: ignore[attr-defined]


def density(request: HttpRequest) -> str:
    chosen = load(request).get("density", "normal")
    return chosen if chosen in DENSITIES else "normal"


def table(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return {"columns": [...]|None, "per_page": int|None} of one list."""
    saved = load(request).get(f"table.{key}")
    return saved if isinstance(saved, dict) else {}


def _rows(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return getattr(user, "preferences", None) if getattr(user, "is_authenticated", False) else None


def _session(request: HttpRequest) -> dict[str, Any]:
    session = getattr(request, "session", None)
    return session.get(SESSION_KEY, {}) if session is not None else {}
