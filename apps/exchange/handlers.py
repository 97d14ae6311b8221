"""What the outbox hands to this app."""

from __future__ import annotations

from apps.core import jobs, outbox
from apps.core.models import Job

from . import services
from .choices import BatchState
from .models import ImportBatch


@outbox.handler("exchange.check")
def check(job_id: str) -> None:
    """Check a workbook. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.run_check)
    _settle(job_id)


@outbox.handler("exchange.write")
def write(job_id: str) -> None:
    """Write a checked workbook. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.run_write)
    _settle(job_id)


@outbox.handler("exchange.withdraw")
def withdraw(job_id: str) -> None:
    """Undo a written batch. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.run_withdraw)
    _settle(job_id)


def _settle(job_id: str) -> None:
    """Let the batch of a job that failed or was cancelled say so; its work left nothing."""
    job = Job.objects.get(pk=job_id)
    if job.state in (Job.State.FAILED, Job.State.CANCELLED):
        ImportBatch.objects.filter(
            pk=job.data["batch"], state__in=[BatchState.CHECKING, BatchState.WRITING]
        ).update(state=BatchState.STOPPED, sentence=job.message, ended_at=job.finished_at)
        # the withdrawal has rolled back: the batch stands as it stood
        ImportBatch.objects.filter(pk=job.data["batch"], state=BatchState.UNDOING).update(
            state=BatchState.DONE, sentence=f"撤回没有完成，本批数据仍在库中。{job.message}"
        )
