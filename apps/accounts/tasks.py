"""Tasks of the accounts."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="accounts.forget_counters")
def forget_counters() -> None:
    """Drop sign-in counters of the past. Safe to run twice."""
    from . import throttle

    throttle.forget()
