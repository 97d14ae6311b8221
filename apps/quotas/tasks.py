"""Tasks of the quotas."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="quotas.refresh_dated")
def refresh_dated() -> None:
    """Bring the figures of past days up to date with the latest facts. Safe to run twice."""
    from . import dated

    if dated.waiting():
        dated.refresh()
