"""Audit search, alerts and seals. Nothing here changes an event."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.administrators import AUDIT, SECURITY, requires_administrator
from apps.core.http import redirect_here, render_form, render_list, requires

from . import prints, queries, services, verifying
from .exports import export_table
from .filters import AlertFilter, EventFilter
from .forms import HandlingForm
from .models import Alert, AuditEvent, AuditSeal
from .sentences import sentence
from .tables import AlertTable, EventTable, LookTable

SIGN_INS = ("user.login", "user.login_failed", "user.logout")
LOOKS = ("person.reveal", "person.view", "person.find", "document.download", "print.run")
EXPORTS = ("export.run", "print.run")
REFUSED = AuditEvent.Outcome.REFUSED


@requires_administrator(AUDIT)
@require_GET
def event_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request, "操作审计")


@requires_administrator(AUDIT)
@require_GET
def sign_ins(request: HttpRequest) -> HttpResponseBase:
    return _list(request, "登录日志", SIGN_INS)


@requires_administrator(AUDIT)
@require_GET
def looks(request: HttpRequest) -> HttpResponseBase:
    return _list(request, "查看留痕", LOOKS, LookTable)


@requires_administrator(AUDIT)
@require_GET
def export_list(request: HttpRequest) -> HttpResponseBase:
    return _list(request, "导出记录", EXPORTS)


@requires_administrator(AUDIT)
@require_GET
def refused(request: HttpRequest) -> HttpResponseBase:
    return _list(request, "被拒绝的访问", outcome=REFUSED)


def _list(
    request: HttpRequest,
    title: str,
    kinds: tuple[str, ...] = (),
    table: type[EventTable] = EventTable,
    outcome: str = "",
) -> HttpResponseBase:
    events = AuditEvent.objects.visible_to(request.user)
    if outcome:
        events = events.filter(outcome=outcome)
    if kinds:
        events = events.filter(kind__in=kinds)
    filters = EventFilter(request.GET, queryset=events, user=request.user, kinds=kinds)
    return render_list(
        request,
        table=table,
        filters=filters,
        template="audit/event_list.html",
        export=export_table,
        context={"title": title, "older": partial(_older, request, filters)},
    )


def _older(request: HttpRequest, filters: EventFilter) -> str:
    """Return the address of what is older than the last page that is counted to.

    Ten thousand rows are paged through; past them the list goes on from the day of the last.
    """
    newest_first = request.GET.get("sort", "-at") == "-at"
    last = filters.qs[EventTable.counted_to - 1 :][:1] if newest_first else []
    for event in last:
        query = request.GET.copy()
        query.pop("page", None)
        query["at_before"] = timezone.localtime(event.at).date().isoformat()
        return f"?{query.urlencode()}"
    return ""


@requires_administrator(AUDIT)
@require_GET
def event_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event with what it changed: its own before and after, and every row of the change."""
    event = get_object_or_404(AuditEvent.objects.visible_to(request.user), pk=pk)
    alike = AuditEvent.objects.none()
    if event.change_id is not None:
        alike = AuditEvent.objects.filter(change_id=event.change_id).exclude(pk=event.pk)
    context: dict[str, Any] = {
        "event": event,
        "sentence": sentence(event.kind),
        "target_type": queries.type_label(event.target_type) if event.target_type else "",
        "lookers": _lookers(event),
        "facts": queries.facts_of(event),
        "tables": queries.rows_of_change(event),
        "alike": [(other, sentence(other.kind)) for other in alike.order_by("id")[:50]],
    }
    return render(request, "audit/event_detail.html", context)


@requires()
@require_GET
def print_check(request: HttpRequest, number: str, signed: str) -> HttpResponseBase:
    """核验打印件: whoever holds the paper learns whether, when and how large it was printed."""
    try:
        event = prints.event_of(number, signed)
    except (BadSignature, AuditEvent.DoesNotExist, ValueError):
        raise Http404("没有这份打印件：编号与校验码不符") from None
    facts = event.after or {}
    return render(
        request, "audit/print_check.html", {"event": event, "facts": facts, "number": number}
    )


def _lookers(event: AuditEvent) -> str:
    """Return the address of “who looked at this”, for an event about one thing."""
    if not event.target_type or not event.target_id:
        return ""
    query = urlencode({"target_type": event.target_type, "object": event.target_id})
    return f"{reverse('audit:looks')}?{query}"


@requires_administrator(SECURITY, AUDIT)
@require_GET
def alert_list(request: HttpRequest) -> HttpResponseBase:
    filters = AlertFilter(request.GET, queryset=Alert.objects.all(), user=request.user)
    return render_list(
        request,
        table=AlertTable,
        filters=filters,
        template="audit/alert_list.html",
        export=export_table,
    )


@requires_administrator(SECURITY, AUDIT)
@require_http_methods(["GET", "POST"])
def alert_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert, what else its person did around that time, and how it was dealt with."""
    alert = get_object_or_404(Alert, pk=pk)
    form = HandlingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.handle_alert(
                alert=alert, handling=form.cleaned_data["handling"], by=request.user
            )
        except services.AlertHandled as refusal:
            messages.warning(request, f"这条告警已由{refusal.name}处理，没有再作改动")
        else:
            messages.success(request, "处理情况已记录")
        return redirect_here(request, reverse("audit:alert", args=[pk]))
    around = ""
    if alert.actor_id and request.user.admin_kind == AUDIT:
        day = timezone.localtime(alert.at).date().isoformat()
        query = {"who": alert.actor_name, "at_after": day, "at_before": day}
        around = f"{reverse('audit:event_list')}?{urlencode(query)}"
    return render_form(request, "audit/alert.html", form, alert=alert, around=around)


@requires_administrator(AUDIT)
@require_http_methods(["GET", "POST"])
def seals(request: HttpRequest) -> HttpResponse:
    """The state of the seals; a POST checks those of the last days now."""
    if request.method == "POST":
        verdict = services.verify_seals(by=request.user, nightly=True)
        if verdict.is_clean:
            messages.success(request, f"已核对 {verdict.events} 条审计记录，全部相符")
        else:
            messages.error(request, f"发现 {len(verdict.problems)} 处不符，已告警")
        return redirect_here(request, "audit:seals")
    newest = AuditSeal.objects.order_by("-number").first()
    checks = AuditEvent.objects.filter(kind="audit.verify")[:20]
    context = {
        "newest": newest,
        "unsealed": verifying.unsealed(newest),
        "latest": AuditSeal.objects.order_by("-number")[:20],
        "checks": checks,
        "anchor": settings.AUDIT_ANCHOR,
    }
    return render(request, "audit/seals.html", context)
