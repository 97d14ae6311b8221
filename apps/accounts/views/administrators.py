"""The three kinds of administrators and the security policy, as proposals."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.core import policy
from apps.core.administrators import AUDIT, SECURITY, SYSTEM, requires_administrator
from apps.core.http import render_form

from .. import refusals, services
from ..choices import AdministratorKind, ProposalState
from ..errors import ProposalRefused
from ..forms import AdministratorForm, PolicyForm, ReasonForm
from ..models import Proposal, User
from ..requests import SignedInRequest
from ..tables import state_of
from .proposals import after_proposing


@requires_administrator(SYSTEM, SECURITY)
@require_GET
def administrator_list(request: HttpRequest) -> HttpResponse:
    """Who the three kinds are, and who is proposed."""
    found = User.objects.filter(admin_kind__isnull=False).select_related("factor")
    groups = [
        (kind.label, [(one, state_of(one)) for one in found if one.admin_kind == kind])
        for kind in AdministratorKind
    ]
    waiting = Proposal.objects.open().filter(
        kind__in=("administrator.make", "administrator.remove", "factor.reset")
    )
    context = {"groups": groups, "waiting": waiting.select_related("proposed_by")}
    return render(request, "accounts/administrators.html", context)


@requires_administrator(SYSTEM, SECURITY)
@require_http_methods(["GET", "POST"])
def administrator_propose(request: SignedInRequest) -> HttpResponse:
    form = AdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.propose_administrator(
                user=form.cleaned_data["user"],
                kind=form.cleaned_data["kind"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "accounts/administrator_form.html", form)


@requires_administrator(SYSTEM, SECURITY)
@require_http_methods(["GET", "POST"])
def administrator_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk, admin_kind__isnull=False)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.propose_removal(
                user=account, reason=form.cleaned_data["reason"], by=request.user
            )
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "accounts/administrator_remove.html", form, account=account)


@requires_administrator(SYSTEM, SECURITY, AUDIT)
@require_GET
def policy_page(request: SignedInRequest) -> HttpResponse:
    """All numbers of the security policy, what waits, and how each came to be."""
    now = policy.values()
    waiting = {
        row.payload["key"]: row
        for row in Proposal.objects.filter(kind="policy.change", state=ProposalState.OPEN)
        if not row.is_over
    }
    groups: dict[str, list[dict[str, object]]] = {}
    for one in policy.SETTINGS.values():
        line = {
            "setting": one,
            "value": one.words(now[one.key]),
            "default": one.words(one.default),
            "changed": now[one.key] != one.default,
            "waiting": waiting.get(one.key),
        }
        groups.setdefault(one.group, []).append(line)
    past = Proposal.objects.filter(kind="policy.change").exclude(state=ProposalState.OPEN)
    context = {
        "groups": groups.items(),
        "past": past.select_related("proposed_by", "decided_by").order_by("-decided_at")[:40],
        "may_propose": request.user.admin_kind == SECURITY,
    }
    return render(request, "accounts/policy.html", context)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def policy_change(request: SignedInRequest) -> HttpResponse:
    """Propose another value of the setting named by `?key=`."""
    setting = policy.SETTINGS.get(request.GET.get("key", ""))
    if setting is None:
        raise Http404("没有这项安全策略")
    now = policy.value(setting.key)
    form = PolicyForm(request.POST if request.method == "POST" else None, setting=setting, now=now)
    if form.is_valid():
        try:
            made = services.propose_policy(
                key=setting.key,
                value=form.cleaned_data["value"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    context: dict[str, Any] = {"setting": setting, "now": setting.words(now)}
    return render_form(request, "accounts/policy_form.html", form, **context)
