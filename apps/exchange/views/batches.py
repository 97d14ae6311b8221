"""导入中心: the batches, one batch, its file, and withdrawing it."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit import exports
from apps.core.http import render_list, requires
from apps.core.imports import KINDS
from apps.core.models import Job

from .. import rules, services
from ..choices import BatchState
from ..errors import BatchNotReady, NotWithdrawn
from ..filters import BatchFilter
from ..models import ImportBatch
from ..tables import BATCH_LAMPS, BatchTable
from .found import batch_or_404
from .wizard import STEPS, kinds_for

#: Faults a page lists; the marked workbook has them all.
LISTED = 200
_STEP = {BatchState.CHECKING: 4, BatchState.MAPPING: 3, BatchState.FAULTY: 4}


@requires("maintain", "examine")
@require_GET
def imports(request: HttpRequest) -> HttpResponseBase:
    """导入中心: what can be imported, and the batches of the reader and of the office."""
    rows = ImportBatch.objects.visible_to(request.user).select_related("owner", "reach", "source")
    rows = rows.defer("report", "preview", "layout", "corrections", "cells", "tracks", "obstacles")
    return render_list(
        request,
        table=BatchTable,
        filters=BatchFilter(request.GET, queryset=rows, user=request.user),
        template="exchange/imports.html",
        export=exports.export_table,
        context={"kinds": kinds_for(request.user)},
    )


@requires("maintain", "examine")
@require_GET
def batch(request: HttpRequest, pk: Any) -> HttpResponse:
    """Steps 3 to 5: columns as understood, what would change, the faults, the result."""
    found = batch_or_404(request, pk)
    faults = found.report.get("faults", [])
    warnings = found.report.get("warnings", [])
    mine = found.owner_id == request.user.pk
    state = BatchState(found.state)
    context = {
        "batch": found,
        "kind": KINDS.get(found.kind),
        "mine": mine,
        "steps_list": STEPS,
        "step": _STEP.get(state, 5),
        "job_open": found.job is not None
        and found.job.state in (Job.State.WAITING, Job.State.RUNNING),
        "job_mine": found.job is not None and found.job.owner_id == request.user.pk,
        "faults": [] if found.cells else faults[:LISTED],
        "faults_more": max(0, found.faults - LISTED) if not found.cells else 0,
        "warnings": warnings[:LISTED],
        "warnings_more": max(0, len(warnings) - LISTED),
        "tone": BATCH_LAMPS[state],
        "headers": [pair for pair in found.preview.get("mapping", []) if pair[1]],
        "mapped": _mapped(found) if found.mapping.get("columns") else None,
        "may_withdraw": state == BatchState.DONE
        and found.write_id is not None
        and rules.may_withdraw(request.user, found),
    }
    return render(request, "exchange/batch.html", context)


def _mapped(found: ImportBatch) -> dict[str, Any]:
    """Return how a foreign file is read, in words."""
    kind = KINDS.get(found.kind)
    headers = {c.field: c.header for c in kind.columns(found.owner)} if kind and found.owner else {}
    mapping = found.mapping
    columns = mapping["columns"]
    listed = [(one["letter"], one["name"]) for one in found.layout.get("columns", [])]
    return {
        "columns": [
            (place, name, headers.get(columns[name], columns[name]))
            for place, name in listed
            if columns.get(name)
        ],
        "copies": [(headers.get(to, to), name) for to, name in mapping["copies"].items()],
        "fills": [(headers.get(to, to), text) for to, text in mapping["fills"].items()],
        "ignored": [name for _, name in listed if not columns.get(name)],
    }


@requires("maintain", "examine")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    """核对页, then the withdrawal. Of two people one wins, the other is told."""
    found = batch_or_404(request, pk)
    if request.method == "POST":
        try:
            services.withdraw(batch=found, by=request.user)
        except BatchNotReady as refused:
            state = refused.batch.get_state_display()
            messages.warning(request, f"这批数据现在是“{state}”，没有再次撤回。")
        except NotWithdrawn as refused:
            messages.error(request, refused.sentence)
        return redirect(found)
    if found.state != BatchState.DONE or not rules.may_withdraw(request.user, found):
        return redirect(found)
    return render(
        request, "exchange/withdraw.html", {"batch": found, "kind": KINDS.get(found.kind)}
    )


@requires("maintain", "examine")
@require_GET
def marked(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """Send the uploaded workbook back with its faults at their cells."""
    found = batch_or_404(request, pk)
    if not found.marked or found.owner_id != request.user.pk:
        raise Http404
    path = Path(settings.MEDIA_ROOT) / found.marked
    return _sent(path.open("rb"), f"{Path(found.name).stem}（错误标注）.xlsx")


@requires("maintain", "examine")
@require_GET
def file(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """Send the file as it was brought; that is noted in the audit."""
    found = batch_or_404(request, pk)
    try:
        stream = services.download(batch=found, by=request.user)
    except OSError:
        messages.error(request, "文件在存储中没有找到，请联系系统管理员。")
        return redirect(found)
    return _sent(stream, found.name)


def _sent(stream: IO[bytes], name: str) -> FileResponse:
    suffix = Path(name).suffix.lower().lstrip(".")
    kind = exports.CONTENT_TYPES.get(suffix, "application/octet-stream")
    response = FileResponse(stream, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
