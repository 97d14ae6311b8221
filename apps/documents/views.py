"""Pages of the document register."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.audit import changes
from apps.audit.exports import export_table
from apps.core.http import Option, on_day, render_form, render_list, requires, suggestions
from apps.core.templatetags.ui import address

from . import effects, files, handoff, queries, rules, services
from .choices import Secrecy
from .errors import (
    DocumentInUse,
    DocumentRefused,
    FileMissing,
    IssuedInFuture,
    NumberTaken,
    NumberUnreadable,
)
from .filters import DocumentFilter
from .forms import ChangeForm, FileForm, RegisterForm
from .models import ApprovalDocument, ApprovalDocumentQuerySet
from .refusals import sentence
from .tables import DocumentTable

#: What a document may be the basis of; apps above own the pages, so they are known by name only.
NEXT_STEPS = (
    ("设立机构", "units:establish", "plus-lg"),
    ("机构更名", "units:rename", "pencil"),
    ("合并机构", "units:merge", "diagram-3"),
    ("分立机构", "units:split", "diagram-3"),
    ("划转科室和编制", "units:hand_over", "arrow-left-right"),
    ("隶属关系调整", "units:move", "diagram-3"),
    ("规格调整", "units:rank", "layers"),
    ("挂牌", "units:hang", "building"),
    ("撤销机构", "units:abolish", "x-circle"),
    ("核增、核减编制", "quotas:entry_create", "layers"),
    ("核增、核减职数", "posts:entry_create", "person-badge"),
)


def _counted() -> ApprovalDocumentQuerySet:
    """Documents with `unit_count`, counted for the rows of the page only."""
    units = (
        ApprovalDocument.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(n=Count("unit_links"))
        .values("n")
    )
    return ApprovalDocument.objects.annotate(unit_count=Subquery(units)).select_related("kind")


@requires("view_subtree")
@require_GET
def document_list(request: HttpRequest) -> HttpResponseBase:
    filters = DocumentFilter(
        request.GET, queryset=_counted().visible_to(request.user), user=request.user
    )
    return render_list(
        request,
        table=DocumentTable,
        filters=filters,
        template="documents/list.html",
        export=export_table,
        context={"may_register": rules.may_register(request.user)},
    )


@requires("view_subtree")
@require_GET
def document_suggest(request: HttpRequest) -> HttpResponse:
    """Answer the picker of 批准文号: 文号, title or issuer; the exact number first."""
    text = request.GET.get("q", "").strip()
    rows = ApprovalDocument.objects.visible_to(request.user)
    rows = queries.ranked(rows, text) if text else rows.order_by("-issued_on", "-pk")
    found = [Option(row.pk, row.number, row.title) for row in rows[:21]]
    if not found and (known := queries.citable(request.user, text)) is not None:
        found = [Option(known.pk, known.number, "已登记，可以引用")]
    return suggestions(request, found)


@requires(*rules.ENTERS)
@require_http_methods(["GET", "POST"])
def document_register(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = RegisterForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        user=request.user,
        initial={"number": request.GET.get("number", "")},
    )
    if posted and form.is_valid():
        try:
            document = services.register(
                by=request.user,
                scope_unit_path=form.scope_path,
                file=form.cleaned_data.get("file"),
                **form.values(),
            )
        except DocumentRefused as refusal:
            _show(form, refusal, request.user)
        else:
            messages.success(request, _registered(document, request.POST.get("number", "")))
            return redirect(handoff.back_to(request, document) or document)
    return render_form(
        request, "documents/register.html", form, back=request.GET.get(handoff.BACK, "")
    )


@requires("view_subtree")
@require_GET
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    document = _visible(request, pk)
    on = on_day(request)
    may_change = on is None and rules.may_change(request.user, document)
    after = document.superseded_by
    return render(
        request,
        "documents/detail.html",
        {
            "document": document,
            "on": on,
            "absent": on is not None and on < document.issued_on,
            "after": after if after is not None and (on is None or after.issued_on <= on) else None,
            "effects": effects.up_to(effects.of(document, request.user), on),
            "may_change": may_change,
            "steps": _next_steps(request.user, document) if on is None else [],
            "file_form": FileForm() if may_change and _takes_file(document) else None,
            "changes": changes.of(document, hidden=("file",), until=on),
            "supersedes": ApprovalDocument.objects.visible_to(request.user).filter(
                superseded_by=document
            ),
        },
    )


@requires(rules.REGISTER)
@require_http_methods(["GET", "POST"])
def document_edit(request: HttpRequest, pk: int) -> HttpResponse:
    document = _changeable(request, pk)
    posted = request.method == "POST"
    form = ChangeForm(request.POST if posted else None, user=request.user, document=document)
    if posted and form.is_valid():
        try:
            services.change(document=document, by=request.user, **form.values())
        except DocumentRefused as refusal:
            _show(form, refusal, request.user)
        else:
            messages.success(request, "批文信息已保存")
            return redirect(document)
    return render_form(request, "documents/edit.html", form, document=document)


@requires(rules.REGISTER)
@require_POST
def document_attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in the original from the page of the document."""
    document = _changeable(request, pk)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.attach(document=document, file=form.cleaned_data["file"], by=request.user)
        except DocumentRefused as refusal:
            _show(form, refusal, request.user)
        else:
            messages.success(request, f"原件 {document.file_name} 已保存")
            return redirect(document)
    return render_form(request, "documents/attach.html", form, document=document)


@requires("view_subtree")
@require_GET
def document_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the original: always as a download, noted in the audit."""
    document = _visible(request, pk)
    try:
        stream = services.download(document=document, by=request.user)
    except FileMissing as refusal:
        messages.error(request, sentence(refusal))
        return redirect(document)
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=document.file_name,
        content_type=files.content_type(document.file_name),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _visible(request: HttpRequest, pk: int) -> ApprovalDocument:
    rows = ApprovalDocument.objects.visible_to(request.user).select_related("kind", "superseded_by")
    return get_object_or_404(rows, pk=pk)


def _changeable(request: HttpRequest, pk: int) -> ApprovalDocument:
    document = _visible(request, pk)
    if not rules.may_change(request.user, document):
        raise PermissionDenied("这份批文由其他单位登记，只能由登记单位修改")
    return document


def _takes_file(document: ApprovalDocument) -> bool:
    return document.secrecy != Secrecy.CLASSIFIED


def _next_steps(user: Any, document: ApprovalDocument) -> list[dict[str, str]]:
    """Return the pages that take this document as their basis; none that does not exist yet."""
    if not user.may_anywhere(rules.REGISTER):
        return []
    steps = ((label, address(name), icon) for label, name, icon in NEXT_STEPS)
    return [
        {"label": label, "url": f"{url}?document={document.pk}", "icon": icon}
        for label, url, icon in steps
        if url
    ]


def _registered(document: ApprovalDocument, typed: str) -> str:
    said = f"{document.number} 已登记"
    if typed.strip() != document.number:
        said += f"；文号由“{typed.strip()}”规范而来"
    return said


def _show(form: Any, refusal: DocumentRefused, user: Any) -> None:
    """Put a refusal beside the field it is about."""
    names = {
        NumberTaken: "number",
        NumberUnreadable: "number",
        DocumentInUse: "number",
        IssuedInFuture: "issued_on",
    }
    name = names.get(type(refusal), "file")
    form.add_error(name if name in form.fields else None, sentence(refusal, user))
