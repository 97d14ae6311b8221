"""What the outbox hands to this app."""

from __future__ import annotations

from apps.core import jobs, outbox

from .services import batches


@outbox.handler(batches.KIND)
def batch(job_id: str) -> None:
    """Move the cases of a batch. Safe to run twice: what was tried is left alone."""
    jobs.run_in_pieces(job_id, batches.run)
