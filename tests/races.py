"""Forced races (style.md §10): calls that really meet, in threads with connections of their own.

    held = Balance.objects.filter(unit=bureau)
    first, second = meet_at(held, enter_a, enter_b)

The rows are held until every call waits for a lock, one after the other in the order given; then
all are let go. A call that does not come to wait fails the test: it would not have met the other.
Needs `@pytest.mark.django_db(transaction=True)`, because other connections see committed rows only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import QuerySet

PATIENCE = 10.0  #: seconds until a call that does not wait fails the test


@dataclass
class Outcome:
    """How one call ended: its value, or the exception it raised."""

    value: Any = None
    error: BaseException | None = None
    pid: int = 0
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def won(self) -> bool:
        return self.error is None


def meet_at(rows: QuerySet | None, *calls: Callable[[], Any]) -> list[Outcome]:
    """Run `calls` at the same time; return their outcomes in the given order.

    rows   queryset whose rows are locked until every call waits; None: hold nothing and start
           all calls at once (for races that must not deadlock, whoever comes first)
    """
    outcomes = [Outcome() for _ in calls]
    threads = [
        threading.Thread(target=_run, args=(call, outcome), daemon=True)
        for call, outcome in zip(calls, outcomes, strict=True)
    ]
    if rows is None:
        for thread in threads:
            thread.start()
    else:
        with transaction.atomic():
            if not list(rows.order_by("pk").select_for_update()):
                raise AssertionError("there are no rows to meet at")
            for number, (thread, outcome) in enumerate(zip(threads, outcomes, strict=True), 1):
                thread.start()
                _await_lock(outcome, number)
    for thread in threads:
        thread.join(PATIENCE)
        if thread.is_alive():
            raise AssertionError("a call did not end: it waits for a lock nobody gives back")
    return outcomes


def _run(call: Callable[[], Any], outcome: Outcome) -> None:
    try:
        connection.ensure_connection()
        outcome.pid = connection.connection.info.backend_pid
        outcome.started.set()
        outcome.value = call()
    except BaseException as error:
        outcome.error = error
    finally:
        outcome.started.set()
        outcome.ended.set()
        connections.close_all()


def _await_lock(outcome: Outcome, number: int) -> None:
    """Return when the call waits for a lock; fail when it ends or idles instead."""
    outcome.started.wait(PATIENCE)
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if outcome.ended.is_set():
            raise AssertionError(f"call {number} did not wait: {outcome.error or outcome.value!r}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [outcome.pid])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError(f"call {number} did not come to wait for the rows")
