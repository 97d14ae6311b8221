"""年度用编计划: the list, one plan with what each unit asks for, and its moves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.http import render_form, requires

from .. import errors, offices, plans, rules
from ..choices import PlanState
from ..filling import only_unit
from ..forms.planning import IssuePlanForm, PlanForm, RequestForm, ReviewForm
from ..models import PlanLine, UsePlan
from ..refusals import field_of, sentence
from ..services import plans as services
from ..services.trial import REFUSED


@requires("view_subtree")
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    rows = []
    for plan in plans.visible_to(request.user):
        lines = list(PlanLine.objects.visible_to(request.user).filter(plan=plan))
        used = plans.used(plan, lines) if lines and plan.state == PlanState.ISSUED else {}
        drawn = [_drawn(line, used) for line in lines]
        rows.append(
            {
                "plan": plan,
                "units": len({line.unit_id for line in lines}),
                "requested": sum(line.requested for line in lines),
                "granted": sum(line.granted or 0 for line in lines),
                "used": sum(drawn),
                "tone": TONES[PlanState(plan.state)],
            }
        )
    home = offices.home()
    may_open = home is not None and request.user.may("examine", home)
    return render(request, "approvals/use/plans.html", {"rows": rows, "may_open": may_open})


def _empty_request(user: Any) -> RequestForm:
    """Return the form of a unit's line; who files for one unit only need not choose it."""
    only = only_unit(user)
    return RequestForm(user=user, initial={"unit": only.pk} if only is not None else {})


def _drawn(line: PlanLine, used: dict[tuple[int, str], int]) -> int:
    """Return what a line has used: as it was settled, or today."""
    if line.settled is not None:
        return line.settled
    return used.get((line.unit_id, line.quota_type_id), 0)


TONES = {
    PlanState.COLLECTING: "blue",
    PlanState.REVIEWING: "amber",
    PlanState.ISSUED: "green",
    PlanState.SETTLED: "grey",
}


@requires("examine")
@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            plan = services.open_plan(by=request.user, **form.cleaned_data)
        except errors.ApprovalRefused as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"已开始征集 {plan}，各单位可以申报")
            return redirect("approvals:plan", plan.pk)
    return render_form(request, "approvals/use/plan_new.html", form)


@requires("view_subtree")
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(plans.visible_to(request.user), pk=pk))


def _page(request: HttpRequest, found: UsePlan, **forms: Any) -> HttpResponse:
    user = request.user
    lines = list(
        PlanLine.objects.visible_to(user)
        .filter(plan=found)
        .select_related("unit", "quota_type", "filed_by", "plan")
        .order_by("unit__path", "quota_type__sort", "pk")
    )
    used = plans.used(found, lines) if lines and found.state == PlanState.ISSUED else {}
    office = user.may("examine", found.unit)
    reviewing = found.state == PlanState.REVIEWING and office
    review = forms.get("review") or (ReviewForm(lines=lines) if reviewing else None)
    collecting = found.state == PlanState.COLLECTING
    rows: list[dict[str, Any]] = []
    for line in lines:
        drawn = _drawn(line, used)
        rows.append(
            {
                "line": line,
                "used": drawn,
                "left": max(0, (line.granted or 0) - drawn),
                "granted": review[f"granted_{line.pk}"] if review is not None else None,
                "opinion": review[f"opinion_{line.pk}"] if review is not None else None,
                "mine": collecting and rules.may_file(user, line.unit),
            }
        )
    files = collecting and any(user.may_anywhere(one) for one in rules.FILING)
    issues = found.state == PlanState.REVIEWING and user.may("decide", found.unit)
    issue = forms.get("issue") or (IssuePlanForm(user=user) if issues else None)
    request_form = forms.get("asking") or (_empty_request(user) if files else None)
    shown = [one for one in (review, issue, request_form) if one is not None]
    failed = any(one.is_bound and one.errors for one in shown)
    running = found.state in (PlanState.ISSUED, PlanState.SETTLED)
    context = {
        "plan": found,
        "tone": TONES[PlanState(found.state)],
        "rows": rows,
        "review": review,
        "issue": issue,
        "request_form": request_form,
        "forms": [one for one in shown if one.is_bound],
        "may_close": collecting and office,
        "may_settle": found.state == PlanState.ISSUED and office,
        "running": running,
        "sums": {
            "requested": sum(row["line"].requested for row in rows),
            "granted": sum(row["line"].granted or 0 for row in rows),
            "used": sum(row["used"] for row in rows),
            "left": sum(row["left"] for row in rows),
        },
        "now": plans.next_step(
            found, lines, office=office, decides=user.may("decide", found.unit), files=files
        ),
        "may_use": found.state == PlanState.ISSUED and user.may_anywhere("file_for"),
        "year_over": timezone.localdate().year > found.year,
    }
    return render(request, "approvals/use/plan.html", context, status=422 if failed else 200)


@requires("view_subtree")
@require_POST
def plan_request(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(plans.visible_to(request.user), pk=pk)
    if not any(request.user.may_anywhere(one) for one in rules.FILING):
        raise PermissionDenied("只有单位经办人和编办可以申报年度用编计划")
    form = RequestForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            line = services.request(plan=found, by=request.user, **form.cleaned_data)
        except REFUSED as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"已申报：{line.unit.name} {line.requested} 名")
            return redirect("approvals:plan", pk)
    return _page(request, found, asking=form)


@requires("view_subtree")
@require_POST
def plan_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(
        PlanLine.objects.visible_to(request.user).select_related("plan", "unit"), pk=pk
    )
    return _done(request, line.plan, "已撤回这一行申报", services.withdraw, line=line)


@requires("examine")
@require_POST
def plan_close(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(plans.visible_to(request.user), pk=pk)
    return _done(request, found, "征集已结束，请逐行审核", services.close_collecting, plan=found)


@requires("examine")
@require_POST
def plan_review(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(plans.visible_to(request.user), pk=pk)
    lines = list(
        PlanLine.objects.visible_to(request.user)
        .filter(plan=found)
        .select_related("unit")
        .order_by("unit__path", "quota_type__sort", "pk")
    )
    form = ReviewForm(request.POST, lines=lines)
    if form.is_valid() and not form.granted():
        messages.warning(request, "没有填写核定数，没有保存")
        return redirect("approvals:plan", pk)
    if form.is_valid():
        return _done(
            request, found, "审核结果已保存", services.review, plan=found, granted=form.granted()
        )
    if found.state != PlanState.REVIEWING or not request.user.may("examine", found.unit):
        return redirect("approvals:plan", pk)
    return _page(request, found, review=form)


@requires("decide")
@require_POST
def plan_issue(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(plans.visible_to(request.user), pk=pk)
    form = IssuePlanForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.issue_plan(plan=found, by=request.user, **form.cleaned_data)
        except errors.ApprovalRefused as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"已下达 {found}，年度用编申请从此按计划扣减")
            return redirect("approvals:plan", pk)
    return _page(request, found, issue=form)


@requires("examine")
@require_POST
def plan_settle(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(plans.visible_to(request.user), pk=pk)
    return _done(request, found, f"{found}已清算", services.settle, plan=found)


def _done(request: HttpRequest, found: UsePlan, said: str, act: Any, **given: Any) -> HttpResponse:
    try:
        act(by=request.user, **given)
    except errors.ApprovalRefused as refusal:
        messages.error(request, sentence(refusal, request.user))
    else:
        messages.success(request, said)
    return redirect("approvals:plan", found.pk)


def _place(form: Any, refusal: Exception, user: Any) -> None:
    name = field_of(refusal)
    form.add_error(name if name in form.fields else None, sentence(refusal, user))
