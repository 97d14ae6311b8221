"""Tasks of the applications."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="approvals.expire_slots")
def expire_slots() -> None:
    """Let heads run out whose validity has passed. Safe to run twice."""
    from .services import slots

    slots.expire()


@shared_task(name="approvals.remind")
def remind() -> None:
    """Remind of limits that run out. Safe to run twice."""
    from .services import reminding

    reminding.remind()


@shared_task(name="approvals.digest")
def digest() -> None:
    """Tell everybody what waits for them. Safe to run twice: once a day for a person."""
    from .services import delivering

    delivering.digest()


@shared_task(name="approvals.open_exits")
def open_exits() -> None:
    """Open exit drafts for who retires, withdraw those not needed. Safe to run twice."""
    from .services import retiring

    retiring.run()


@shared_task(name="approvals.let_go_of_prints")
def let_go_of_prints() -> None:
    """Remove the files of print runs whose days are over (PP-05). Safe to run twice."""
    from .services import print_runs

    print_runs.let_go()
