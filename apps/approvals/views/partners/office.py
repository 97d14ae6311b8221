"""The office's side of 部门联办: objections to answer, partners without an account, paper forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core.http import render_form, render_list, requires
from apps.core.masking import mask_phone
from apps.core.scope import within

from ... import errors, progress, rules, services
from ...choices import PAPER, Partner, State
from ...forms.partners import AnswerForm, BringBackForm, CollectForm, StandInForm, UpdateForm
from ...models import Confirmation
from ...moves import MOVES
from ...partner_filters import SlipFilter
from ...partner_tables import JointTable, PaperTable
from ...queries import joint
from ...refusals import field_of, sentence
from ...services import paper
from ..finding import lines_of, seen, whole

OFFICE = "examine"


@requires(OFFICE)
@require_GET
def joint_list(request: HttpRequest) -> HttpResponseBase:
    """部门联办: every part that waits, unanswered objections first."""
    rows = joint.of_office(request.user)
    filters = SlipFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=JointTable,
        filters=filters,
        template="approvals/partners/joint.html",
        export=export_table,
        context={"objections": joint.objections_for(request.user)},
    )


@requires("view_subtree")
@require_GET
def joint_case(request: HttpRequest, pk: int) -> HttpResponse:
    """联办链 of one case: who has confirmed, whose turn, until when."""
    application = seen(request, pk)
    context = {
        "application": application,
        "marks": progress.line_of(application),
        "lamp": progress.lamp_of(application),
        "chain": joint.chain(application),
        "trail": application.trail.filter(
            move__in=("confirm", "object", "answer", "confirm_for")
        ).select_related("by"),
        "partners": dict(Partner.choices),
        "may_act": application.state == State.CONFIRMING
        and rules.may_move(request.user, "answer", application),
        "may_stand_in": application.state == State.CONFIRMING
        and rules.may_move(request.user, "confirm_for", application),
    }
    return render(request, "approvals/partners/case.html", context)


@requires(OFFICE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection in words."""
    row = _part(request, pk)
    return _act(
        request, row, "answer", AnswerForm(request.POST or None), "approvals/partners/answer.html"
    )


@requires(OFFICE)
@require_http_methods(["GET", "POST"])
def confirm_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm on paper for a partner without an account."""
    row = _part(request, pk)
    form = StandInForm(request.POST or None, user=request.user)
    return _act(request, row, "confirm_for", form, "approvals/partners/stand_in.html")


def _act(
    request: HttpRequest, row: Confirmation, move: str, form: Any, template: str
) -> HttpResponse:
    application = row.application
    if not rules.may_move(request.user, move, application):
        raise PermissionDenied("您没有办理这一步的权限")
    if form.is_valid():
        try:
            services.advance(
                application=application,
                move=move,
                by=request.user,
                partner=row.partner,
                seen=whole(request.POST.get("seen")),
                **form.cleaned_data,
            )
        except errors.ApprovalRefused as refusal:
            name = field_of(refusal)
            form.add_error(name if name in form.fields else None, sentence(refusal, request.user))
            row = _part(request, row.pk)
        else:
            messages.success(request, f"已登记：{MOVES[move].label}（{row.get_partner_display()}）")
            return redirect("approvals:joint_case", application.pk)
    return render_form(
        request, template, form, row=row, application=row.application, move=MOVES[move]
    )


def _part(request: HttpRequest, pk: int) -> Confirmation:
    """Return a part of a case in the office's subtrees. Raises Http404."""
    rows = Confirmation.objects.filter(within(request.user.subtrees("view_subtree"), "scope"))
    return get_object_or_404(rows.select_related(*joint.JOINED), pk=pk)


# -- paper ------------------------------------------------------------------------------------

FORMS = {
    State.REGISTERED: ("collect", CollectForm),
    State.COLLECTED: ("bring_back", BringBackForm),
    State.BROUGHT_BACK: ("update", UpdateForm),
}


@requires(OFFICE)
@require_GET
def paper_list(request: HttpRequest) -> HttpResponseBase:
    """纸质流转: forms that wait to be collected, are away, or came back."""
    return render_list(
        request,
        table=PaperTable,
        rows=joint.on_paper(request.user),
        template="approvals/partners/paper.html",
        export=export_table,
    )


@requires(OFFICE)
@require_http_methods(["GET", "POST"])
def paper_form(request: HttpRequest, pk: int) -> HttpResponse:
    """登记领取 → 登记交回 → 入库更新, whichever comes next."""
    application = seen(request, pk)
    if not rules.may_move(request.user, "collect", application):
        raise PermissionDenied("您没有登记纸质表单的权限")
    if application.state not in PAPER:
        if request.method == "POST":
            refusal = errors.MoveRefused(application, "collect", application.trail.last())
            messages.warning(request, sentence(refusal, request.user))
        return redirect("approvals:joint_case", pk)
    move, form_class = FORMS[State(application.state)]
    posted = request.POST.get("move", move)
    form = form_class(request.POST if request.method == "POST" and posted == move else None)
    if request.method == "POST" and posted != move:
        refusal = errors.MoveRefused(application, posted, application.trail.last())
        messages.warning(request, sentence(refusal, request.user))
        return redirect("approvals:paper_form", pk)
    if form.is_valid():
        try:
            moved = services.advance(
                application=application,
                move=move,
                by=request.user,
                seen=whole(request.POST.get("seen")),
                **form.cleaned_data,
            )
        except errors.ApprovalRefused as refusal:
            name = field_of(refusal)
            form.add_error(name if name in form.fields else None, sentence(refusal, request.user))
            application.refresh_from_db()
        else:
            messages.success(request, f"已登记：{MOVES[move].label}（{application.number}）")
            on = "approvals:paper_form" if moved.state in PAPER else "approvals:joint_case"
            return redirect(on, pk)
    taken = application.trail.filter(move="collect").last()
    return render_form(
        request,
        "approvals/partners/paper_form.html",
        form,
        application=application,
        move=MOVES[move],
        move_name=move,
        marks=progress.line_of(application),
        lamp=progress.lamp_of(application),
        lines=lines_of(application),
        taken=taken,
        phone=mask_phone(paper.phone_of(taken)) if taken and paper.phone_of(taken) else "",
        back=application.trail.filter(move="bring_back").last(),
        partners=[
            Partner(code).label
            for step in application.trail.filter(move="bring_back")
            for code in step.facts.get("stamped", [])
        ],
    )
