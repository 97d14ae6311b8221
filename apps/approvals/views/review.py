"""办理页: one application, as its reader may see it and act on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import stepup
from apps.checks import telling
from apps.core.http import prepare_table, requires
from apps.core.templatetags.ui import address
from apps.documents import files
from apps.documents.errors import FileMissing
from apps.documents.refusals import sentence as file_sentence
from apps.staff import errors as staff_errors
from apps.staff.services.reveals import FIELDS
from apps.units.models import Unit
from apps.units.queries import unit_page

from .. import errors, kinds, late, progress, refusals, rules, tables
from ..choices import GIVING, REVIEWS, State
from ..forms.acting import ActForm
from ..models import Application, Attachment, Line
from ..queries import inbox
from ..queries.review import Review, colleagues, phrases, readers, review, visible
from ..services import desk, trial
from .check import ELSEWHERE
from .inbox import TABS, rows_of, tab_of


@requires("view_subtree")
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    application = visible(request.user, pk)
    desk.see_copy(application=application, by=request.user)
    return page(request, application, query=request.GET)


def page(
    request: HttpRequest,
    application: Application,
    *,
    query: QueryDict,
    form: ActForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render the page of a case. query: the inbox it was opened from, kept for the next case."""
    found = review(request.user, application, line=query.get("line", ""))
    if form is None and found.has_form:
        form = act_form(request, found)
    if form is not None and form.errors and not found.has_form:  # nowhere else to say it
        context["sentence"] = next(iter(form.errors.values()))[0]
    kept = kept_query(query)
    return render(
        request,
        "approvals/detail.html",
        {
            "review": found,
            "panels": _panels(request.user, found),
            "case": application,
            "form": form,
            "phrases": phrases(request.user) if found.has_bar else {},
            "kept": kept,
            "inbox_url": f"{reverse('approvals:inbox')}{kept}",
            "checked": bool(found.parts) and application.state in REVIEWS,
            "where": _where(found),
            "sees_unit": rules.sees(request.user, application.unit),
            "reads_basis": application.document in found.documents,
            "gives": _gives(found),
            "marks": progress.line_of(application),
            "own_page": _own_page(found),
            "fix_url": address("approvals:check", application.pk)
            if "submit" in found.moves
            else "",
            **_neighbours(request.user, application, query),
            **context,
        },
        status=status,
    )


def _gives(found: Review) -> str:
    """Return what the giving office is told it decides here; "" to everybody else."""
    application = found.application
    if application.state not in GIVING or "pass" not in found.moves:
        return ""
    after = application.state_after(application.state)
    return application.version.step_at(after).label if after is not None else ""  # type: ignore[union-attr]


def _panels(user: Any, found: Review) -> list[str]:
    """Return what the kind shows beside while a case is decided: figures of its own."""
    application = found.application
    if application.state not in (*REVIEWS, State.ISSUING):
        return []
    kind = kinds.of(application.kind)
    shown = kind.panels(application, found.lines, user)
    return [render_to_string(template, context) for template, context in shown]


def _where(found: Review) -> dict[str, Any]:
    """Return the step the case is at and what remains of it, as its timeline says.

    Of several partners at once the first limit counts.
    """
    now = [one for one in found.nodes if one.state == "now"]
    if not now:
        return {"step": found.application.get_state_display(), "lamp": None}
    first = min(now, key=lambda one: (one.due is None, one.due))
    return {"step": "、".join(one.label for one in now), "lamp": first.lamp}


def _own_page(found: Review) -> str:
    """Return where a move is made that has a page of its own: paper, joint handling, notices."""
    key = found.application.pk
    for moves, name in (
        (("collect", "bring_back", "update"), "approvals:paper_form"),
        (("answer", "confirm_for"), "approvals:joint_case"),
        (("issue",), "approvals:issue"),
    ):
        if any(move in found.moves for move in moves):
            return address(name, key)
    return ""


def act_form(request: HttpRequest, found: Review, data: Any = None) -> ActForm:
    user, application = request.user, found.application
    return ActForm(
        data,
        user=user,
        application=application,
        lines=found.lines,
        colleagues=colleagues(user, application) if "reassign" in found.moves else [],
        readers=readers(user, application),
    )


def kept_query(query: QueryDict) -> str:
    """Return “?tab=…&kind=…” with what an inbox keeps, or ""."""
    kept = QueryDict(mutable=True)
    for name in tables.KEPT:
        if value := query.get(name):
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _neighbours(user: Any, application: Application, query: QueryDict) -> dict[str, Any]:
    """Return the cases before and after in the inbox the page was opened from. Two queries."""
    if not query.get("tab") or not TABS[tab_of(query.get("tab"))].ordered:
        return {}
    rows = rows_of(user, query)
    return {"previous": inbox.before(rows, application), "next": inbox.after(rows, application)}


@requires("view_subtree")
@require_GET
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the register and the checks make of the case now; nothing of it is written."""
    application = visible(request.user, pk)
    if application.state not in REVIEWS:
        raise Http404("这个办件现在不在审核环节")
    giving = application.state in GIVING
    if not rules.sees(request.user, application.unit):
        return _checked_there(request, application)
    kind = kinds.of(application.kind)
    lines = list(application.lines.select_related(*_TRIAL_RELATED))
    context: dict[str, Any] = {"case": application, "rules": True}
    stuck = False  # by what somebody with the right may let through
    try:
        with transaction.atomic():
            kind.guard(application, lines)
            outcome = trial.checked(application, lines, by=request.user)
    except trial.REFUSED as refusal:
        context["refusal"] = refusals.sentence(refusal, request.user)
        stuck = isinstance(refusal, errors.LetThrough)
    else:
        touched = kind.touched(application)
        names = {unit.pk: unit.name for unit in touched if rules.sees(request.user, unit)}
        context |= {
            name: [_told(one, names) for one in getattr(outcome, name)]
            for name in ("appears", "goes", "stays")
        }
        context["refused"] = stuck = outcome.is_refused and not giving
    moves = rules.moves_for(request.user, application)
    context["asks"] = stuck and "pass" in moves and "override" not in moves
    return render(request, "approvals/_case_checks.html", context)


_TRIAL_RELATED = (
    "quota_type",
    "slot__notice",
    "slot__quota_type",
    "spell__unit",
    "spell__quota_type",
    "posting__unit",
    "posting__post_kind",
    "person",
)


def _checked_there(request: HttpRequest, application: Application) -> HttpResponse:
    """Say whether those whom the giving office lets go of are still there: what becomes of them
    in the receiving unit is for its office to look at (TR-05)."""
    kind = kinds.of(application.kind)
    context: dict[str, Any] = {"case": application}
    try:
        kind.release(application, list(application.lines.select_related(*_TRIAL_RELATED)))
    except trial.REFUSED as refusal:
        context["refusal"] = refusals.sentence(refusal, request.user)
    return render(request, "approvals/_giving_checks.html", context)


def _told(found: Any, names: dict[int, str]) -> dict[str, Any]:
    tone, word = telling.LEVEL_LAMPS[found.level]
    if found.hit.unit not in names:
        return {"rule": found.rule, "tone": tone, "word": word, "says": ELSEWHERE, "url": ""}
    return {
        "rule": found.rule,
        "tone": tone,
        "word": word,
        "says": telling.said(found, names.get(found.hit.unit, "")),
        "url": reverse("checks:unit", args=[found.hit.unit]),
    }


@requires("view_subtree")
@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out an attached file, noted in the audit; `?view=1` shows pictures and PDFs in place."""
    row = get_object_or_404(
        Attachment.objects.filter(
            application__in=Application.objects.visible_to(request.user), removed_at=None
        ).select_related("application"),
        pk=pk,
    )
    try:
        stream = desk.download(attachment=row, by=request.user)
    except FileMissing as refusal:
        messages.error(request, file_sentence(refusal))
        return redirect(row.application)
    shown = request.GET.get("view") == "1" and row.preview
    response = FileResponse(
        stream,
        as_attachment=not shown,
        filename=row.name,
        content_type=files.content_type(row.name),
    )
    response["X-Content-Type-Options"] = "nosniff"
    if shown:  # within our own page only; nothing in the file may load or run anything
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; "
            "frame-ancestors 'self'"
        )
    else:
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@requires("view_subtree")
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one number of a line in full for this answer only."""
    line = get_object_or_404(
        Line.objects.filter(
            application__in=Application.objects.visible_to(request.user)
        ).select_related("person", "application"),
        pk=pk,
    )
    application = visible(request.user, line.application_id)
    if stepup.needed(request):
        return stepup.ask(request, "approvals:detail", application.pk)
    asked = request.POST.get("field", "")
    if asked not in FIELDS:
        raise Http404
    shown: dict[str, Any] = {}
    status = 200
    try:
        number = desk.reveal(
            line=line, field=asked, purpose=request.POST.get("purpose", ""), by=request.user
        )
        shown = {"revealed": number, "revealed_label": f"{line.name} · {FIELDS[asked]}"}
    except staff_errors.PurposeMissing:
        shown, status = {"sentence": "请选择查看用途，再点“显示完整号码”。"}, 422
    except staff_errors.RevealLimit as refusal:
        words = f"今天已查看 {refusal.limit} 次，达到上限，请明天再查看。"
        shown, status = {"sentence": words}, 429
    return page(request, application, query=request.GET, status=status, **shown)


@requires("view_subtree")
@require_GET
def unit_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The 办件 tab of a unit: what is late, and what it and the units below it filed, newest first.

    `?own=1` leaves out the units below.
    """
    frame = unit_page(request.user, pk)
    seen = Application.objects.visible_to(request.user)
    below = _has_units_below(frame.unit)
    own = request.GET.get("own") == "1" or not below
    rows = seen.filter(unit=frame.unit) if own else seen.under(frame.unit)
    if request.GET.get("open") == "1":
        rows = rows.open()
    rows = rows.exclude(state=State.WITHDRAWN, number__isnull=True)
    rows = rows.select_related("unit", "version", "handler").order_by("-pk")
    shown = tables.UnitCaseTable if own else tables.SubtreeCaseTable
    table = prepare_table(request, shown, rows)
    found = late.by_unit(request.user, frame.unit)
    context = {
        "unit_page": frame,
        "unit": frame.unit,
        "table": table,
        "late": found[0] if found else None,
        "below": below,
        "own": own,
    }
    return render(request, "approvals/unit.html", context)


def _has_units_below(unit: Unit) -> bool:
    return Unit.objects.under(unit).bodies().exclude(pk=unit.pk).exists()
