"""Tasks of the applications."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="approvals.expire_slots")
def expire_slots() -> None:
    """Let heads run out whose validity has passed. Safe to run twice."""
    from .services import slots

    slots.expire()
