"""Tasks of the checks: after writes, every night, and the monthly statistics."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="checks.check_changed")
def check_changed() -> None:
    """Check the units whose facts changed. Safe to run twice."""
    from .services import check_changed

    check_changed()


@shared_task(name="checks.check_all")
def check_all() -> None:
    """Check everything. Safe to run twice."""
    from .services import check_all

    check_all()


@shared_task(name="checks.refresh_statistics")
def refresh_statistics() -> None:
    """Compute months that are new, or whose facts changed. Safe to run twice."""
    from .services import refresh_statistics

    refresh_statistics(only_stale=True)


@shared_task(name="checks.recompute_statistics")
def recompute_statistics() -> None:
    """Compute every month anew and correct what differs. Safe to run twice."""
    from .services import refresh_statistics

    refresh_statistics()
