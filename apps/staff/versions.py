"""Two people at one row: who saves second sees what the first one changed, and decides."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.core import changes
from apps.core.history import history_of

from . import errors


def refuse_stale(row: models.Model, version: int | None) -> None:
    """Refuse when a locked row is newer than the page. Raises ChangedMeanwhile.

    version   apps.core.changes.version_of the row as the page showed it; None: not asked
    """
    if version is None:
        return
    newer = history_of(type(row)).filter(id=row.pk, history_id__gt=version)
    found = changes.read(type(row), newer.order_by("-history_id"))
    if found:
        lines = [line for change in reversed(found) for line in change.rows]
        base = history_of(type(row)).filter(id=row.pk, history_id=version).first()
        raise errors.ChangedMeanwhile(
            found[0].by, found[0].at, lines, changes.version_of(row), row=row, base=base
        )


def as_version(text: Any) -> int | None:
    """Read the version a form brought back; nonsense is no version."""
    return int(text) if isinstance(text, str) and text.isdigit() and len(text) < 19 else None
