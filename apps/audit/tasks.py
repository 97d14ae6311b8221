"""Tasks of the audit trail."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="audit.ensure_partitions")
def ensure_partitions() -> None:
    """Make the partitions of this month and the next two. Safe to run twice."""
    from . import services

    services.ensure_partitions()


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal the events of transactions that have ended. Safe to run twice."""
    from . import sealing

    sealing.seal()


@shared_task(name="audit.verify")
def verify() -> None:
    """Check the seals and keep what came of it. Safe to run twice."""
    from . import services

    services.verify_seals(by=None, nightly=True)
