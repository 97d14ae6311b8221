"""Proposals: what waits, what became of it, and the word of the second administrator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from apps.core.administrators import AUDIT, SECURITY, SYSTEM, requires_administrator
from apps.core.http import redirect_here, render_list

from .. import proposals, refusals, services
from ..choices import AdministratorKind
from ..errors import ProposalRefused
from ..filters import ProposalFilter
from ..forms import OpinionForm
from ..models import Proposal, User
from ..requests import SignedInRequest
from ..tables import ProposalTable, state_of_proposal


@requires_administrator(SYSTEM, SECURITY, AUDIT)
@require_GET
def proposal_list(request: SignedInRequest) -> HttpResponseBase:
    rows = proposals.visible_to(request.user).select_related("proposed_by", "decided_by")
    filters = ProposalFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=ProposalTable,
        filters=filters,
        template="accounts/proposal_list.html",
        context={"alone": _alone()},
    )


@requires_administrator(SYSTEM, SECURITY, AUDIT)
@require_GET
def proposal_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk), OpinionForm())


@requires_administrator(SECURITY)
@require_POST
def proposal_confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    proposal = _found(request, pk)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, proposal, form)
    try:
        services.confirm(proposal=proposal, by=request.user, note=form.cleaned_data["note"])
    except ProposalRefused as refusal:
        messages.error(request, refusals.sentence(refusal))
    else:
        messages.success(request, f"已确认，立即生效：{proposal.summary}")
    return redirect_here(request, proposal)


@requires_administrator(SECURITY)
@require_POST
def proposal_decline(request: SignedInRequest, pk: int) -> HttpResponse:
    proposal = _found(request, pk)
    form = OpinionForm(request.POST, needed=True)
    if not form.is_valid():
        return _page(request, proposal, form)
    try:
        services.decline(proposal=proposal, by=request.user, note=form.cleaned_data["note"])
    except ProposalRefused as refusal:
        messages.error(request, refusals.sentence(refusal))
    else:
        messages.success(request, "已记为不同意，没有作任何改动")
    return redirect_here(request, proposal)


@requires_administrator(SYSTEM, SECURITY)
@require_POST
def proposal_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    proposal = _found(request, pk)
    try:
        services.withdraw(proposal=proposal, by=request.user)
    except ProposalRefused as refusal:
        messages.error(request, refusals.sentence(refusal))
    else:
        messages.success(request, "提议已撤回")
    return redirect_here(request, proposal)


def _found(request: SignedInRequest, pk: int) -> Proposal:
    rows = proposals.visible_to(request.user).select_related("subject", "proposed_by", "decided_by")
    return get_object_or_404(rows, pk=pk)


def _page(request: SignedInRequest, proposal: Proposal, form: OpinionForm) -> HttpResponse:
    context = {
        "proposal": proposal,
        "lamp": state_of_proposal(proposal),
        "kind": proposals.label_of(proposal.kind),
        "goes_on": proposals.goes_on_at(proposal.kind),
        "form": form,
        "may_confirm": proposals.may_confirm(request.user, proposal),
        "may_withdraw": proposals.may_withdraw(request.user, proposal),
        "own": request.user.pk == proposal.proposed_by_id,
        "about_self": request.user.pk == proposal.subject_id,
        "alone": _alone(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/proposal.html", context, status=status)


def _alone() -> bool:
    """Say whether nobody could confirm for want of a second security administrator."""
    held = User.objects.filter(admin_kind=AdministratorKind.SECURITY, is_active=True)
    return held.count() < 2


def after_proposing(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Say that it waits, and show it."""
    messages.success(request, f"已提交，等待另一位安全管理员确认：{proposal.summary}")
    return redirect_here(request, proposal)
