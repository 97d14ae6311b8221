"""用编办理: what waits for its notice, notices, heads; issue, give back, revoke."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core.http import render_form, render_list, requires

from .. import errors, rules, services, use_settings
from ..choices import SlotState, State, Verdict
from ..forms.use import IssueForm, ReturnForm, RevokeForm
from ..models import Application, Line, Notice, Slot
from ..queries import notices as queries
from ..refusals import field_of, sentence
from ..services import issuing, slots
from ..services.trial import REFUSED
from ..use_filters import NoticeFilter, SlotFilter
from ..use_tables import TONES, NoticeTable, SlotTable, WaitingTable, standing


@requires("examine")
@require_GET
def waiting(request: HttpRequest) -> HttpResponseBase:
    return render_list(
        request,
        table=WaitingTable,
        rows=queries.waiting(request.user),
        template="approvals/use/waiting.html",
        export=export_table,
    )


@requires("examine")
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at what was decided once more, then issue its notice."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("unit", "version", "sheet"),
        pk=pk,
        kind="quota_use",
    )
    if not request.user.may("examine", application.unit):
        raise PermissionDenied("只有编办经办人可以下达通知单")
    if application.state != State.ISSUING and request.method == "GET":
        notice = Notice.objects.filter(application=application).first()
        now = f"现在是“{application.get_state_display()}”，还不能下达通知单"
        said = f"已下达 {notice.number}" if notice is not None else now
        messages.info(request, f"{application.number} {said}")
        return redirect(notice or "approvals:waiting")
    lines = list(application.lines.select_related("quota_type", "hold"))
    initial = {"until": issuing.valid_until(application.version, timezone.localdate())}
    form = IssueForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            services.advance(
                application=application,
                move="issue",
                by=request.user,
                until=form.cleaned_data["until"],
            )
        except REFUSED as refusal:
            _place(form, refusal, request.user)
        else:
            made = Notice.objects.get(application=application)
            messages.success(request, f"已下达 {made.number}，请打印或告知用编单位")
            return redirect(made)
    granted = [one for one in lines if one.verdict == Verdict.GRANTED]
    context: dict[str, Any] = {
        "application": application,
        "lines": lines,
        "total": sum(one.granted or 0 for one in granted),
        "asked": sum(one.asked for one in lines),
        "prefix": use_settings.current().prefix,
        "year": timezone.localdate().year,
    }
    return render_form(request, "approvals/use/issue.html", form, **context)


@requires("view_subtree")
@require_GET
def notice_list(request: HttpRequest) -> HttpResponseBase:
    rows = queries.notices(request.user, timezone.localdate())
    filters = NoticeFilter(request.GET, queryset=rows, user=request.user)
    return render_list(
        request,
        table=NoticeTable,
        filters=filters,
        template="approvals/use/notices.html",
        export=export_table,
        totals=_totals,
        context={"issues": request.user.may_anywhere("examine")},
    )


def _totals(rows: Any) -> dict[str, Any]:
    names = ("heads", "used", "left", "returned", "expired", "revoked")
    sums = dict.fromkeys(names, 0)
    states = Slot.objects.filter(notice__in=rows.order_by().values("pk"))
    for state in states.values_list("state", flat=True):
        sums["heads"] += 1
        sums["left" if state == SlotState.FREE else state] += 1
    return {**sums, "rate": (sums["used"], sums["heads"])}


@requires("view_subtree")
@require_GET
def slot_list(request: HttpRequest) -> HttpResponseBase:
    asked = request.GET.copy()
    asked.setdefault("state", SlotState.FREE)  # 已批未用, unless another state or all is asked for
    filters = SlotFilter(asked, queryset=queries.heads(request.user), user=request.user)
    return render_list(
        request,
        table=SlotTable,
        filters=filters,
        template="approvals/use/slots.html",
        export=export_table,
    )


@requires("view_subtree")
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.notices(request.user, timezone.localdate()), pk=pk)
    return _notice_page(request, found)


def _notice_page(
    request: HttpRequest, found: Any, *, returning: Any = None, status: int = 200
) -> HttpResponse:
    rows = found.slots.select_related("quota_type").order_by("no")
    busy = {
        line.slot_id: line.application
        for line in Line.objects.filter(slot__notice=found, is_open=True)
        .select_related("application__unit")
        .order_by("pk")
    }
    ticked = set(returning.data.getlist("slots")) if returning is not None else set()
    heads = [
        {
            "slot": one,
            "tone": TONES[SlotState(one.state)],
            "free": one.state == SlotState.FREE and one.pk not in busy,
            "busy": busy.get(one.pk),
            "ticked": str(one.pk) in ticked,
            "code": _code(request, one) if one.state == SlotState.FREE and not found.late else "",
        }
        for one in rows
    ]
    context = {
        "notice": found,
        "application": Application.objects.visible_to(request.user)
        .filter(pk=found.application_id)
        .first(),
        "heads": heads,
        "standing": standing(found),
        "may_file": rules.may_file(request.user, found.unit),
        "may_return": rules.may_return(request.user, found) and any(h["free"] for h in heads),
        "may_revoke": request.user.may("examine", found.unit) and found.left,
        "form": returning or ReturnForm(notice=found),
        "issuer": found.issued_by,
    }
    return render(request, "approvals/use/notice.html", context, status=status)


def _code(request: HttpRequest, slot: Slot) -> str:
    """Return the QR of a free head as an image address: it leads to its entry form."""
    try:
        path = reverse("approvals:slot", args=[slot.token])
    except NoReverseMatch:
        return ""
    made = segno.make(request.build_absolute_uri(path), error="m", micro=False)
    return made.svg_data_uri(border=2, dark="#000", omitsize=True)


@requires("file_for", "examine")
@require_http_methods(["POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.notices(request.user, timezone.localdate()), pk=pk)
    if not rules.may_return(request.user, found):
        raise PermissionDenied("只有用编单位经办人和编办可以退回用编序号")
    form = ReturnForm(request.POST, notice=found)
    if form.is_valid():
        try:
            ended = slots.return_slots(
                notice=found,
                slots=list(form.cleaned_data["slots"]),
                by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except errors.ApprovalRefused as refusal:
            _place(form, refusal, request.user)
        else:
            numbers = "、".join(str(one.no) for one in ended)
            messages.success(request, f"已退回第 {numbers} 号，共 {len(ended)} 名，编制已恢复可用")
            return redirect(found)
    return _notice_page(request, found, returning=form, status=422)


@requires("examine")
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.notices(request.user, timezone.localdate()), pk=pk)
    if not request.user.may("examine", found.unit):
        raise PermissionDenied("只有编办经办人可以撤销通知单")
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ended = slots.revoke(notice=found, by=request.user, **form.cleaned_data)
        except errors.ApprovalRefused as refusal:
            _place(form, refusal, request.user)
        else:
            messages.success(request, f"已撤销 {found.number}，收回 {len(ended)} 名")
            return redirect(found)
    return render_form(request, "approvals/use/revoke.html", form, notice=found)


def _place(form: Any, refusal: Exception, user: Any) -> None:
    name = field_of(refusal)
    form.add_error(name if name in form.fields else None, sentence(refusal, user))
