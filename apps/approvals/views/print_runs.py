"""批量打印: which papers of some cases; a few at once, many by the worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.audit.exports import answer
from apps.core.http import requires, selection
from apps.core.idempotency import keyless
from apps.core.models import Job
from apps.core.prints import NotPrintable
from apps.staff import errors as staff
from apps.staff.refusals import sentence as staff_sentence

from .. import rules
from ..models import Application, PaperKind
from ..own import mine_of
from ..papers import making
from ..papers.making import Asked
from ..services import papers as service
from ..services import print_runs as runs
from .after import MineFilter
from .inbox import TABS, tab_of
from .papers import PurposeForm, pdf_answer

#: Cases of one choice, and those named on the page.
MOST_CASES = 500
NAMED = 20
SEP = ","
#: The list of 我的办件 beside the tabs of the inbox.
OWN = "own"


@keyless
@requires("view_subtree")
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Ask which papers of the ticked cases."""
    cases = _ticked(request)
    if not cases:
        messages.warning(request, "没有选中已提交的办件，请先勾选；草稿提交之后才有打印件")
        return redirect("approvals:mine" if _tab(request) == OWN else "approvals:inbox")
    return _page(request, cases)


def _ticked(request: HttpRequest) -> list[Application]:
    """Return the cases ticked in a list: of a tab of the inbox, or of 我的办件."""
    user, name = request.user, _tab(request)
    if name == OWN:
        rows, bar, at = mine_of(user), MineFilter, "pk"
    else:
        corner = TABS[tab_of(name)]
        rows, bar, at = corner.rows(user), corner.bar, "application" if corner.bar.at else "pk"
    keys = selection(request, rows, filters=bar).values_list(at, flat=True)[:MOST_CASES]
    return list(runs.cases_for(user, list(keys)))


def _tab(request: HttpRequest) -> str:
    """Return the list the cases were ticked in."""
    return request.POST.get("tab", "")


def _page(
    request: HttpRequest,
    cases: Sequence[Application],
    *,
    form: PurposeForm | None = None,
    sentence: str = "",
) -> HttpResponse:
    every = making.papers_of_cases(cases)
    forms = Counter(one.kind for one in every)
    of: dict[str, set[int]] = {}
    for one in every:
        of.setdefault(one.kind, set()).add(one.application.pk)
    may_show = all(rules.may_reveal(request.user, one) for one in cases)
    offers = [
        {
            "kind": kind,
            "forms": forms[kind],
            "cases": len(of[kind]),
            "by_worker": forms[kind] > runs.AT_ONCE,
            "too_many": forms[kind] > runs.MOST,
            "numbers": may_show and kind in making.WITH_NUMBERS,
        }
        for kind in PaperKind
        if kind in forms
    ]
    context: dict[str, Any] = {
        "cases": cases[:NAMED],
        "number": len(cases),
        "cut": len(cases) >= MOST_CASES,
        "most": MOST_CASES,
        "most_forms": runs.MOST,
        "items": SEP.join(str(one.pk) for one in cases),
        "tab": _tab(request),
        "own": _tab(request) == OWN,
        "offers": offers,
        "with_numbers": [one for one in offers if one["numbers"] and not one["too_many"]],
        "form": form or (PurposeForm() if may_show else None),
        "sentence": sentence,
    }
    status = 422 if sentence or (form is not None and form.errors) else 200
    return render(request, "approvals/print_run.html", context, status=status)


@keyless
@requires("view_subtree")
@require_POST
def print_now(request: HttpRequest) -> HttpResponseBase:
    """Print a few papers while the reader waits."""
    return _printed(request, now=True)


@requires("view_subtree")
@require_POST
def print_later(request: HttpRequest) -> HttpResponseBase:
    """Let the worker print; its job's page tells how far it is."""
    return _printed(request, now=False)


def _printed(request: HttpRequest, *, now: bool) -> HttpResponseBase:
    keys = _keys(request.POST.get("items", ""))
    cases = list(runs.cases_for(request.user, keys))
    kind = request.POST.get("paper", "")
    asked = [one for one in making.papers_of_cases(cases) if one.kind == kind]
    if not asked:
        raise Http404("所选办件现在没有这种打印件")
    form = PurposeForm(request.POST) if "purpose" in request.POST else None
    if form is not None:
        if not all(rules.may_reveal(request.user, one) for one in cases):
            raise PermissionDenied("账号没有打印完整号码的权限")
        if not form.is_valid():
            return _page(request, cases, form=form)
    if len(asked) > runs.MOST:
        return _page(request, cases, sentence=runs.too_many(len(asked)) + "。")
    purpose = form.cleaned_data["purpose"] if form is not None else ""
    if now and len(asked) <= runs.AT_ONCE:
        return _at_once(request, cases, asked, full=form is not None, purpose=purpose)
    if now:
        return _page(request, cases, sentence="份数较多，请改用后台打印。")
    return _queued(request, asked, full=form is not None, purpose=purpose)


def _queued(
    request: HttpRequest, asked: Sequence[Asked], *, full: bool, purpose: str
) -> HttpResponseRedirect:
    host = request.build_absolute_uri("/")
    job = runs.queue(asked=asked, by=request.user, host=host, full=full, purpose=purpose)
    messages.info(request, "已交后台排版，完成后在本页下载；也可稍后到“我的任务”里下载。")
    return redirect("exchange:job", pk=job.pk)


def _at_once(
    request: HttpRequest,
    cases: Sequence[Application],
    asked: Sequence[Asked],
    *,
    full: bool,
    purpose: str,
) -> HttpResponseBase:
    try:
        made, _ = service.make(
            asked=asked, by=request.user, full=full, purpose=purpose, request=request
        )
    except NotPrintable as refusal:
        return _page(request, cases, sentence=refusal.sentence)
    except (staff.PurposeMissing, staff.RevealLimit) as refusal:
        return _page(request, cases, sentence=staff_sentence(refusal, request.user))
    label = PaperKind(asked[0].kind).label
    return pdf_answer(made, f"{label}{len(asked)}份" if len(asked) > 1 else asked[0].name)


def _keys(items: str) -> list[int]:
    """Read “12,15”; what is no key is left out."""
    found = [part for part in items.split(SEP)[:MOST_CASES] if part.isdecimal() and len(part) < 19]
    return [int(part) for part in found]


@requires("view_subtree")
@require_GET
def download(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """Send the file of a job to its owner; recorded each time."""
    job = get_object_or_404(Job, owner=request.user, kind=runs.KIND, state=Job.State.DONE, pk=pk)
    place = runs.file_of(job)
    if place is None:
        raise Http404(f"文件只保留 {runs.KEPT_DAYS} 天，已经清理，请重新打印")
    return answer(
        request,
        place.open("rb"),
        name=job.title,
        fmt="pdf",
        rows=job.result["papers"],
        scopes=runs.scopes_of(job),
    )
