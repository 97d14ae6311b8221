"""表单模板: the Word templates of the papers, their versions, and what may stand in them."""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import disposition
from apps.core import forms as core
from apps.core.http import render_form, requires
from apps.core.prints import word
from apps.documents import errors as document_errors
from apps.documents.files import content_type
from apps.documents.refusals import sentence as document_sentence

from .. import errors, refusals
from ..models import TEMPLATED, PaperTemplate, SheetKind
from ..papers import words
from ..services import templates as service

OFFICE = ("examine", "sign", "decide")


class TemplateForm(core.Form):
    widths = {"note": "full"}

    file = core.UploadField(
        label="Word 模板",
        types=["docx"],
        max_mb=word.MAX_BYTES // 1024 // 1024,
        error_messages={"required": "请选择 .docx 文件"},
    )
    note = forms.CharField(
        label="修改说明", max_length=200, error_messages={"required": "请写明改了什么"}
    )


@requires(*OFFICE)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    rows = [(kind, name, service.in_force(kind)) for kind, name in TEMPLATED.items()]
    return render(request, "approvals/templates.html", {"rows": rows})


def _kind(kind: str) -> str:
    if kind not in TEMPLATED:
        raise Http404("没有这种表单的模板")
    return kind


@requires(*OFFICE)
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """One paper's template: versions, names, and taking a new version."""
    name, is_sheet = TEMPLATED[_kind(kind)], kind in SheetKind.values
    service.in_force(kind)
    posted = request.method == "POST"
    form = TemplateForm(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        try:
            made = service.replace(
                kind=kind,
                upload=form.cleaned_data["file"],
                note=form.cleaned_data["note"],
                by=request.user,
            )
        except word.TemplateRefused as refusal:
            form.add_error("file", refusal.sentence)
        except errors.ApprovalRefused as refusal:
            form.add_error("file", refusals.sentence(refusal, request.user))
        except document_errors.DocumentRefused as refusal:
            form.add_error("file", document_sentence(refusal))
        else:
            after = "下一次导出起使用" if is_sheet else "已提交的办件仍用提交时的版本"
            messages.success(request, f"{made}已生效；{after}")
            return redirect("approvals:template", kind)
    context: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "is_sheet": is_sheet,
        "versions": PaperTemplate.objects.filter(kind=kind).select_related("made_by"),
        "known": words.known(kind),
    }
    return render_form(request, "approvals/template.html", form, **context)


@requires(*OFFICE)
@require_GET
def download(request: HttpRequest, kind: str, number: int) -> HttpResponseBase:
    found = get_object_or_404(PaperTemplate, kind=_kind(kind), number=number)
    try:
        made = service.read(found)
    except document_errors.FileMissing:
        raise Http404("模板文件不在存放的位置，请告诉系统管理员") from None
    return word_answer(made, f"{found.get_kind_display()}模板第{number}版")


def word_answer(made: bytes, name: str) -> FileResponse:
    response = FileResponse(io.BytesIO(made), content_type=content_type("a.docx"))
    response["Content-Disposition"] = disposition(name, "docx")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
