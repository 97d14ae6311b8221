"""The import wizard, exports, and the reader's jobs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.audit import exports
from apps.core import sheets
from apps.core.http import render_form, render_list, requires
from apps.core.imports import KINDS, ImportKind
from apps.core.jobs import ask_to_cancel
from apps.core.models import Job
from apps.units.models import Unit

from . import services
from .choices import BatchState
from .errors import BatchNotReady
from .forms import UploadForm
from .models import ImportBatch
from .tables import BATCH_LAMPS, BatchTable, JobTable

STEPS = ["下载模板", "上传", "对照列", "校验预览", "确认导入"]
#: Faults a page lists; the marked workbook has them all.
LISTED = 200


def kinds_for(user: Any) -> list[ImportKind]:
    """Return the kinds the user may import."""
    return [kind for kind in KINDS.values() if user.may_anywhere(kind.permission)]


def kind_or_404(user: Any, code: str) -> ImportKind:
    kind = KINDS.get(code)
    if kind is None:
        raise Http404
    if not user.may_anywhere(kind.permission):
        raise PermissionDenied
    return kind


@requires("maintain")
@require_GET
def imports(request: HttpRequest) -> HttpResponseBase:
    """导入中心: what can be imported, and the batches of the reader."""
    return render_list(
        request,
        table=BatchTable,
        rows=ImportBatch.objects.visible_to(request.user),
        template="exchange/imports.html",
        export=exports.export_table,
        context={"kinds": kinds_for(request.user)},
    )


@requires("maintain")
@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send the empty workbook of one kind, with drop-downs and its version."""
    chosen = kind_or_404(request.user, kind)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    sheets.write_template(
        out,
        chosen.columns(request.user),
        title=chosen.sheet_name or chosen.label,
        code=chosen.code,
        version=chosen.version,
    )
    out.seek(0)
    response = FileResponse(out, content_type=exports.CONTENT_TYPES["xlsx"])
    name = quote(f"{chosen.label}导入模板.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@requires("maintain")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Steps 1 and 2: template and upload. The guard answers at once; the check is a job."""
    chosen = kind_or_404(request.user, kind)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*data, user=request.user, permission=chosen.permission)
    if form.is_valid():
        try:
            batch = services.upload(
                kind=chosen.code,
                upload=form.cleaned_data["file"],
                under=form.cleaned_data["under"],
                by=request.user,
            )
        except sheets.Refused as refused:
            form.add_error("file", refused.sentence)
        else:
            return redirect(batch)
    context: dict[str, Any] = {
        "kind": chosen,
        "steps_list": STEPS,
        "columns": chosen.columns(request.user),
    }
    return render_form(request, "exchange/upload.html", form, **context)


def batch_or_404(request: HttpRequest, pk: Any) -> ImportBatch:
    rows = ImportBatch.objects.visible_to(request.user).select_related("job", "under")
    return get_object_or_404(rows, pk=pk)


@requires("maintain")
@require_GET
def batch(request: HttpRequest, pk: Any) -> HttpResponse:
    """Steps 3 to 5: columns as understood, what would change, the faults, the result."""
    found = batch_or_404(request, pk)
    faults = found.report.get("faults", [])
    warnings = found.report.get("warnings", [])
    context = {
        "batch": found,
        "kind": KINDS.get(found.kind),
        "steps_list": STEPS,
        "step": {BatchState.CHECKING: 3, BatchState.FAULTY: 4, BatchState.CLEAN: 5}.get(
            BatchState(found.state), 5
        ),
        "job_open": found.job is not None
        and found.job.state in (Job.State.WAITING, Job.State.RUNNING),
        "faults": faults[:LISTED],
        "faults_more": max(0, found.faults - LISTED),
        "warnings": warnings[:LISTED],
        "warnings_more": max(0, len(warnings) - LISTED),
        "tone": BATCH_LAMPS[BatchState(found.state)],
    }
    return render(request, "exchange/batch.html", context)


@requires("maintain")
@require_POST
def confirm(request: HttpRequest, pk: Any) -> HttpResponse:
    """Step 5: queue the writing. A second confirmation finds it under way."""
    found = batch_or_404(request, pk)
    try:
        services.confirm(batch=found, by=request.user)
    except BatchNotReady as refused:
        messages.warning(
            request, f"这批数据现在是“{refused.batch.get_state_display()}”，没有再次导入。"
        )
    return redirect(found)


@requires("maintain")
@require_GET
def marked(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """Send the uploaded workbook back with its faults at their cells."""
    found = batch_or_404(request, pk)
    if not found.marked:
        raise Http404
    path = Path(settings.MEDIA_ROOT) / found.marked
    response = FileResponse(path.open("rb"), content_type=exports.CONTENT_TYPES["xlsx"])
    name = quote(f"{Path(found.name).stem}（错误标注）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@requires("view_subtree")
@require_GET
def export_centre(request: HttpRequest) -> HttpResponse:
    """导出中心: whole registers as workbooks that can be changed and imported again."""
    return render(
        request,
        "exchange/exports.html",
        {"kinds": [kind for kind in KINDS.values() if kind.exportable]},
    )


@requires("view_subtree")
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send one register, as far as the reader may see it, `?under=` a unit's code."""
    chosen = KINDS.get(kind)
    if chosen is None or not chosen.exportable:
        raise Http404
    code = request.GET.get("under", "").strip()
    under = None
    if code:
        under = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    return exports.export_rows(
        request,
        name=f"{chosen.label}" + (f"－{under.name}" if under else ""),
        columns=chosen.columns(request.user),
        rows=chosen.rows(user=request.user, under=under),
    )


@requires()
@require_GET
def jobs(request: SignedInRequest) -> HttpResponseBase:
    """The reader's own jobs."""
    return render_list(
        request,
        table=JobTable,
        rows=Job.objects.filter(owner=request.user).order_by("-created_at", "pk"),
        template="exchange/jobs.html",
    )


@requires()
@require_GET
def job(request: HttpRequest, pk: Any) -> HttpResponse:
    """One job with its progress; the page asks again until it ends."""
    found = get_object_or_404(Job, owner=request.user, pk=pk)
    batch_id = found.data.get("batch")
    return render(
        request,
        "exchange/job.html",
        {
            "job": found,
            "batch": ImportBatch.objects.visible_to(request.user).filter(pk=batch_id).first()
            if batch_id
            else None,
            "open": found.state in (Job.State.WAITING, Job.State.RUNNING),
        },
    )


@requires()
@require_POST
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    """Ask a job to stop; what it has done so far is undone."""
    found = get_object_or_404(Job, owner=request.user, pk=pk)
    ask_to_cancel(job=found)
    messages.info(request, "已要求取消，任务会在下一步停下，不写入任何数据。")
    return redirect("exchange:job", pk=found.pk)
