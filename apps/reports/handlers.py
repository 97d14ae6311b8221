"""What the outbox hands to this app."""

from __future__ import annotations

from apps.core import jobs, outbox

from . import services


@outbox.handler("reports.make")
def make(job_id: str) -> None:
    """Make a long report. Safe to run twice: a job that ran is left alone."""
    jobs.run(job_id, services.make_report)
