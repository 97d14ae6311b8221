"""Tasks of the core: doorbell, messages, sweeping."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="core.drain_outbox")
def drain_outbox() -> None:
    """Queue what waits in the outbox. Safe to run twice."""
    from . import health, outbox  # outbox sends run_message

    health.note_tick()
    outbox.drain()


@shared_task(name="core.run_message")
def run_message(message_id: int) -> None:
    """Do the work of one outbox message. Safe to run twice."""
    from . import outbox

    outbox.run(message_id)


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> None:
    """End jobs whose worker is gone. Safe to run twice."""
    from . import jobs

    jobs.sweep()


@shared_task(name="core.settle_search")
def settle_search() -> None:
    """Work new rows into the search indexes (migration 0005). Safe to run twice."""
    from . import search

    search.settle()


@shared_task(name="core.forget_keys")
def forget_keys() -> None:
    """Drop idempotency keys older than two days. Safe to run twice."""
    from datetime import timedelta

    from django.utils import timezone

    from .models import IdempotencyKey

    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - timedelta(days=2)).delete()


@shared_task(name="core.backup")
def backup() -> None:
    """Back up database and files, check the result, keep the newest. Safe to run twice."""
    from django.conf import settings

    from .backups import making, reading
    from .backups.errors import BackupRefused

    folder = settings.BIANZHI_BACKUP_DIR
    try:
        reading.check(making.make(folder, keep=settings.BIANZHI_BACKUPS_KEPT))
    except BackupRefused as refusal:
        if folder.is_dir():
            making.note(folder, ok=False, problem=str(refusal))
        raise
