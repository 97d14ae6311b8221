"""One move from the bar of the 办理页, and the case that comes next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.http import render_form, requires

from .. import errors, refusals, rules, services
from ..choices import State
from ..forms.acting import PhraseForm
from ..models import Application, Phrase
from ..moves import MOVES
from ..queries import inbox
from ..queries.review import review, visible
from ..services import desk, trial
from . import review as pages
from .inbox import TABS, rows_of, tab_of

#: What the green line says was done.
DONE = {
    "pass": "已通过",
    "return": "已退回补正",
    "refuse": "已作出不予通过的决定",
    "reassign": "已转办",
    "override": "已放行红色校核，请继续办理",
    "close": "已终止",
    "confirm": "已确认",
    "object": "已提出异议",
}


@requires("view_subtree")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one move. Refused: the same page with a sentence, and what was typed."""
    application = visible(request.user, pk)
    query = QueryDict(request.POST.get("_query", ""))
    found = review(request.user, application)
    form = pages.act_form(request, found, request.POST)
    if not form.is_valid():
        return pages.page(request, application, query=query, form=form, status=422)
    data = form.cleaned_data
    move = data["move"]
    if move not in DONE:
        raise PermissionDenied("这一步不在办理页办理")
    try:
        moved = services.advance(
            application=application,
            move=move,
            by=request.user,
            seen=data["seen"],
            opinion=data["opinion"],
            to=data["to"],
            granted=data["granted"],
            **_facts(move, data),
        )
    except trial.REFUSED as refusal:
        return _refused(request, application, form, query, refusal)
    if data["copies"]:
        desk.send_copies(application=moved, users=data["copies"], by=request.user)
    if data["keep"] and data["opinion"]:
        desk.keep_phrase(text=data["opinion"], move=move, by=request.user)
    return _onward(request, application, moved, move, query)


@requires("view_subtree")
@require_POST
def ask_to_let_through(request: HttpRequest, pk: int) -> HttpResponse:
    """请示放行: tell who may let a red check through; the case stays where it is."""
    application = visible(request.user, pk)
    if "pass" not in rules.moves_for(request.user, application):
        raise PermissionDenied("只有办理这一环节的人可以请示放行")
    told = desk.ask_to_let_through(application=application, by=request.user)
    if told:
        names = "、".join(str(one) for one in told)
        messages.success(request, f"已请示 {names}：本件已抄送，放行后请回到这里继续办理")
    else:
        messages.warning(request, "没有人有权放行红色校核，请退回补正，或请安全管理员授权")
    return redirect(application)


def _facts(move: str, data: dict[str, Any]) -> dict[str, Any]:
    if move == "override":
        return {"document": data["document"]}
    if move == "confirm":
        return {"reference_no": data["reference_no"]}
    return {}


def _refused(
    request: HttpRequest,
    application: Application,
    form: Any,
    query: QueryDict,
    refusal: Exception,
) -> HttpResponse:
    """Answer 409 when a colleague was faster, 422 otherwise; the page shows the case as it is."""
    name = refusals.field_of(refusal)
    sentence = refusals.sentence(refusal, request.user)
    form.add_error(name if name in form.fields else None, sentence)
    late = isinstance(refusal, errors.Stale | errors.MoveRefused)
    fresh = visible(request.user, application.pk)
    if late:  # what is sent next is about the case as it is now shown
        form.data = form.data.copy()
        form.data["seen"] = str(fresh.revision)
    return pages.page(
        request,
        fresh,
        query=query,
        form=form,
        status=409 if late else 422,
        sentence=sentence if late else "",
    )


def _onward(
    request: HttpRequest, before: Application, moved: Application, move: str, query: QueryDict
) -> HttpResponse:
    """Go on with the next case of the inbox; say what was done with this one."""
    said = f"{moved.number or ''} {moved.summary}：{_words(moved, move)}"
    stays = move in ("override", "object")
    if stays or not query.get("tab"):
        messages.success(request, said)
        return redirect(reverse("approvals:detail", args=[moved.pk]) + pages.kept_query(query))
    kept = pages.kept_query(query)
    if TABS[tab_of(query.get("tab"))].ordered:
        rows = rows_of(request.user, query)
        following = inbox.after(rows, before) or rows.exclude(pk=before.pk).first()
        if following is not None:
            messages.success(request, f"{said}。这是下一件")
            return redirect(reverse("approvals:detail", args=[following.pk]) + kept)
        said += "。这一列已全部办完"
    messages.success(request, said)
    return redirect(reverse("approvals:inbox") + kept)


def _words(moved: Application, move: str) -> str:
    words = DONE[move]
    if move == "reassign":
        return f"{words}给 {moved.handler}"
    if move in ("pass", "update", "confirm"):
        state = State(moved.state)
        if state == State.DONE:
            return f"{words}，全部办结"
        here = moved.version.step_at(moved.state)
        after = here.label if here is not None else state.label
        effect = "，已入库生效" if moved.effected_at is not None and move != "confirm" else ""
        return f"{words}{effect}，下一环节：{after}"
    return words


@requires("view_subtree")
@require_http_methods(["GET", "POST"])
def phrase_list(request: HttpRequest) -> HttpResponse:
    """常用意见: one's own and the office's; add one."""
    offices = desk.offices_of(request.user)
    form = PhraseForm(request.POST if request.method == "POST" else None, offices=offices)
    if form.is_valid():
        data = form.cleaned_data
        kept = desk.keep_phrase(
            text=data["text"], move=data["move"], by=request.user, unit=data.get("unit")
        )
        if kept is not None:
            messages.success(request, f"已记下“{kept}”")
            return redirect("approvals:phrases")
        form.add_error("text", f"最多记 {desk.MOST_PHRASES} 条，请先删除不用的，再添加新的")
    rows = Phrase.objects.visible_to(request.user).select_related("unit", "owner")
    paths = [unit.path for unit in offices]
    return render_form(
        request,
        "approvals/phrases.html",
        form,
        rows=[
            {
                "phrase": one,
                "word": MOVES[one.move].label if one.move else "各种办理",
                "whose": "我自己"
                if one.owner_id
                else (f"{one.unit.name}编办" if one.unit else "系统"),
                "may_drop": one.owner_id == request.user.pk
                or (one.unit is not None and any(one.unit.path.startswith(p) for p in paths)),
            }
            for one in rows.order_by("move", "sort", "pk")
        ],
    )


@requires("view_subtree")
@require_POST
def phrase_drop(request: HttpRequest, pk: int) -> HttpResponse:
    phrase = get_object_or_404(
        Phrase.objects.visible_to(request.user).select_related("unit"), pk=pk
    )
    desk.drop_phrase(phrase=phrase, by=request.user)
    messages.success(request, f"已删除“{phrase}”")
    return redirect("approvals:phrases")
