"""我的任务: the reader's jobs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.http import render_list, requires
from apps.core.jobs import ask_to_cancel
from apps.core.models import Job
from apps.core.running import kinds

from ..models import ImportBatch
from ..tables import JobTable


@requires()
@require_GET
def jobs(request: SignedInRequest) -> HttpResponseBase:
    """The reader's own jobs."""
    return render_list(
        request,
        table=JobTable,
        rows=Job.objects.filter(owner=request.user).order_by("-created_at", "pk"),
        template="exchange/jobs.html",
    )


@requires()
@require_GET
def job(request: HttpRequest, pk: Any) -> HttpResponse:
    """One job with its progress; the page asks again until it ends."""
    found = get_object_or_404(Job, owner=request.user, pk=pk)
    batch_id = found.data.get("batch")
    return render(
        request,
        "exchange/job.html",
        {
            "job": found,
            "batch": ImportBatch.objects.visible_to(request.user).filter(pk=batch_id).first()
            if batch_id
            else None,
            "made": kinds.made_by(found),
            "open": found.state in (Job.State.WAITING, Job.State.RUNNING),
        },
    )


@requires()
@require_POST
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    """Ask a job to stop; what it has done so far is undone."""
    found = get_object_or_404(Job, owner=request.user, pk=pk)
    ask_to_cancel(job=found)
    messages.info(request, "已要求取消，任务会在下一步停下，不写入任何数据。")
    return redirect("exchange:job", pk=found.pk)
