"""流程配置: what each kind asks for, in versions; who changed what, and when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.dictionary import holidays
from apps.core.http import render_form, requires
from apps.documents import files
from apps.documents.errors import DocumentRefused
from apps.documents.refusals import sentence as document_sentence

from .. import describing, errors, kinds, rules
from ..choices import Kind
from ..forms.kind_settings import COLUMNS, KindSettingForm
from ..models import Application, KindVersion, Template
from ..refusals import sentence
from ..services import kind_settings


def _seen(request: HttpRequest) -> None:
    if not rules.may_see_settings(request.user):
        raise PermissionDenied("只有编办人员和系统管理员可以查看流程配置")


def _running(versions: Any) -> dict[int, int]:
    """Return how many open cases run by each version. One query."""
    rows = Application.objects.open().filter(version__in=versions).order_by()
    return dict(rows.values_list("version").annotate(Count("pk")))


@requires()
@require_GET
def kind_list(request: HttpRequest) -> HttpResponse:
    _seen(request)
    every = list(KindVersion.objects.select_related("made_by").order_by("kind", "number"))
    newest = {one.kind: one for one in every}
    running = _running(one.pk for one in every)
    rows = [
        {
            "version": newest[kind],
            "steps": newest[kind].way,
            "running": sum(running.get(one.pk, 0) for one in every if one.kind == kind),
            "earlier": sum(
                running.get(one.pk, 0)
                for one in every
                if one.kind == kind and one.pk != newest[kind].pk
            ),
            "ready": kind in kinds.KINDS,
        }
        for kind in Kind
        if kind in newest
    ]
    context = {
        "rows": rows,
        "may_set": rules.may_set_kinds(request.user),
        "missing": holidays.missing(timezone.localdate()),
    }
    return render(request, "approvals/kinds.html", context)


@requires("decide")
@require_http_methods(["GET", "POST"])
def kind_edit(request: HttpRequest, kind: str) -> HttpResponse:
    if not rules.may_set_kinds(request.user):
        raise PermissionDenied("只有本级编办主任可以修改流程配置")
    version = _newest(kind)
    posted = request.method == "POST"
    form = KindSettingForm(
        request.POST if posted else None, request.FILES if posted else None, version=version
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                made = kind_settings.change(
                    kind=kind,
                    based_on=form.cleaned_data["based_on"],
                    steps=form.steps(),
                    partners=form.partners(),
                    materials=form.materials(
                        lambda upload: str(
                            kind_settings.keep_template(upload=upload, by=request.user).pk
                        )
                    ),
                    paper=form.cleaned_data.get("paper", False),
                    options=form.options(),
                    note=form.cleaned_data["note"],
                    by=request.user,
                )
        except errors.ApprovalRefused as refusal:
            name = getattr(refusal, "field", "")
            form.add_error(name if name in form.fields else None, sentence(refusal, request.user))
        except DocumentRefused as refusal:
            form.add_error(None, document_sentence(refusal))
        else:
            messages.success(request, f"已存为第 {made.number} 版，此后提交的办件按新版办理")
            return redirect("approvals:version", made.pk)
    return render_form(
        request,
        "approvals/kind_edit.html",
        form,
        version=version,
        headings=[label for _, label, _ in COLUMNS],
        running=sum(_running(KindVersion.objects.filter(kind=kind)).values()),
        missing=holidays.missing(timezone.localdate()),
    )


def _newest(kind: str) -> KindVersion:
    if kind not in Kind.values:
        raise Http404("没有这类业务")
    return KindVersion.objects.select_related("made_by").filter(kind=kind).latest("number")


@requires()
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, and what it changed of the one before."""
    _seen(request)
    one = get_object_or_404(KindVersion.objects.select_related("made_by"), pk=pk)
    every = list(
        KindVersion.objects.filter(kind=one.kind).select_related("made_by").order_by("-number")
    )
    asked = request.GET.get("with", "")
    others = {str(v.number): v for v in every if v.pk != one.pk}
    before = others.get(asked) or others.get(str(one.number - 1))
    running = _running(v.pk for v in every)
    history = [
        {
            "when": v.made_at,
            "title": f"第 {v.number} 版",
            "to": v,
            "by": str(v.made_by) if v.made_by else "系统",
            "text": v.note,
            "lines": [f"办理中 {running[v.pk]} 件"] if v.pk in running else [],
        }
        for v in every
    ]
    context = {
        "version": one,
        "before": before,
        "diff": describing.differences(before, one) if before is not None else [],
        "words": describing.words(one),
        "papers": [paper for paper in one.papers if paper.template],
        "history": history,
        "running": running.get(one.pk, 0),
        "others": list(others.values()),
        "may_set": rules.may_set_kinds(request.user),
        "is_newest": one.pk == every[0].pk,
    }
    return render(request, "approvals/version.html", context)


@requires()
@require_GET
def template(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the empty form of a material; whoever is signed in may fill it in."""
    row = get_object_or_404(Template, pk=pk)
    place = files.path_of(row.key)
    if not place.exists():
        raise Http404("样表文件已不在，请告知系统管理员")
    response = FileResponse(
        place.open("rb"),
        as_attachment=True,
        filename=row.name,
        content_type=files.content_type(row.name),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
