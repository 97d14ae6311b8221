"""What the outbox hands to this app."""

from __future__ import annotations

from django.urls import reverse

from apps.core import jobs, outbox
from apps.core.models import Job

from .services import batches, print_runs


@outbox.handler(batches.KIND)
def batch(job_id: str) -> None:
    """Move the cases of a batch. Safe to run twice: what was tried is left alone."""
    jobs.run_in_pieces(job_id, batches.run)


@outbox.handler(print_runs.KIND)
def papers(job_id: str) -> None:
    """Print many papers. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, print_runs.run)


def printed(job: Job) -> tuple[str, str] | None:
    """Return the download of a print run, as long as its file is kept."""
    if print_runs.file_of(job) is None:
        return None
    words = f"下载 PDF（{job.result['papers']} 份）"
    if missing := job.result.get("missing"):
        words += f"，另有 {missing} 份已不在范围内"
    return words, reverse("approvals:papers_file", args=[job.pk])
