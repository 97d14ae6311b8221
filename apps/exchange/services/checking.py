"""From the upload to a checked batch: keeping the file, mapping columns, putting cells right."""

from __future__ import annotations

from collections.abc import Mapping as Values
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from apps.audit import services as audit
from apps.core import jobs, sheets
from apps.core.imports import KINDS
from apps.core.models import Job
from apps.core.sheets import Faults, Mapping
from apps.core.sheets.mapping import from_json, mistakes
from apps.core.writes import write
from apps.units.models import Unit

from .. import fixes, layouts, runs
from ..choices import BatchState, Mode
from ..errors import BatchNotReady, MappingRefused, NothingFixed
from ..models import ImportBatch, ImportSource
from . import files

#: States from which columns may be mapped anew, and cells put right.
MAPPABLE = (BatchState.MAPPING, BatchState.FAULTY, BatchState.CLEAN)


@write
def upload(
    *, kind: str, upload: UploadedFile, by: Any, under: Any = None, mode: str = Mode.BOTH
) -> ImportBatch:
    """Keep an uploaded workbook and queue its check.

    Raises sheets.Refused when the guard refuses the file; nothing is kept then.
    """
    path, digest, size = files.keep(upload.name or "", upload.chunks())
    try:
        KINDS[kind].guard(path, upload.name or "")
    except sheets.Refused:
        path.unlink(missing_ok=True)
        raise
    batch = ImportBatch.objects.create(
        kind=kind,
        owner=by,
        under=under,
        mode=mode,
        name=(upload.name or "未命名")[-255:],
        path=files.stored(path),
        sha256=digest,
        size=size,
    )
    _queue_check(batch, by)
    return batch


@write
def map_columns(
    *, batch: ImportBatch, mapping: Mapping, by: Any, remember: str = ""
) -> ImportBatch:
    """Say how the columns of a foreign file are read, and check it that way.

    remember   name under which the office keeps the mapping; "" for this once
    Raises BatchNotReady, MappingRefused.
    """
    batch = _locked(batch, MAPPABLE)
    if not batch.layout:
        raise BatchNotReady(batch)
    kind = KINDS[batch.kind]
    columns = kind.columns(by)
    profile = layouts.profile_of(batch.layout)
    wrong = mistakes(mapping, profile, columns)
    wrong += [
        (column.field, f"还缺少「{column.header}」：请选一列，或填写固定值")
        for column in kind.missing(columns, mapping.given)
    ]
    if wrong:
        raise MappingRefused(wrong)
    mapping.sheet = profile.sheet
    batch.mapping, batch.corrections = mapping.as_json(), []
    batch.source = _remember(batch, remember, by) if remember else _same(batch.source, mapping)
    _check_again(batch, by)
    audit.record(
        "import.map",
        target=batch,
        by=by,
        after={"source": remember, "columns": len(mapping.given), "left_out": len(mapping.ignored)},
    )
    return batch


@write
def look_again(*, batch: ImportBatch, sheet: str, by: Any) -> ImportBatch:
    """Look at another sheet of the file. Raises BatchNotReady."""
    batch = _locked(batch, MAPPABLE)
    if sheet not in batch.layout.get("sheets", []):
        raise BatchNotReady(batch)
    batch.mapping, batch.layout, batch.corrections = {"sheet": sheet}, {}, []
    batch.source = None
    _check_again(batch, by)
    return batch


@write
def fix(*, batch: ImportBatch, values: Values[tuple[int, int], str], by: Any) -> ImportBatch:
    """Put faulty cells right and check again; the file stays as it was brought.

    values   (line, column) → what the cell is to say, "" to empty it; only cells that were faulty
    Raises BatchNotReady, NothingFixed.
    """
    batch = _locked(batch, (BatchState.FAULTY, BatchState.CLEAN))
    now = timezone.now()
    cells = {(cell["line"], cell["column"]): cell for cell in batch.cells}
    made = {}
    for place, text in values.items():
        if (cell := cells.get(place)) is not None:
            fix = fixes.Fix(cell["sheet"], *place, text)
            made[place] = fixes.kept(fix, cell, batch=batch.pk, by=by, at=now)
    if not made:
        raise NothingFixed
    before = {(one["line"], one["column"]): one for one in batch.corrections}
    for place, one in made.items():
        if place in before:
            one["old"] = before[place]["old"]
    batch.corrections = sorted({**before, **made}.values(), key=lambda o: (o["line"], o["column"]))
    _check_again(batch, by)
    audit.record("import.fix", target=batch, by=by, after={"cells": len(made)})
    return batch


def _locked(batch: ImportBatch, states: tuple[BatchState, ...]) -> ImportBatch:
    """Return the batch under its lock. Raises BatchNotReady outside of `states`."""
    found = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if found.state not in states:
        raise BatchNotReady(found)
    return found


def _check_again(batch: ImportBatch, by: Any) -> None:
    batch.state, batch.sentence, batch.cells = BatchState.CHECKING, "", []
    batch.save()
    _queue_check(batch, by)


def _queue_check(batch: ImportBatch, by: Any) -> None:
    queue(batch, by, f"校验{KINDS[batch.kind].label}：{batch.name}", "exchange.check")


def queue(batch: ImportBatch, by: Any, title: str, task: str) -> None:
    """Queue a job about a batch; the batch points to its latest one."""
    batch.job = jobs.create(
        kind=task, title=title[:200], owner=by, data={"batch": str(batch.pk)}, task=task
    )
    batch.save(update_fields=["job"])


def _same(source: ImportSource | None, mapping: Mapping) -> ImportSource | None:
    """Return the source while the batch is still read as it says."""
    return source if source is not None and source.mapping == mapping.as_json() else None


def _remember(batch: ImportBatch, name: str, by: Any) -> ImportSource | None:
    office = office_of(batch, by)
    if office is None:
        return None
    source, _ = ImportSource.objects.update_or_create(
        office=office,
        kind=batch.kind,
        name=name[:80],
        defaults={
            "fingerprint": batch.layout["fingerprint"],
            "mapping": batch.mapping,
            "used_at": timezone.now(),
        },
    )
    return source


def office_of(batch: ImportBatch, by: Any) -> Unit | None:
    """Return the unit whose office remembers the mapping: the root of the subtree worked in."""
    roots = by.subtrees(KINDS[batch.kind].permission)
    if batch.under is not None:
        roots = [path for path in roots if batch.under.path.startswith(path)] or roots
    return Unit.objects.filter(path__in=roots).order_by("path").first()


def run_check(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The work of a check job: read, check, keep report, preview and marked workbook."""
    batch = _of(job)
    try:
        run = read(batch, _tell(progress))
    except sheets.Refused as refused:
        batch.state, batch.sentence = BatchState.REFUSED, refused.sentence
        batch.ended_at = timezone.now()
        batch.save(update_fields=["state", "sentence", "ended_at"])
        audit.record("import.refuse", target=batch, by=batch.owner, note=refused.sentence)
        return {"state": batch.state}
    except layouts.Unmapped as unmapped:
        batch.state, batch.layout = BatchState.MAPPING, layouts.as_json(unmapped.found)
        batch.mapping = {}
        batch.save()
        return {"state": batch.state}
    except layouts.BadMapping as bad:
        # the file or the register has changed under a remembered mapping
        batch.state, batch.sentence = BatchState.MAPPING, "；".join(s for _, s in bad.wrong[:5])
        batch.layout, batch.source = layouts.as_json(bad.found), bad.found.source
        if bad.found.source is not None and not batch.mapping.get("columns"):
            batch.mapping = bad.found.source.mapping
        batch.save()
        return {"state": batch.state}
    remember_run(batch, run)
    if not run.plan.is_clean:
        batch.state = BatchState.FAULTY
        if not run.kind.grid:
            progress.stage("标注错误")
            files.mark(batch, run.plan.faults.sorted())
        keep_cells(batch, run, run.plan.faults)
    else:
        batch.state = BatchState.CLEAN
        keep_cells(batch, run, run.plan.faults)
    batch.save()
    return {"state": batch.state, "faults": batch.faults}


def _of(job: Job) -> ImportBatch:
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("owner", "under")
    return rows.get(pk=job.data["batch"])


def _tell(progress: jobs.Progress) -> Any:
    stage = {"name": ""}

    def tell(name: str, done: int, total: int) -> None:
        if name != stage["name"]:
            stage["name"] = name
            progress.stage(name, total)
        progress.at(done)

    return tell


def read(batch: ImportBatch, tell: Any) -> runs.Run:
    """Read and check the file of a batch as the batch says. Raises as runs.check."""
    mapping = from_json(batch.mapping) if batch.mapping.get("columns") else None
    return runs.check(
        files.path_of(batch),
        batch.name,
        batch.kind,
        user=batch.owner,
        under=batch.under,
        tell=tell,
        mapping=mapping,
        sheet=batch.mapping.get("sheet", ""),
        fixes=fixes.opened(batch.corrections, batch=batch.pk),
        mode=batch.mode,
    )


def keep_cells(batch: ImportBatch, run: runs.Run, faults: Faults) -> None:
    """Keep the cells that the page can put right: the faulty ones, or all of a short grid."""
    columns = run.kind.columns(batch.owner)
    batch.cells = fixes.cells_of(faults.sorted(), columns)
    if run.kind.grid:
        batch.cells = fixes.grid_of(run.book, columns, batch.cells) or batch.cells


def remember_run(batch: ImportBatch, run: runs.Run) -> None:
    """Keep what a check has found."""
    plan, report = run.plan, run.report.as_json()
    report["faults"] = plan.faults.as_json(runs.LISTED)
    batch.rows, batch.created, batch.changed = plan.rows, plan.creates, plan.changes
    batch.unchanged, batch.faults, batch.skipped = plan.same, len(plan.faults), run.skipped
    batch.report, batch.preview = report, runs.preview_of(plan)
    if run.layout is not None and run.mapping is not None:
        if not batch.layout:
            batch.source = run.layout.source
        batch.layout, batch.mapping = layouts.as_json(run.layout), run.mapping.as_json()
        if batch.source_id is not None:
            ImportSource.objects.filter(pk=batch.source_id).update(used_at=timezone.now())
