"""待确认: a partner's first page, one slip, confirming one or several, objecting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from apps.audit.exports import export_table
from apps.core.http import render_list, requires, selection

from ... import errors, kinds, progress, rules, services
from ...choices import PARTNER_PERMISSIONS, State
from ...forms.partners import ConfirmForm
from ...models import Confirmation
from ...partner_filters import ConfirmedFilter, SlipFilter
from ...partner_tables import ConfirmedTable, WaitingTable
from ...queries import joint
from ...refusals import sentence
from ..finding import lines_of, whole

PARTNERS = tuple(PARTNER_PERMISSIONS.values())
#: Slips one click confirms; more would keep the reader waiting.
AT_ONCE = 100


@requires(*PARTNERS)
@require_GET
def waiting(request: HttpRequest) -> HttpResponseBase:
    """待确认: what waits, with the counts above it."""
    filters = SlipFilter(request.GET, queryset=joint.waiting(request.user), user=request.user)
    return render_list(
        request,
        table=WaitingTable,
        filters=filters,
        template="approvals/partners/waiting.html",
        export=export_table,
        context={"counts": joint.counts(request.user), "many": AT_ONCE},
    )


@requires(*PARTNERS)
@require_GET
def confirmed(request: HttpRequest) -> HttpResponseBase:
    """已确认."""
    rows = joint.confirmed(request.user)
    filters = ConfirmedFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=ConfirmedTable,
        filters=filters,
        template="approvals/partners/confirmed.html",
        export=export_table,
    )


@requires(*PARTNERS)
@require_GET
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """One slip: what was decided, the chain, and the partner's word."""
    row = _found(request, pk)
    return _page(request, row, ConfirmForm())


@requires(*PARTNERS)
@require_POST
def slip_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, "confirm")


@requires(*PARTNERS)
@require_POST
def slip_object(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, "object")


@requires(*PARTNERS)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm one row of the list, or all that were ticked; each in its own transaction."""
    rows = joint.waiting(request.user)
    only = whole(request.POST.get("only"))
    if only is not None:
        chosen = list(rows.filter(pk=only))
    else:
        chosen = list(selection(request, rows, filters=SlipFilter)[: AT_ONCE + 1])
    if not chosen:
        messages.warning(request, "没有选中待确认的办件，可能同事已经确认，请刷新后查看")
        return redirect("approvals:to_confirm")
    if len(chosen) > AT_ONCE:
        messages.warning(request, f"一次最多确认 {AT_ONCE} 件，没有确认任何一件，请分批勾选")
        return redirect("approvals:to_confirm")
    done: list[str] = []
    for row in chosen:
        try:
            services.advance(
                application=row.application, move="confirm", by=request.user, partner=row.partner
            )
        except errors.ApprovalRefused as refusal:
            messages.error(request, f"{row.application.number}：{sentence(refusal, request.user)}")
        else:
            done.append(str(row.application.number))
    if done:
        more = f"等 {len(done)} 件" if len(done) > 1 else ""
        messages.success(request, f"已确认：{done[0]}{more}")
    return redirect("approvals:to_confirm")


def _answer(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    row = _found(request, pk)
    form = ConfirmForm(request.POST, objecting=move == "object")
    if not form.is_valid():
        return _page(request, row, form)
    try:
        application = services.advance(
            application=row.application,
            move=move,
            by=request.user,
            partner=row.partner,
            opinion=form.cleaned_data["opinion"],
            reference_no=form.cleaned_data["reference_no"],
            seen=whole(request.POST.get("seen")),
        )
    except errors.ApprovalRefused as refusal:
        form.add_error(None, sentence(refusal, request.user))
        return _page(request, _found(request, pk), form)
    number = application.number
    if move == "object":
        messages.success(request, f"已提出异议：{number}，编办会收到并答复，答复后再确认")
        return redirect("approvals:slip", pk)
    ended = "，各部门都已确认，本件办结" if application.state == State.DONE else ""
    messages.success(request, f"已确认：{number}{ended}")
    return redirect("approvals:to_confirm")


def _found(request: HttpRequest, pk: int) -> Confirmation:
    rows = Confirmation.objects.visible_to(request.user).select_related(
        *joint.JOINED, "application__other_unit", "application__document", "application__applicant"
    )
    return get_object_or_404(rows.filter(arrived_at__isnull=False), pk=pk)


def _page(request: HttpRequest, row: Confirmation, form: ConfirmForm) -> HttpResponse:
    application = row.application
    kind = kinds.KINDS.get(application.kind)
    context: dict[str, Any] = {
        "row": row,
        "application": application,
        "form": form,
        "may_answer": application.state == State.CONFIRMING and rules.is_turn(row),
        "lamp": joint.lamp_of(row),
        "marks": progress.line_of(application),
        "chain": joint.chain(application),
        "lines": [
            (line, [(title, [f for f in facts if f.value]) for title, facts in kind.facts(line)])
            for line in lines_of(application)
            if kind is not None and line.verdict != "refused"
        ],
        "case_url": _case_url(application),
    }
    status = 422 if form.errors else 200
    return render(request, "approvals/partners/slip.html", context, status=status)


def _case_url(application: Any) -> str:
    try:
        return reverse("approvals:detail", args=[application.pk])
    except NoReverseMatch:
        return ""
