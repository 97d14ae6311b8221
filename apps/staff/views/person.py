"""The page of a person, what changed on it, and showing one number in full."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import stepup
from apps.audit import changes
from apps.core.http import requires
from apps.core.menu import Tab

from .. import errors, forecast, panels, queries, rules, services
from ..services import reveals
from ..services.reveals import reveal

CHANGES_ON_A_PAGE = 20


def _tabs(pk: int, here: str) -> list[Tab]:
    from django.urls import reverse

    return [
        Tab("基本", reverse("staff:detail", args=[pk]), here == "detail"),
        Tab("变更", reverse("staff:changes", args=[pk]), here == "changes"),
    ]


def _context(request: HttpRequest, pk: int, here: str) -> dict[str, Any]:
    page = queries.person_page(request.user, pk)
    return {
        "page_of": page,
        "person": page.person,
        "spell": page.current,
        "tabs": _tabs(pk, here),
        "may_reveal": rules.may_reveal(request.user, page.person),
        "may_correct": page.current is not None and rules.may_correct(request.user, page.current),
        "may_examine": page.current is not None and rules.may_examine(request.user, page.current),
        **_retirement(page),
        "may_change": rules.may_change(request.user, page.person),
    }


def _retirement(page: queries.PersonPage) -> dict[str, Any]:
    """Return when the person is expected to retire, and why; nothing of somebody who has left."""
    spell = page.current
    if spell is None:
        return {}
    spell.person = page.person
    least = forecast.contribution(spell.retires_on.year) if spell.retires_on else None
    return {
        "retires_why": forecast.why(spell),
        "retires_least": least,
        "choice": getattr(page.person, "retirement_choice", None),
    }


@requires("view_subtree")
@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = _context(request, pk, "detail")
    _note(request, context)
    context["panels"] = panels.of(context["person"], request.user)
    return render(request, "staff/detail.html", context)


def _note(request: HttpRequest, context: dict[str, Any]) -> None:
    """Note the look, under the unit by whose people the reader sees this one."""
    page = context["page_of"]
    scope = page.spells[0].scope if page.spells else ""
    services.note_view(person=page.person, scope=scope, by=request.user)


@requires("view_subtree")
@require_POST
def person_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one number for this answer only; who looked, when and why stays on record."""
    if stepup.needed(request):
        return stepup.ask(request, "staff:detail", pk)
    context = _context(request, pk, "detail")
    field = request.POST.get("field", "")
    if field not in reveals.FIELDS:
        raise Http404
    status = 200
    try:
        context["revealed"] = reveal(
            person=context["person"],
            field=field,
            purpose=request.POST.get("purpose", ""),
            by=request.user,
        )
        context["revealed_field"] = field
        context["revealed_label"] = reveals.FIELDS[field]
    except errors.PurposeMissing:
        context["sentence"], status = "请选择查看用途，再点“显示完整号码”。", 422
    except errors.RevealLimit as refusal:
        context["sentence"] = f"今天已查看 {refusal.limit} 次，达到上限，请明天再查看。"
        status = 429
    return render(request, "staff/detail.html", context, status=status)


@requires("view_subtree")
@require_GET
def person_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The 变更 tab: the person's row and the spells and postings in the reader's scope."""
    context = _context(request, pk, "changes")
    _note(request, context)
    page = context["page_of"]
    found = changes.of(page.person, hidden=("uid", "id_no_bi", "id_no_tail"))
    for row in (*page.spells, *page.postings):
        found += changes.of(row, hidden=("counts", "person"))
    found.sort(key=lambda change: change.when, reverse=True)
    paged = Paginator(found, CHANGES_ON_A_PAGE).get_page(request.GET.get("page"))
    context |= {"changes": paged.object_list, "paged": paged}
    return render(request, "staff/changes.html", context)
