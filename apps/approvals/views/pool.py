"""编制池: cards, loans, and the moves of both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core import wording
from apps.core.http import render_form, render_list, requires
from apps.staff import looking

from .. import offices
from ..forms.planning import ExtendForm, LendForm, PoolForm, ReturnLoanForm
from ..models import Pool, PoolEntry
from ..queries import pool as queries
from ..refusals import field_of, sentence
from ..services import pool as services
from ..services.trial import REFUSED
from ..use_tables import LoanTable, due_lamp


@requires("view_subtree")
@require_GET
def pool(request: HttpRequest) -> HttpResponseBase:
    today = timezone.localdate()
    entries = PoolEntry.objects.visible_to(request.user).select_related(
        "unit", "document", "pool__quota_type"
    )
    return render_list(
        request,
        table=LoanTable,
        rows=queries.loans(request.user),
        template="approvals/use/pool.html",
        export=export_table,
        context={
            "cards": queries.cards(request.user, today),
            "entries": entries.order_by("-on", "-pk")[:10],
            "year": today.year,
            "may_move": _may_move(request.user),
            "sees_pool": _sees(request.user),
        },
    )


def _sees(user: Any) -> bool:
    """Say whether the pool itself is in sight; a unit sees what it borrowed and gave."""
    home = offices.home()
    return home is not None and user.may("view_subtree", home)


def _may_move(user: Any) -> bool:
    home = offices.home()
    return home is not None and user.may("examine", home)


def _office(request: HttpRequest) -> None:
    if not _may_move(request.user):
        raise PermissionDenied("编制池由本级编办办理")


@requires("examine")
@require_http_methods(["GET", "POST"])
def put_in(request: HttpRequest) -> HttpResponse:
    _office(request)
    form = PoolForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        data = dict(form.cleaned_data)
        places, direction = data.pop("places"), data.pop("direction")
        try:
            made = services.put_in(
                change=places if direction == "in" else -places, by=request.user, **data
            )
        except REFUSED as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"编制池{made.get_kind_display()} {places} 名")
            return redirect("approvals:pool")
    return render_form(request, "approvals/use/pool_put.html", form)


@requires("examine")
@require_http_methods(["GET", "POST"])
def lend(request: HttpRequest, pk: int) -> HttpResponse:
    _office(request)
    found = get_object_or_404(
        Pool.objects.visible_to(request.user).select_related("quota_type"), pk=pk
    )
    form = LendForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            made = services.lend(pool=found, by=request.user, **form.cleaned_data)
        except REFUSED as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"已借给{made.unit.name} {made.lent} 名，{made.due_on} 到期")
            return redirect("approvals:pool")
    return render_form(request, "approvals/use/lend.html", form, pool=found)


@requires("view_subtree")
@require_GET
def loan(request: HttpRequest, pk: int) -> HttpResponse:
    found = _loan(request, pk)
    office = _may_move(request.user)
    context = {
        "loan": found,
        "now": _now(found, office=office),
        "now_tone": "warn" if found.days <= found.soon else "info",
        "lamp": due_lamp(found),
        "steps": found.steps.select_related("document", "by"),
        "may_move": office and found.places,
    }
    return render(request, "approvals/use/loan.html", context)


def _now(loan: Any, *, office: bool) -> str:
    """Return what has to be done about a loan that is out, or ""; people who sit on it first."""
    if not loan.places:
        return ""
    cell = looking.box(loan.unit, loan.pool.quota_type, 0)
    taken = max(0, loan.places - (cell.usable if cell else 0))
    sits = (
        f"借来的 {loan.places} 名中 {taken} 名已有人占用（含在途），须先办理出编。" if taken else ""
    )
    if loan.days < 0:
        when = f"已逾期 {-loan.days} 天。"
    elif loan.days <= loan.soon:
        when = f"还有 {loan.days} 天到期。"
    else:
        when = f"{wording.day(loan.due_on)} 到期。"
    if office:
        then = "到期收回的点“归还”；继续借用的，凭文件点“延期”。"
    else:
        then = "到期由编办收回；需要继续借用的，到期前向编办申请延期。"
    return f"{when}{sits}{then}"


@requires("examine")
@require_http_methods(["GET", "POST"])
def loan_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """延期 or 归还."""
    _office(request)
    if move not in MOVES:
        raise Http404
    found = _loan(request, pk)
    if not found.places:
        messages.info(request, f"{found.unit.name}的这笔周转编制已还清，没有要办理的")
        return redirect("approvals:loan", pk)
    made, act, said, template = MOVES[move]
    initial = {"places": found.places}
    form = made(
        request.POST if request.method == "POST" else None, user=request.user, initial=initial
    )
    if form.is_valid():
        try:
            act(loan=found, by=request.user, **form.cleaned_data)
            found.refresh_from_db()
        except REFUSED as refusal:
            _place(form, refusal, request.user)
        else:
            left = f"，未还 {found.places} 名，{wording.day(found.due_on)} 到期"
            messages.success(
                request, f"{found.unit.name}的周转编制{said}{left if found.places else '，已还清'}"
            )
            return redirect("approvals:loan", pk)
    return render_form(request, template, form, loan=found)


MOVES: dict[str, tuple[Any, Any, str, str]] = {
    "extend": (ExtendForm, services.extend, "已延期", "approvals/use/extend.html"),
    "return": (ReturnLoanForm, services.give_back, "已归还入池", "approvals/use/loan_return.html"),
}


def _loan(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(queries.loans(request.user), pk=pk)


def _place(form: Any, refusal: Exception, user: Any) -> None:
    name = field_of(refusal)
    form.add_error(name if name in form.fields else None, sentence(refusal, user))
