"""校核规则, the record of runs, and the trend."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.http import render_form, render_list, requires

from .. import services
from ..access import may_set
from ..forms import RuleForm
from ..models import Finding, RuleSetting, Run
from ..queries.counts import by_day, trend_chart
from ..refusals import REFUSALS, sentence
from ..rules import BY_NUMBER
from ..settings import Held, held, held_for
from ..tables import RunTable

#: what the trend offers: days back, step, words
PERIODS = {"day": (90, 1, "最近 90 天"), "week": (364, 7, "最近一年，按周")}


def _words(one: Held) -> list[str]:
    """Return the thresholds of a rule as they hold, in words."""
    found = []
    for threshold in one.rule.thresholds:
        value = one.values[threshold.name]
        if threshold.choices:
            value = dict(threshold.choices).get(value, value)
        suffix = f" {threshold.suffix}" if threshold.suffix else ""
        found.append(f"{threshold.label}：{value}{suffix}")
    return found


@requires("view_subtree")
@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    counts = dict(
        Finding.objects.visible_to(request.user)
        .open()
        .order_by()
        .values_list("rule")
        .annotate(Count("pk"))
    )
    last = Run.objects.order_by("-started_at").first()
    rows = [
        {
            "held": one,
            "rule": one.rule,
            "words": _words(one),
            "count": counts.get(one.rule.number, 0),
            "failed": bool(last and "error" in last.rules.get(one.rule.number, {})),
        }
        for one in held()
    ]
    context = {"rows": rows, "last": last, "may_set": may_set(request.user)}
    return render(request, "checks/rules.html", context)


@requires("examine")
@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, number: str) -> HttpResponse:
    rule = BY_NUMBER.get(number)
    if rule is None:
        raise Http404("没有这条规则")
    if not may_set(request.user):
        raise PermissionDenied("只有本级编办的经办人可以修改校核规则")
    one = held_for(number)
    initial = {"enabled": "1" if one.enabled else "0", **one.values}
    form = RuleForm(request.POST if request.method == "POST" else None, rule=rule, initial=initial)
    if form.is_valid():
        try:
            services.set_rule(
                number=number,
                enabled=form.cleaned_data["enabled"],
                values=form.thresholds,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except REFUSALS as refusal:
            form.add_error(*sentence(refusal))
        else:
            messages.success(request, f"{rule}的设置已保存，下一次全面校核起生效")
            return redirect("checks:rules")
    history = RuleSetting.objects.filter(rule=number).select_related("by").order_by("-pk")
    told = [_told(row) for row in history]
    context: dict[str, Any] = {"rule": rule, "held": one, "history": told}
    return render_form(request, "checks/rule_edit.html", form, **context)


def _told(row: RuleSetting) -> dict[str, object]:
    labels = {one.name: one.label for one in BY_NUMBER[row.rule].thresholds}
    values = "；".join(f"{labels.get(name, name)} {value}" for name, value in row.values.items())
    return {
        "when": row.at,
        "title": "启用" if row.enabled else "停用",
        "by": str(row.by) if row.by else "系统",
        "text": f"{row.reason}（{values}）" if values else row.reason,
    }


@requires("view_subtree")
@require_GET
def run_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(
        request,
        table=RunTable,
        rows=Run.objects.order_by("-started_at", "-pk"),
        template="checks/runs.html",
        context={"may_run": may_set(request.user)},
    )


@requires("examine")
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Ask for a run over everything; the worker does it."""
    if not may_set(request.user):
        raise PermissionDenied("只有本级编办的经办人可以发起全面校核")
    services.ask_for_run(key=request.POST.get("_key", ""), by=request.user)
    messages.success(request, "已安排全面校核，完成后列在下面的记录里")
    return redirect("checks:runs")


@requires("view_subtree")
@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    step = request.GET.get("step", "day")
    days, every, label = PERIODS.get(step, PERIODS["day"])
    chart = trend_chart(by_day(Finding.objects.visible_to(request.user), days, every))
    context = {"chart": chart, "label": label, "step": step if step in PERIODS else "day"}
    return render(request, "checks/trend.html", context)
