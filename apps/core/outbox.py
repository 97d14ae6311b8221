"""Work for Celery, written in the transaction that causes it (security.md §4.7).

The row is the work; Redis is only the doorbell. A handler may be run twice and must not mind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from psycopg2.extras import Json

from .models import OutboxMessage

log = structlog.get_logger(__name__)

Handler = Callable[..., None]

HANDLERS: dict[str, Handler] = {}

#: A message sent but not done after this long has lost its doorbell or its worker.
LOST_AFTER = timedelta(minutes=2)
BATCH = 200

#: A message counts as sent by who writes it: should he die between commit and doorbell, it is one
#: of the lost, and nothing is written a second time only to ring.
WRITE = """
INSERT INTO core_outboxmessage (task, payload, key, created_at, sent_at, attempts, error)
VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp(), 1, '')
ON CONFLICT (key) DO NOTHING RETURNING id
"""

#: First half of the advisory lock that says “somebody runs this message”; the second is its id.
LOCK_CLASS = 71001


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register the function that does the work `name`; it takes the payload as keywords."""

    def keep(function: Handler) -> Handler:
        HANDLERS[name] = function
        return function

    return keep


def send(task: str, payload: dict[str, Any], *, key: str, queue: str = "io") -> None:
    """Write one message; the doorbell rings when the transaction commits.

    task     a name given to `handler`
    payload  ids and plain values only: no personal data, it lies in Redis for a moment
    key      one message per key, however often it is sent
    """
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [task, Json({"queue": queue, "args": payload}), key])
        written = cursor.fetchone()
    if written is not None:
        transaction.on_commit(partial(ring, written[0], queue), robust=True)


def ring(message_id: int, queue: str) -> None:
    """Hand on a message that was committed. Without Redis: the next beat finds its row."""
    try:
        _queue(message_id, queue)
    except (BrokerError, ConnectionError, OSError) as error:
        OutboxMessage.objects.filter(pk=message_id, done_at__isnull=True).update(sent_at=None)
        log.warning("outbox.no_doorbell", error=str(error))


def _queue(message_id: int, queue: str) -> None:
    from .tasks import run_message  # tasks imports this module

    run_message.apply_async(args=[message_id], queue=queue, retry=False)


def drain() -> int:
    """Queue every open message that was lost or never sent; return how many."""
    sent = 0
    with transaction.atomic():
        now = timezone.now()
        rows = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True)
            .exclude(sent_at__gt=now - LOST_AFTER)
            .order_by("pk")[:BATCH]
        )
        rows = [row for row in rows if row.sent_at is None or not _taken(row.pk)]
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            sent_at=now, attempts=F("attempts") + 1
        )
    for row in rows:
        try:
            _queue(row.pk, row.payload["queue"])
            sent += 1
        except Exception:
            OutboxMessage.objects.filter(pk__gte=row.pk, done_at__isnull=True).filter(
                pk__in=[r.pk for r in rows]
            ).update(sent_at=None)
            raise
    return sent


def run(message_id: int) -> bool:
    """Do the work of one message unless it is done or under way; return whether it was done here.

    The advisory lock dies with the connection, so a killed worker leaves nothing locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, message_id])
        if not cursor.fetchone()[0]:
            return False
    try:
        row = OutboxMessage.objects.filter(pk=message_id, done_at__isnull=True).first()
        if row is None:
            return False
        try:
            HANDLERS[row.task](**row.payload["args"])
        except Exception as error:
            OutboxMessage.objects.filter(pk=message_id).update(
                error=f"{type(error).__name__}: {error}"[:2000],
                done_at=timezone.now() if row.attempts >= 3 else None,
            )
            raise
        OutboxMessage.objects.filter(pk=message_id).update(done_at=timezone.now(), error="")
        return True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, message_id])


def is_worked_on(key: str) -> bool:
    """Say whether some worker runs the message `key` at this moment."""
    found = OutboxMessage.objects.filter(key=key).values_list("pk", flat=True).first()
    return found is not None and _taken(found)


def _taken(message_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS, message_id],
        )
        return cursor.fetchone() is not None
