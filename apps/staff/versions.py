"""Two people at one row: who saves second sees what the first one changed, and decides."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.accounts.models import User

from . import errors


def version_of(row: models.Model) -> int:
    """Return the id of the row's newest history row: the version a form carries."""
    newest = row.history.order_by("-history_id").values_list("history_id", flat=True)  # type: ignore[attr-defined]
    return newest.first() or 0


def refuse_stale(row: models.Model, version: int | None) -> None:
    """Refuse when a locked row is newer than the page. Raises ChangedMeanwhile."""
    if version is None:
        return
    newest = row.history.order_by("-history_id").first()  # type: ignore[attr-defined]
    if newest is None or newest.history_id <= version:
        return
    from .changes import difference  # changes.py reads histories for pages too

    seen = row.history.filter(history_id=version).first()  # type: ignore[attr-defined]
    rows = difference(seen, newest) if seen is not None else []
    actor = User.objects.filter(pk=newest.history_user_id).first()
    name = actor.name if actor is not None else "系统"
    raise errors.ChangedMeanwhile(name, newest.history_date, rows)


def as_version(text: Any) -> int | None:
    """Read the version a form brought back; nonsense is no version."""
    return int(text) if isinstance(text, str) and text.isdigit() and len(text) < 19 else None
