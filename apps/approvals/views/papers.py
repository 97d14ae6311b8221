"""打印: the papers of a case, with what was printed of it before."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import disposition
from apps.core import forms as core
from apps.core.http import requires
from apps.core.idempotency import keyless
from apps.core.prints import NotPrintable
from apps.documents.errors import FileMissing
from apps.staff import errors as staff
from apps.staff.refusals import sentence as staff_sentence

from .. import rules
from ..models import Application, PaperKind
from ..papers import making, verifying
from ..services import papers as service
from ..services import print_runs, templates
from .templates import word_answer


class PurposeForm(core.Form):
    """Why the numbers are wanted in full; which paper."""

    paper = forms.CharField(widget=forms.HiddenInput, required=False)
    purpose = forms.CharField(
        label="用途",
        max_length=200,
        error_messages={"required": "请填写用途，例如“送人社部门办理工资审批”；它会记入日志"},
    )


def _case(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "unit__supervising_unit", "unit__funding", "version", "applicant", "document"
    )
    application = get_object_or_404(rows, pk=pk)
    if application.number is None:
        raise Http404("草稿还没有编号，提交之后才有打印件")
    return application


@requires("view_subtree")
@require_GET
def index(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, _case(request, pk))


def page(
    request: HttpRequest, application: Application, form: Any = None, **context: Any
) -> HttpResponse:
    asked = making.papers_of(application)
    printed = application.papers.select_related("made_by", "line")[:50]
    may_show = rules.may_reveal(request.user, application)
    if may_show and form is None and any(one.kind in making.WITH_NUMBERS for one in asked):
        form = PurposeForm()
    many = Counter(one.kind for one in asked)
    full_kind = next((one.kind for one in asked if one.kind in making.WITH_NUMBERS), "")
    context |= {
        "application": application,
        "asked": asked,
        "many": [
            {"kind": PaperKind(kind), "forms": n, "by_worker": n > print_runs.AT_ONCE}
            for kind, n in many.items()
            if n > 1
        ],
        "form": form,
        "full_kind": full_kind,
        "full_by_worker": many[full_kind] > print_runs.AT_ONCE,
        "printed": [(one, verifying.standing(one)) for one in printed],
    }
    status = 422 if (form is not None and form.errors) or context.get("sentence") else 200
    return render(request, "approvals/papers.html", context, status=status)


@keyless
@requires("view_subtree")
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Print one paper, or all of one sort of a case; POST: with the numbers in full."""
    application = _case(request, pk)
    asked = _asked(request, application, kind)
    full = request.method == "POST"
    form = PurposeForm(request.POST) if full else None
    if len(asked) > print_runs.AT_ONCE:
        said = f"共 {len(asked)} 份，请用“后台打印”，完成后下载；也可以在下表里逐人打印。"
        return page(request, application, sentence=said)
    if full:
        if not rules.may_reveal(request.user, application):
            raise PermissionDenied("账号没有打印完整号码的权限")
        if form is not None and not form.is_valid():
            return page(request, application, form)
    try:
        made, _ = service.make(
            asked=asked,
            by=request.user,
            full=full,
            purpose=form.cleaned_data["purpose"] if form is not None else "",
            request=request,
        )
    except NotPrintable as refusal:
        return page(request, application, sentence=refusal.sentence)
    except (staff.PurposeMissing, staff.RevealLimit) as refusal:
        return page(request, application, sentence=staff_sentence(refusal, request.user))
    name = f"{asked[0].name}{application.number}" if len(asked) == 1 else f"{application.number}"
    return pdf_answer(made, name)


@requires("view_subtree")
@require_GET
def paper_word(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Fill the office's Word template with one paper."""
    application = _case(request, pk)
    asked = _asked(request, application, kind)
    if len(asked) > 1:
        return page(request, application, sentence="Word 文件每人一份，请在下表里逐人下载。")
    try:
        made, _ = templates.make_word(asked=asked[0], by=request.user, request=request)
    except FileMissing:
        raise Http404("模板文件不在存放的位置，请告诉系统管理员") from None
    return word_answer(made, f"{asked[0].name}{application.number}")


def _asked(request: HttpRequest, application: Application, kind: str) -> list[making.Asked]:
    """Return the papers of one sort, of one person where `?line=` names one. Raises Http404."""
    asked = [one for one in making.papers_of(application) if one.kind == kind]
    line = request.GET.get("line", "")
    if line:
        asked = [one for one in asked if one.line is not None and str(one.line.pk) == line]
    if not asked:
        raise Http404("这件业务现在没有这种打印件")
    return asked


def pdf_answer(made: bytes, name: str) -> FileResponse:
    response = FileResponse(io.BytesIO(made), content_type="application/pdf")
    response["Content-Disposition"] = disposition(name, "pdf", inline=True)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
