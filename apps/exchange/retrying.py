"""Starting a check or a writing again whose worker was lost (docs/rules.md A-19)."""

from __future__ import annotations

from typing import Any

from apps.core.models import Job

from .models import ImportBatch
from .services.checking import queue


def again(job: Job, by: Any) -> Job | None:
    """Queue the same work for the batch's owner; None when the batch has gone on since."""
    batch = ImportBatch.objects.select_for_update().filter(pk=job.data.get("batch")).first()
    if batch is None or batch.job_id != job.pk or batch.ended_at is not None:
        return None
    queue(batch, batch.owner, job.title, job.kind)
    return batch.job
