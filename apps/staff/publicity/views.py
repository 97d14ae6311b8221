"""Pages of notices: list, start, the notice itself and its print, objections, closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.audit.exports import export_table
from apps.audit.prints import asked_format, sheet_answer
from apps.core.http import render_form, render_list, requires
from apps.documents import files
from apps.documents.errors import DocumentRefused, FileMissing
from apps.documents.refusals import sentence as document_sentence
from apps.units.models import Unit

from .. import rules
from ..deeds import Deed
from ..models import Objection, Publicity
from ..rules import KEEPS_WATCH
from . import errors, services
from .forms import CloseForm, EvidenceForm, HandleForm, ObjectionForm, StartForm
from .refusals import sentence
from .snapshot import facts_of, layout_of
from .tables import PublicityFilter, PublicityTable, state_of


def _visible(request: HttpRequest) -> QuerySet[Publicity]:
    return Publicity.objects.visible_to(request.user).select_related("unit", "made_by", "closed_by")


def _kept(request: HttpRequest, pk: int) -> Publicity:
    """Return a notice the reader keeps. Http404 out of sight, 403 without the right."""
    publicity = get_object_or_404(_visible(request), pk=pk)
    if not rules.may_publish(request.user, publicity):
        raise PermissionDenied("账号没有办理这个单位公示的权限")
    return publicity


@requires("view_subtree")
@require_GET
def publicity_list(request: HttpRequest) -> HttpResponseBase:
    rows = _visible(request).annotate(
        objection_count=Count("objections"),
        waiting_count=Count("objections", filter=Q(objections__handled_on=None)),
    )
    filters = PublicityFilter(
        request.GET, queryset=rows.order_by("-starts_on", "-pk"), user=request.user
    )
    overdue = Publicity.objects.visible_to(request.user).overdue(timezone.localdate()).count()
    return render_list(
        request,
        table=PublicityTable,
        filters=filters,
        template="staff/publicity/list.html",
        export=export_table,
        context={
            "overdue": overdue,
            "missing": missing(request.user).count(),
            "year": timezone.localdate().year,
            "may_start": any(request.user.may_anywhere(name) for name in KEEPS_WATCH),
        },
    )


def missing(user: Any) -> QuerySet[Unit]:
    """Return the units in sight with people in quota that hung out nobody this year (PB-05)."""
    year = timezone.localdate().year
    hung = Publicity.objects.filter(kind=Publicity.Kind.STAFF, starts_on__year=year)
    return (
        Unit.objects.visible_to(user)
        .active()
        .bodies()
        .filter(is_classified=False, total__actual__gt=0)
        .exclude(pk__in=hung.values("unit"))
        .order_by("path")
    )


SHOWN = 200


@requires(*KEEPS_WATCH)
@require_GET
def publicity_missing(request: HttpRequest) -> HttpResponse:
    """Units that have not hung out their people this year."""
    rows = missing(request.user).select_related("total")
    context = {
        "rows": list(rows[:SHOWN]),
        "number": rows.count(),
        "year": timezone.localdate().year,
    }
    return render(request, "staff/publicity/missing.html", context)


class Starting(Deed):
    form = StartForm
    template = "staff/publicity/start.html"

    def do(self, form: StartForm) -> HttpResponse:
        made = services.start(by=self.request.user, **form.values())
        return self.done(f"公示已发起，{made.ends_on:%Y-%m-%d} 截止。请打印张榜，并上传照片", made)


class Closing(Deed):
    form = CloseForm
    template = "staff/publicity/close.html"

    def do(self, form: CloseForm) -> HttpResponse:
        publicity = self.subjects["publicity"]
        services.close(publicity=publicity, by=self.request.user, **form.values())
        return self.done("公示已办结", publicity)


class Objecting(Deed):
    form = ObjectionForm
    template = "staff/publicity/object.html"

    def do(self, form: ObjectionForm) -> HttpResponse:
        publicity = self.subjects["publicity"]
        services.record_objection(publicity=publicity, by=self.request.user, **form.values())
        return self.done("异议已登记，请在办结前登记处理结果", publicity)


class Handling(Deed):
    form = HandleForm
    template = "staff/publicity/handle.html"

    def do(self, form: HandleForm) -> HttpResponse:
        objection = self.subjects["objection"]
        services.handle_objection(objection=objection, by=self.request.user, **form.values())
        return self.done("处理结果已登记", objection.publicity)


@requires(*KEEPS_WATCH)
@require_http_methods(["GET", "POST"])
def publicity_start(request: HttpRequest) -> HttpResponse:
    return Starting(request).answer()


@requires("view_subtree")
@require_GET
def publicity(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The notice as it hangs; `?export=xlsx|pdf` takes it away."""
    found = get_object_or_404(_visible(request), pk=pk)
    layout = layout_of(found)
    if fmt := asked_format(request):
        return sheet_answer(request, layout, fmt=fmt, scopes=[found.scope])
    return _page(request, found, layout=layout)


def _page(request: HttpRequest, found: Publicity, **more: Any) -> HttpResponse:
    keeps = rules.may_publish(request.user, found)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "publicity": found,
        "layout": more.pop("layout", None) or layout_of(found),
        "facts": facts_of(found),
        "lamp": state_of(found, today),
        "objections": list(found.objections.select_related("person")),
        "keeps": keeps,
        "is_open": found.closed_on is None,
        "over": today > found.ends_on,
        "begun": today >= found.starts_on,
    }
    form = more.pop("form", None)
    if form is None and keeps and found.closed_on is None:
        form = EvidenceForm()
    return render_form(request, "staff/publicity/detail.html", form, **context, **more)


@requires(*KEEPS_WATCH)
@require_POST
def publicity_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in the photograph from the page of the notice."""
    found = _kept(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            services.attach_evidence(publicity=found, file=file, by=request.user)
        except DocumentRefused as refusal:
            form.add_error("file", document_sentence(refusal, request.user))
        except errors.PublicityRefused as refusal:
            form.add_error("file", sentence(refusal, request.user))
        else:
            messages.success(request, "公示照片已保存")
            return redirect(found)
    return _page(request, found, form=form)


@requires("view_subtree")
@require_GET
def publicity_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the photograph: always as a download, noted in the audit."""
    found = get_object_or_404(_visible(request), pk=pk)
    try:
        stream = services.open_evidence(publicity=found, by=request.user)
    except FileMissing:
        messages.error(request, "公示照片在存储中没有找到，请重新上传")
        return redirect(found)
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=found.evidence_name,
        content_type=files.content_type(found.evidence_name),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@requires(*KEEPS_WATCH)
@require_http_methods(["GET", "POST"])
def publicity_close(request: HttpRequest, pk: int) -> HttpResponse:
    return Closing(request, publicity=_kept(request, pk)).answer()


@requires(*KEEPS_WATCH)
@require_http_methods(["GET", "POST"])
def objection_record(request: HttpRequest, pk: int) -> HttpResponse:
    return Objecting(request, publicity=_kept(request, pk)).answer()


@requires(*KEEPS_WATCH)
@require_http_methods(["GET", "POST"])
def objection_handle(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Publicity.objects.visible_to(request.user).values("pk")
    rows = Objection.objects.filter(publicity__in=visible).select_related("publicity__unit")
    objection = get_object_or_404(rows.select_related("publicity__unit", "person"), pk=pk)
    if not rules.may_publish(request.user, objection.publicity):
        raise PermissionDenied("账号没有办理这个单位公示的权限")
    return Handling(request, objection=objection).answer()
