"""Tasks of the audit trail."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="audit.ensure_partitions")
def ensure_partitions() -> None:
    """Make the partitions of this month and the next two. Safe to run twice."""
    from . import services

    services.ensure_partitions()
