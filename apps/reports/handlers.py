"""What the outbox hands to this app."""

from __future__ import annotations

from django.urls import reverse

from apps.core import jobs, outbox
from apps.core.models import Job

from . import services
from .models import KeptReport


@outbox.handler("reports.make")
def make(job_id: str) -> None:
    """Make a long report. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.make_report)


@outbox.handler("reports.query")
def query(job_id: str) -> None:
    """Write a long answer of a question. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.make_query)


def made(job: Job) -> tuple[str, str] | None:
    """Return the download of what a job made."""
    kept = KeptReport.objects.filter(job=job).first()
    if kept is None:
        return None
    words = f"下载 {kept.fmt.upper()}（{kept.rows} 行）"
    return words, reverse("reports:download", args=[kept.pk])
