"""Tasks of the accounts."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="accounts.forget_counters")
def forget_counters() -> None:
    """Drop sign-in counters of the past. Safe to run twice."""
    from . import throttle

    throttle.forget()


@shared_task(name="accounts.sweep_sessions")
def sweep_sessions() -> None:
    """Close rows of sessions that are gone, and proposals past their time. Safe to run twice."""
    from django.core.management import call_command

    from . import services, sessions

    sessions.sweep()
    services.expire(by=None)
    call_command("clearsessions", verbosity=0)
