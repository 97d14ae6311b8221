"""接口客户端, for security administrators: who may call, with which key, how often they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import refusals
from apps.accounts.errors import CannotApply, ProposalRefused
from apps.accounts.forms import ReasonForm
from apps.accounts.models import Proposal
from apps.accounts.requests import SignedInRequest
from apps.accounts.views import after_proposing
from apps.core.administrators import SECURITY, requires_administrator
from apps.core.http import render_form
from apps.quotas.standing import Lamp

from ..forms.clients import ClientForm
from ..models import Calls, Client
from ..services import clients as services


def state_of(client: Client) -> Lamp:
    if client.revoked_at is not None:
        return "grey", "已停用"
    if client.is_over:
        return "red", "已过期"
    if client.key_is_due:
        return "amber", "待领取密钥"
    if client.expires_on - timezone.localdate() < dt.timedelta(days=30):
        return "amber", "即将到期"
    return "green", "启用"


@requires_administrator(SECURITY)
@require_GET
def client_list(request: HttpRequest) -> HttpResponse:
    rows = Client.objects.select_related("unit").order_by("revoked_at", "name")
    waiting = Proposal.objects.open().filter(kind__startswith="client.")
    context = {
        "clients": [(one, state_of(one)) for one in rows],
        "waiting": waiting.select_related("proposed_by"),
    }
    return render(request, "approvals/clients/list.html", context)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def client_propose(request: SignedInRequest) -> HttpResponse:
    form = ClientForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.propose_client(**form.cleaned_data, by=request.user)
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "approvals/clients/form.html", form)


@requires_administrator(SECURITY)
@require_GET
def client(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


@requires_administrator(SECURITY)
@require_POST
def client_take(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make and show the key; the only time anybody sees it."""
    row = _found(pk)
    try:
        _, key = services.take_key(client=row, by=request.user)
    except services.NoKeyDue:
        messages.warning(request, "没有可领取的密钥：已经领取过，或须先提出更换并由另一人确认")
        return redirect("approvals:client", pk)
    return _page(request, _found(pk), key=key)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def client_key(request: SignedInRequest, pk: int) -> HttpResponse:
    return _propose(request, pk, services.propose_key, "更换密钥")


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def client_stop(request: SignedInRequest, pk: int) -> HttpResponse:
    return _propose(request, pk, services.propose_stop, "停用")


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def client_sign(request: SignedInRequest, pk: int) -> HttpResponse:
    return _propose(request, pk, services.propose_signing, "要求签名")


def _propose(
    request: SignedInRequest, pk: int, deed: Callable[..., Proposal], verb: str
) -> HttpResponse:
    row = get_object_or_404(Client, pk=pk, revoked_at__isnull=True)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = deed(client=row, reason=form.cleaned_data["reason"], by=request.user)
        except CannotApply as refusal:
            form.add_error(None, refusal.sentence)
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "approvals/clients/propose.html", form, client=row, verb=verb)


def _found(pk: int) -> Client:
    return get_object_or_404(Client.objects.select_related("unit"), pk=pk)


def _page(request: HttpRequest, row: Client, *, key: str = "") -> HttpResponse:
    now = timezone.now()
    week = Calls.objects.filter(who=f"client:{row.pk}", minute__gt=now - dt.timedelta(days=7))
    context: dict[str, Any] = {
        "client": row,
        "lamp": state_of(row),
        "keys": [(one, one.holds(now)) for one in row.keys.select_related("made_by")],
        "key": key,
        "calls": week.aggregate(n=Sum("calls"))["n"] or 0,
        "last": week.order_by("-minute").values_list("minute", flat=True).first(),
    }
    return render(request, "approvals/clients/client.html", context)
