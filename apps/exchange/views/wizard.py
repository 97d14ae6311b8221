"""The import wizard: template, upload, columns, faults, confirmation."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.audit import exports
from apps.core import sheets
from apps.core.http import render_form, requires
from apps.core.imports import KINDS, ImportKind

from .. import services
from ..choices import BatchState
from ..errors import BatchNotReady, MappingRefused, NothingFixed
from ..fixes import LONGEST
from ..forms import MappingForm, UploadForm
from ..models import ImportBatch
from .found import batch_or_404

STEPS = ["下载模板", "上传", "对照列", "校验预览", "确认导入"]


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


def own_or_403(request: HttpRequest, pk: Any) -> ImportBatch:
    """Return a batch its owner may still work on; colleagues may look at it once it is written."""
    found = batch_or_404(request, pk)
    if found.owner_id != request.user.pk:
        raise PermissionDenied("这批数据由同事办理，只能由本人继续")
    kind_or_404(request.user, found.kind)
    return found


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
    form = UploadForm(*data, user=request.user, kind=chosen)
    if form.is_valid():
        try:
            batch = services.upload(
                kind=chosen.code,
                upload=form.cleaned_data["file"],
                under=form.cleaned_data["under"],
                mode=form.cleaned_data["mode"],
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


@requires("maintain")
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, pk: Any) -> HttpResponse:
    """Step 3: which column of a foreign file is which of ours."""
    batch = own_or_403(request, pk)
    states = (BatchState.MAPPING, BatchState.FAULTY, BatchState.CLEAN)
    if not batch.layout or batch.state not in states:
        if request.method == "POST":
            _told(request, batch)
        return redirect(batch)
    kind = KINDS[batch.kind]
    data = request.POST if request.method == "POST" else None
    form = MappingForm(data, batch=batch, kind=kind, columns=kind.columns(request.user))
    if form.is_valid():
        try:
            services.map_columns(
                batch=batch,
                mapping=form.mapping,
                remember=form.cleaned_data["remember"].strip(),
                by=request.user,
            )
        except MappingRefused as refused:
            form.refuse(refused.wrong)
        except BatchNotReady as refused:
            _told(request, refused.batch)
            return redirect(batch)
        else:
            return redirect(batch)
    return render_form(
        request, "exchange/mapping.html", form, batch=batch, kind=kind, steps_list=STEPS
    )


@requires("maintain")
@require_POST
def sheet(request: HttpRequest, pk: Any) -> HttpResponse:
    """Look at another sheet of the file."""
    batch = own_or_403(request, pk)
    try:
        services.look_again(batch=batch, sheet=request.POST.get("sheet", ""), by=request.user)
    except BatchNotReady as refused:
        _told(request, refused.batch)
    return redirect(batch)


@requires("maintain")
@require_POST
def fix(request: HttpRequest, pk: Any) -> HttpResponse:
    """Step 4: cells put right in the page, then checked again."""
    batch = own_or_403(request, pk)
    values, wrong = {}, False
    for cell in batch.cells:
        name = f"cell_{cell['line']}_{cell['column']}"
        text = request.POST.get(name)
        if text is None or (cell["masked"] and not text.strip()):
            continue  # a masked cell is shown empty: left alone, it stays
        if len(text) > LONGEST:
            messages.error(request, f"第 {cell['line']} 行“{cell['where']}”太长，没有更正")
            wrong = True
        elif text.strip() != cell["value"].strip():
            values[cell["line"], cell["column"]] = text.strip()
    if wrong:
        return redirect(batch)
    try:
        services.fix(batch=batch, values=values, by=request.user)
    except NothingFixed:
        messages.warning(request, "没有改动任何单元格。请在“改为”一栏填写正确的内容，再重新校验。")
    except BatchNotReady as refused:
        _told(request, refused.batch)
    return redirect(batch)


@requires("maintain")
@require_POST
def confirm(request: HttpRequest, pk: Any) -> HttpResponse:
    """Step 5: queue the writing. A second confirmation finds it under way."""
    found = own_or_403(request, pk)
    try:
        services.confirm(batch=found, checked=request.POST.get("checked", ""), by=request.user)
    except BatchNotReady as refused:
        if refused.batch.state == BatchState.CLEAN:
            messages.warning(request, "您看到预览之后又重新校验过，请核对新的预览再确认。")
        else:
            _told(request, refused.batch, "没有再次导入")
    return redirect(found)


def _told(request: HttpRequest, batch: ImportBatch, what: str = "这一步没有办理") -> None:
    messages.warning(request, f"这批数据现在是“{batch.get_state_display()}”，{what}。")
