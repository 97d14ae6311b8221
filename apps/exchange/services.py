"""Writes of the import wizard."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from apps.audit import services as audit
from apps.core import jobs, sheets
from apps.core.imports import KINDS, RefusedByRegister
from apps.core.models import Job
from apps.core.writes import write

from . import runs
from .choices import BatchState
from .errors import BatchNotReady
from .models import ImportBatch


def folder() -> Path:
    """Return where uploaded workbooks are kept, outside of every web root."""
    place = Path(settings.MEDIA_ROOT) / "imports"
    place.mkdir(parents=True, exist_ok=True)
    return place


def keep(upload: UploadedFile) -> tuple[Path, str]:
    """Store an upload under a random name; return its path and SHA-256."""
    suffix = Path(upload.name or "").suffix.lower()[:6]
    path = folder() / f"{uuid.uuid4().hex}{suffix if suffix.isascii() else ''}"
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for block in upload.chunks():
            digest.update(block)
            file.write(block)
    path.chmod(0o600)
    return path, digest.hexdigest()


@write
def upload(*, kind: str, upload: UploadedFile, by: Any, under: Any = None) -> ImportBatch:
    """Keep an uploaded workbook and queue its check.

    Raises sheets.Refused when the guard refuses the file; nothing is kept then.
    """
    path, digest = keep(upload)
    try:
        sheets.check(path, upload.name)
    except sheets.Refused:
        path.unlink(missing_ok=True)
        raise
    batch = ImportBatch.objects.create(
        kind=kind,
        owner=by,
        under=under,
        name=(upload.name or "未命名")[-255:],
        path=str(path.relative_to(settings.MEDIA_ROOT)),
        sha256=digest,
        size=upload.size or 0,
    )
    _queue(batch, by, f"校验{KINDS[kind].label}：{batch.name}", "exchange.check")
    return batch


@write
def confirm(*, batch: ImportBatch, by: Any) -> ImportBatch:
    """Queue the writing of a checked batch. Raises BatchNotReady."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != BatchState.CLEAN:
        raise BatchNotReady(batch)
    batch.state = BatchState.WRITING
    batch.save(update_fields=["state"])
    _queue(batch, by, f"导入{KINDS[batch.kind].label}：{batch.name}", "exchange.write")
    return batch


def _queue(batch: ImportBatch, by: Any, title: str, task: str) -> None:
    batch.job = jobs.create(
        kind=task, title=title[:200], owner=by, data={"batch": str(batch.pk)}, task=task
    )
    batch.save(update_fields=["job"])


def run_check(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The work of a check job: read, check, keep report, preview and marked workbook."""
    batch = ImportBatch.objects.select_for_update().get(pk=job.data["batch"])
    path = Path(settings.MEDIA_ROOT) / batch.path
    try:
        run = runs.check(
            path, batch.name, batch.kind, user=batch.owner, under=batch.under, tell=_tell(progress)
        )
    except sheets.Refused as refused:
        batch.state, batch.sentence = BatchState.REFUSED, refused.sentence
        batch.ended_at = timezone.now()
        batch.save(update_fields=["state", "sentence", "ended_at"])
        audit.record("import.refuse", target=batch, by=batch.owner, note=refused.sentence)
        return {"state": batch.state}
    _remember(batch, run)
    if not run.plan.is_clean:
        batch.state = BatchState.FAULTY
        progress.stage("标注错误")
        _mark(batch, path, run.plan.faults.sorted())
    else:
        batch.state = BatchState.CLEAN
    batch.save()
    return {"state": batch.state, "faults": batch.faults}


def run_write(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The work of a write job: check again, then write all of it in this transaction."""
    batch = ImportBatch.objects.select_for_update().get(pk=job.data["batch"])
    path = Path(settings.MEDIA_ROOT) / batch.path
    tell = _tell(progress)
    run = runs.check(path, batch.name, batch.kind, user=batch.owner, under=batch.under, tell=tell)
    _remember(batch, run)
    try:
        runs.commit(run, by=batch.owner, tell=tell)
    except RefusedByRegister as refused:
        batch.faults = len(refused.faults)
        batch.report = {**batch.report, "faults": refused.faults.as_json(runs.LISTED)}
        batch.state = BatchState.FAULTY
        _mark(batch, path, refused.faults.sorted())
        batch.sentence = f"校验之后数据又有变动，未写入任何内容；{batch.sentence}"
        batch.save()
        return {"state": batch.state, "faults": batch.faults}
    batch.state, batch.ended_at = BatchState.DONE, timezone.now()
    batch.report = run.report.as_json()
    batch.save()
    return {"state": batch.state, "created": batch.created, "changed": batch.changed}


def _tell(progress: jobs.Progress) -> Any:
    stage = {"name": ""}

    def tell(name: str, done: int, total: int) -> None:
        if name != stage["name"]:
            stage["name"] = name
            progress.stage(name, total)
        progress.at(done)

    return tell


def _remember(batch: ImportBatch, run: runs.Run) -> None:
    plan, report = run.plan, run.report.as_json()
    report["faults"] = plan.faults.as_json(runs.LISTED)
    batch.rows, batch.created, batch.changed = plan.rows, plan.creates, plan.changes
    batch.unchanged, batch.faults = plan.same, len(plan.faults)
    batch.report, batch.preview = report, runs.preview_of(plan)


def _mark(batch: ImportBatch, path: Path, faults: list[Any]) -> None:
    """Give the workbook back with its faults at their cells."""
    out = folder() / f"{uuid.uuid4().hex}.xlsx"
    try:
        marked = sheets.mark_faults(path, faults, out, name=batch.name)
    except sheets.Refused as refused:
        batch.sentence = refused.sentence
        return
    batch.marked = str(out.relative_to(settings.MEDIA_ROOT))
    if marked.sentence:
        batch.sentence = marked.sentence
