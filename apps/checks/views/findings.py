"""数据校核: the list, one finding, a unit's own, and what is done about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.audit.exports import CONTENT_TYPES, export_table
from apps.core.http import prepare_table, render_form, render_list, requires, selection
from apps.units.queries import unit_page

from .. import services
from ..filters import FindingFilter
from ..forms import HandlingForm
from ..models import Finding
from ..queries.counts import open_counts
from ..refusals import REFUSALS, sentence
from ..rules import BY_NUMBER
from ..tables import FindingTable, UnitFindingTable
from ..telling import LEVEL_LAMPS, sides, since, state_of
from ..telling import sentence as said

#: moves that can be made on many at once
BATCH = ("confirm", "mute")


def _findings(request: HttpRequest) -> Any:
    return Finding.objects.visible_to(request.user).select_related("unit").with_names()


@requires("view_subtree")
@require_GET
def finding_list(request: HttpRequest) -> HttpResponseBase:
    rows = _findings(request).order_by("level", "rule", "unit__path", "pk")  # red before yellow
    filters = FindingFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=FindingTable,
        filters=filters,
        template="checks/list.html",
        export=export_table,
        context={
            "counts": open_counts(request.user.subtrees("view_subtree")),
            "may_judge": request.user.may_anywhere("examine"),
        },
    )


@requires("view_subtree")
@require_GET
def unit_findings(request: HttpRequest, pk: int) -> HttpResponseBase:
    page = unit_page(request.user, pk)
    rows = _findings(request).filter(unit=page.unit)
    gone = request.GET.get("gone") == "1"
    rows = rows if gone else rows.lasting()
    rows = rows.order_by("gone_at", "level", "rule", "pk")
    asked = request.GET.get("export", "")
    if asked in CONTENT_TYPES:
        table = UnitFindingTable(rows, request=request, order_by=request.GET.get("sort"))
        return export_table(request, table, asked)
    table = prepare_table(request, UnitFindingTable, rows, exports=True)
    context: dict[str, Any] = {"unit_page": page, "unit": page.unit, "table": table, "gone": gone}
    return render_form(request, "checks/unit.html", None, **context)


def _context(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    handlings = finding.handlings.select_related("by").order_by("-pk")
    return {
        "finding": finding,
        "rule": BY_NUMBER.get(finding.rule),
        "said": said(finding),
        "sides": sides(finding, request.user),
        "lamp": LEVEL_LAMPS[finding.level],
        "state": state_of(finding),
        "days": since(finding),
        "moves": services.moves_of(request.user, finding),
        "handlings": [
            {
                "when": one.at,
                "title": _title(one),
                "by": str(one.by) if one.by else "系统",
                "text": one.opinion,
            }
            for one in handlings
        ],
    }


def _title(handling: Any) -> str:
    move = services.MOVES.get(handling.move)
    word = move.label if move is not None else "恢复待处理"
    return f"{word}至 {handling.until.isoformat()}" if handling.until else word


@requires("view_subtree")
@require_GET
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(_findings(request), pk=pk)
    return render_form(request, "checks/detail.html", None, **_context(request, finding))


@requires("file_for", "examine")
@require_http_methods(["GET", "POST"])
def finding_handle(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Show and take one move. In scope without the right: 403."""
    finding = get_object_or_404(_findings(request), pk=pk)
    if move not in services.MOVES:
        raise Http404("没有这种处置")
    step = services.MOVES[move]
    if not step.allowed(request.user, finding):
        raise PermissionDenied("账号没有这样处置的权限")
    form = HandlingForm(request.POST if request.method == "POST" else None, move=move)
    if form.is_valid():
        turn = request.POST.get("turn", "")
        try:
            after = services.handle(
                finding=finding,
                move=move,
                by=request.user,
                opinion=form.cleaned_data["opinion"],
                until=form.cleaned_data.get("until"),
                turn=int(turn) if turn.isdecimal() else None,
            )
        except REFUSALS as refusal:
            form.add_error(*sentence(refusal))
            finding.refresh_from_db()
        else:
            _tell(request, move, after)
            return redirect(after)
    context = {**_context(request, finding), "move": move, "step": step}
    return render_form(request, "checks/handle.html", form, **context)


def _tell(request: HttpRequest, move: str, finding: Finding) -> None:
    if move != "claim":
        messages.success(request, f"已登记：{services.MOVES[move].label}")
    elif finding.gone_at is not None:
        messages.success(request, "复核通过：问题已消除")
    else:
        messages.warning(
            request, "已登记整改，但复核仍查出这个问题，没有关闭；请看下面两边的数字和文件"
        )


@requires("examine")
@require_POST
def finding_batch(request: HttpRequest) -> HttpResponse:
    """Confirm or mute what was ticked: first the page that asks, then the deed."""
    move = request.POST.get("move", "")
    if move not in BATCH:
        raise Http404("没有这种处置")
    scope = Finding.objects.visible_to(request.user).lasting().select_related("unit").with_names()
    chosen = selection(request, scope, filters=FindingFilter)
    rows = [one for one in chosen if services.MOVES[move].allowed(request.user, one)]
    if not rows:
        messages.warning(request, "没有选中可以处置的问题，请先勾选")
        return redirect("checks:list")
    confirmed = request.POST.get("confirmed") == "1"
    form = HandlingForm(request.POST if confirmed else None, move=move)
    if form.is_valid():
        try:
            done, left = services.handle_many(
                findings=rows,
                move=move,
                by=request.user,
                opinion=form.cleaned_data["opinion"],
                until=form.cleaned_data.get("until"),
            )
        except REFUSALS as refusal:
            form.add_error(*sentence(refusal))
        else:
            text = f"{services.MOVES[move].label} {done} 个问题"
            messages.success(request, f"{text}，{left} 个已被他人处置或已消除" if left else text)
            return redirect("checks:list")
    context: dict[str, Any] = {"rows": rows, "move": move, "step": services.MOVES[move]}
    return render_form(request, "checks/batch.html", form, **context)
