"""批量通过: the page that asks, the start, and the report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.core.http import render_form, requires, selection
from apps.core.jobs import ask_to_cancel
from apps.core.models import Job

from ..filters import InboxFilter
from ..forms.acting import BatchForm
from ..models import Application, Batch
from ..progress import step_label
from ..queries import inbox
from ..services import batches

#: Cases named on the page that asks.
NAMED = 20
SEP = ","


@requires("view_subtree")
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Ask for the one opinion, one group of alike cases at a time; then begin."""
    rows = inbox.reviewable(request.user)
    started = request.POST.get("items")
    if started is not None:
        return _start(request, rows, started)
    chosen = list(selection(request, rows, filters=InboxFilter)[: batches.MOST])
    if not chosen:
        messages.warning(request, "没有选中可以通过的办件，请先勾选")
        return redirect("approvals:inbox")
    return _ask(request, chosen)


def _ask(
    request: HttpRequest,
    chosen: list[Application],
    failed: BatchForm | None = None,
    of: frozenset[int] = frozenset(),
) -> HttpResponse:
    """Show the groups, each with its own opinion.

    failed, of   the form that did not hold, and the keys of the cases it was sent for
    """
    found: dict[str, list[Application]] = {}
    for one in chosen:
        found.setdefault(f"{one.kind}:{one.state}:{one.version_id}", []).append(one)
    groups = []
    for place, cases in enumerate(found.values()):
        sent = failed is not None and bool(of & {one.pk for one in cases})
        form = failed if sent else BatchForm()
        form.auto_id = f"id_{place}_%s"
        groups.append(
            {
                "label": f"{cases[0].get_kind_display()} · {step_label(cases[0])}",
                "cases": cases[:NAMED],
                "number": len(cases),
                "items": _said(cases),
                "rest": _said([one for one in chosen if one not in cases]),
                "form": form,
            }
        )
    context: dict[str, Any] = {
        "groups": groups,
        "most": batches.MOST,
        "cut": len(chosen) >= batches.MOST,
    }
    return render_form(request, "approvals/batch.html", failed, **context)


def _said(cases: list[Application]) -> str:
    return SEP.join(f"{one.pk}:{one.revision}" for one in cases)


def _start(request: HttpRequest, rows: Any, items: str) -> HttpResponse:
    seen = dict(_pairs(items))
    if not rows.filter(pk__in=list(seen)).exists():
        messages.warning(request, "所选办件都已由他人办理，没有需要通过的")
        return redirect("approvals:inbox")
    form = BatchForm(request.POST)
    rest = list(rows.filter(pk__in=[key for key, _ in _pairs(request.POST.get("rest", ""))]))
    if not form.is_valid():
        here = list(rows.filter(pk__in=list(seen)))
        return _ask(request, [*here, *rest], form, frozenset(seen))
    # what a colleague dealt with meanwhile is refused, and stands in the report with who it was
    cases = Application.objects.visible_to(request.user).filter(pk__in=list(seen))
    begun = batches.begin(
        cases=[(one, seen[one.pk]) for one in cases.order_by("due_at", "pk")],
        opinion=form.cleaned_data["opinion"],
        by=request.user,
    )
    if rest:
        messages.info(request, f"另外 {len(rest)} 件不属于这一组，没有办理，仍在待办中")
    return redirect(begun)


def _pairs(items: str) -> list[tuple[int, int]]:
    """Read “12:3,15:1”: key and revision of each case; what reads otherwise is left out."""
    found = []
    for part in items.split(SEP)[: batches.MOST]:
        key, _, revision = part.partition(":")
        if key.isdecimal() and revision.isdecimal() and len(key) < 19 and len(revision) < 10:
            found.append((int(key), int(revision)))
    return found


@requires("view_subtree")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop before the next case; what is done stays done."""
    found = get_object_or_404(Batch.objects.select_related("job"), pk=pk, by=request.user)
    ask_to_cancel(job=found.job)
    messages.info(request, "已要求取消，正在办理的一件办完后停下，已通过的保留。")
    return redirect(found)


@requires("view_subtree")
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a batch is, and which cases failed, each with its sentence."""
    found = get_object_or_404(Batch.objects.select_related("job"), pk=pk, by=request.user)
    items = found.items.select_related("application__unit")
    failed = list(items.filter(outcome="failed")[:500])
    done = found.items.filter(outcome="done").count()
    total = found.items.count()
    context = {
        "batch": found,
        "job": found.job,
        "failed": failed,
        "done": done,
        "total": total,
        "waiting": total - done - found.items.filter(outcome="failed").count(),
        "running": found.job.state in (Job.State.WAITING, Job.State.RUNNING),
    }
    return render(request, "approvals/batch_report.html", context)
