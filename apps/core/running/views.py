"""Pages of all jobs, for the system administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ..administrators import SYSTEM, requires_administrator
from ..http import redirect_here, render_list
from ..models import Job
from . import kinds, services
from .tables import LAMPS, AllJobsTable, JobFilter


@requires_administrator(SYSTEM)
@require_GET
def job_list(request: HttpRequest) -> HttpResponseBase:
    rows = Job.objects.select_related("owner").order_by("-created_at", "pk")
    filters = JobFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request, table=AllJobsTable, filters=filters, template="core/running/list.html"
    )


@requires_administrator(SYSTEM)
@require_GET
def job_page(request: HttpRequest, pk: Any) -> HttpResponse:
    job = get_object_or_404(Job.objects.select_related("owner"), pk=pk)
    context = {
        "job": job,
        "kind": kinds.label_of(job),
        "tone": LAMPS[Job.State(job.state)],
        "reason": kinds.reason_of(job),
        "may_cancel": kinds.may_cancel(job),
        "may_run_again": kinds.may_run_again(job),
    }
    return render(request, "core/running/job.html", context)


@requires_administrator(SYSTEM)
@require_POST
def job_cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        services.cancel(job=job, by=request.user)
    except services.NotNow:
        messages.warning(request, "任务已经结束或已要求取消，不必再办")
    else:
        messages.success(request, "已要求取消，任务在下一步停下，不写入任何数据")
    return redirect_here(request, reverse("core:job", args=[pk]))


@requires_administrator(SYSTEM)
@require_POST
def job_again(request: HttpRequest, pk: Any) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        made = services.run_again(job=job, by=request.user)
    except services.NotNow:
        messages.warning(request, "这个任务不能重新执行，请提交人重新提交")
        return redirect_here(request, reverse("core:job", args=[pk]))
    messages.success(request, "已重新提交，仍由原提交人负责")
    return redirect_here(request, reverse("core:job", args=[made.pk]))
