"""Writing a checked batch: all of it in one transaction, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from apps.core import jobs, sheets
from apps.core.imports import KINDS, RefusedByRegister
from apps.core.models import Job
from apps.core.writes import write

from .. import layouts, runs
from ..choices import BatchState
from ..errors import BatchNotReady
from ..models import ImportBatch
from . import files
from .checking import _locked, _of, _tell, keep_cells, queue, read, remember_run

CHANGED = "校验之后数据又有变动，未写入任何内容"


@write
def confirm(*, batch: ImportBatch, by: Any, checked: str = "") -> ImportBatch:
    """Queue the writing of a checked batch.

    checked   id of the check the reader has seen; another one since makes the preview stale
    Raises BatchNotReady.
    """
    batch = _locked(batch, (BatchState.CLEAN,))
    if checked and str(batch.job_id) != checked:
        raise BatchNotReady(batch)
    batch.state = BatchState.WRITING
    batch.save(update_fields=["state"])
    queue(batch, by, f"导入{KINDS[batch.kind].label}：{batch.name}", "exchange.write")
    return batch


def run_write(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The work of a write job: check again, then write all of it in this transaction."""
    batch = _of(job)
    tell = _tell(progress)
    try:
        run = read(batch, tell)
    except (sheets.Refused, layouts.Unmapped, layouts.BadMapping) as refused:
        raise jobs.JobFailed(f"{CHANGED}：{refused}") from refused
    remember_run(batch, run)
    try:
        runs.commit(run, by=batch.owner, tell=tell)
    except RefusedByRegister as refused:
        batch.faults = len(refused.faults)
        batch.report = {**batch.report, "faults": refused.faults.as_json(runs.LISTED)}
        batch.state = BatchState.FAULTY
        if not run.kind.grid:
            files.mark(batch, refused.faults.sorted())
        keep_cells(batch, run, refused.faults)
        batch.sentence = f"{CHANGED}；{batch.sentence}"
        batch.save()
        return {"state": batch.state, "faults": batch.faults}
    _finish(batch, run)
    return {"state": batch.state, "created": batch.created, "changed": batch.changed}


def _finish(batch: ImportBatch, run: runs.Run) -> None:
    """Say of a batch that it is written, and where its rows are."""
    batch.state, batch.ended_at = BatchState.DONE, timezone.now()
    batch.report = run.report.as_json()
    if run.trace is not None:
        batch.write_id, batch.tracks = run.trace.change_id, run.trace.tracks
        batch.reach = run.trace.reach
    batch.save()


@write
def keep_command(*, run: runs.Run, path: Path, name: str, by: Any, under: Any) -> ImportBatch:
    """Keep the file of an import that a command has written in this very transaction."""
    with path.open("rb") as file:
        stored, digest, size = files.keep(name, iter(lambda: file.read(1 << 20), b""))
    batch = ImportBatch(
        kind=run.kind.code,
        owner=by if getattr(by, "pk", None) else None,
        under=under,
        name=name[-255:],
        path=files.stored(stored),
        sha256=digest,
        size=size,
    )
    remember_run(batch, run)
    _finish(batch, run)
    return batch


__all__ = ["BatchNotReady", "confirm", "keep_command", "run_write"]
