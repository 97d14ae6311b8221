"""Long pieces of work: a row that a page polls, progress that survives, an honest end.

The end is written in the transaction of the work itself: a job that says 已完成 has done it all,
any other has done nothing (issue: import killed half-way). `run_in_pieces` is for work whose pieces
are whole each by itself, such as many applications passed at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from . import outbox
from .models import Job

log = structlog.get_logger(__name__)

#: A running job reports at most this often, to spare the database.
REPORT_EVERY = 0.5  # seconds
#: One silent for this long may have lost its worker; see sweep().
LOST_AFTER = timedelta(seconds=20)


class Cancelled(Exception):
    """The owner asked to stop; the work's transaction rolls back."""


class JobFailed(Exception):
    """The work cannot be done; carries the sentence the owner reads."""


class Progress:
    """Tells how far a job is, on a connection of its own, so that the page sees it at once."""

    def __init__(self, job_id: Any) -> None:
        self.job_id = job_id
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._next = 0.0
        self._done = self._total = 0
        self._stage = ""

    def stage(self, name: str, total: int = 0) -> None:
        """Begin a stage of `total` steps (0: unknown)."""
        self._stage, self._done, self._total = name, 0, total
        self._write()

    def at(self, done: int) -> None:
        """Say that `done` steps of the stage are through. Raises Cancelled."""
        self._done = done
        if time.monotonic() >= self._next:
            self._write()

    def _write(self) -> None:
        self._next = time.monotonic() + REPORT_EVERY
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_job SET stage = %s, done = %s, total = %s, beat_at = now() "
                "WHERE id = %s AND state = 'running' RETURNING cancel_asked",
                [self._stage, self._done, self._total, self.job_id],
            )
            row = cursor.fetchone()
        if row is not None and row[0]:
            raise Cancelled

    def close(self) -> None:
        self._connection.close()


def create(*, kind: str, title: str, owner: Any, data: dict[str, Any], task: str) -> Job:
    """Write a waiting job and its message; must run in the transaction of the request.

    task   name of the outbox handler; it is called with job_id
    """
    job = Job.objects.create(kind=kind, title=title, owner=owner, data=data)
    outbox.send(task, {"job_id": str(job.pk)}, key=f"job:{job.pk}")
    return job


def run(job_id: Any, work: Callable[[Job, Progress], dict[str, Any]]) -> None:
    """Run `work(job, progress)` for a waiting job in one transaction and write how it ended.

    `work` returns the result to keep; it raises JobFailed or Cancelled to end otherwise.
    A job that is not waiting is left alone: it ran before, or its worker died in it.
    """
    started = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now(), beat_at=timezone.now()
    )
    if not started:
        return
    job = Job.objects.select_related("owner").get(pk=job_id)
    if not job.owner.is_active:
        _end(job, Job.State.FAILED, "提交人的账户已停用，任务没有执行，未写入任何数据。")
        return
    progress = Progress(job_id)
    try:
        with transaction.atomic():
            result = work(job, progress)
            with connection.cursor() as cursor:
                cursor.execute("SELECT state FROM core_job WHERE id = %s FOR UPDATE", [job.pk])
                if cursor.fetchone()[0] != Job.State.RUNNING:
                    raise JobFailed("任务已被系统判定为中断，未写入任何数据；请重新提交。")
            job.state, job.result, job.finished_at = Job.State.DONE, result, timezone.now()
            job.save(update_fields=["state", "result", "result_file", "message", "finished_at"])
    except Cancelled:
        _end(job, Job.State.CANCELLED, "已按要求取消，未写入任何数据。")
    except JobFailed as failure:
        _end(job, Job.State.FAILED, str(failure))
    except Exception as error:
        log.exception("job.failed", job=str(job_id))
        _end(
            job,
            Job.State.FAILED,
            f"任务没有完成，未写入任何数据。请稍后重新提交；若再次出现，请把任务号 {job.pk} 告诉"
            f"系统管理员（{type(error).__name__}）。",
        )
    finally:
        progress.close()


def run_in_pieces(job_id: Any, work: Callable[[Job, Progress], dict[str, Any]]) -> None:
    """Run `work(job, progress)` outside any transaction: each piece commits by itself.

    For jobs created with data["in_pieces"]. A job whose worker died is begun again (sweep), and
    `work` goes on where it stopped; it must keep what is done in the transaction of each piece.
    `work` returns the result to keep; Cancelled ends the job with what is done so far.
    """
    now = timezone.now()
    started = Job.objects.filter(
        pk=job_id, state__in=[Job.State.WAITING, Job.State.RUNNING]
    ).update(state=Job.State.RUNNING, started_at=Coalesce("started_at", now), beat_at=now)
    if not started:
        return
    job = Job.objects.select_related("owner").get(pk=job_id)
    if not job.owner.is_active:
        _end(job, Job.State.FAILED, "提交人的账户已停用，任务没有继续，已办的保留。")
        return
    progress = Progress(job_id)
    try:
        job.result = work(job, progress)
        _end(job, Job.State.DONE, "")
    except Cancelled:
        _end(job, Job.State.CANCELLED, "已按要求取消，此前已办的保留，其余没有办理。")
    except JobFailed as failure:
        _end(job, Job.State.FAILED, str(failure))
    except Exception as error:
        log.exception("job.failed", job=str(job_id))
        _end(
            job,
            Job.State.FAILED,
            f"任务没有全部完成，已办的保留，其余没有办理；请把任务号 {job.pk} 告诉系统管理员"
            f"（{type(error).__name__}）。",
        )
    finally:
        progress.close()


def _end(job: Job, state: str, message: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state,
        message=message,
        finished_at=timezone.now(),
        result=job.result,
        result_file=job.result_file,
    )


def ask_to_cancel(*, job: Job) -> None:
    """Ask a running job to stop at its next report; a waiting one is cancelled at once."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, message="已取消，尚未开始。", finished_at=timezone.now()
    )
    if not waiting:
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


def sweep() -> int:
    """End running jobs whose worker is gone; return how many.

    Gone means: silent for a while, and nobody holds the lock of the job's message, which dies
    with the worker's connection. Its transaction has died with it, so nothing was written.
    """
    stale = Job.objects.filter(
        state=Job.State.RUNNING, beat_at__lt=timezone.now() - LOST_AFTER
    ).values_list("pk", flat=True)
    gone = [pk for pk in stale if not outbox.is_worked_on(f"job:{pk}")]
    # what is done piece by piece goes on: the outbox sends its message again
    Job.objects.filter(pk__in=gone, state=Job.State.RUNNING, data__in_pieces=True).update(
        state=Job.State.WAITING
    )
    return Job.objects.filter(pk__in=gone, state=Job.State.RUNNING).update(
        state=Job.State.FAILED,
        message="任务在执行中断开，未写入任何数据；请重新提交。",
        finished_at=timezone.now(),
    )
