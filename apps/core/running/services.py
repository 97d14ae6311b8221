"""What the system administrator may do to a job: stop it, or start it again."""

from __future__ import annotations

from typing import Any

from .. import events, jobs
from ..models import Job
from ..writes import write
from . import kinds


class NotNow(Exception):
    """The job has ended, runs already, or may not be started again."""


@write
def cancel(*, job: Job, by: Any) -> Job:
    """Ask a job to stop. Raises NotNow."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if not kinds.may_cancel(row):
        raise NotNow
    jobs.ask_to_cancel(job=row)
    events.record("job.cancel", target=row.owner, by=by, note=_words(row))
    return row


@write
def run_again(*, job: Job, by: Any) -> Job:
    """Start the same work again for its owner; returns the new job. Raises NotNow."""
    row = Job.objects.select_for_update(of=("self",)).select_related("owner").get(pk=job.pk)
    if not kinds.may_run_again(row):
        raise NotNow
    again = kinds.KINDS[row.kind].again
    made = again(row, by) if again is not None else None
    if made is None:
        raise NotNow
    events.record("job.again", target=row.owner, by=by, note=_words(row))
    return made


def _words(job: Job) -> str:
    """Name a job by its kind and number: its title may hold what the office works on."""
    return f"{kinds.label_of(job)}（任务号 {job.pk}）"
