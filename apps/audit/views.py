"""Audit search, for the audit administrator. Nothing here changes anything."""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.core.administrators import AUDIT, requires_administrator
from apps.core.http import render_list, requires

from . import prints, queries
from .exports import export_table
from .filters import EventFilter
from .models import AuditEvent
from .sentences import sentence
from .tables import EventTable, LookTable

SIGN_INS = ("user.login", "user.login_failed", "user.logout")
LOOKS = ("person.reveal", "document.download", "print.run")
EXPORTS = ("export.run",)


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


def _list(
    request: HttpRequest,
    title: str,
    kinds: tuple[str, ...] = (),
    table: type[EventTable] = EventTable,
) -> HttpResponseBase:
    events = AuditEvent.objects.visible_to(request.user)
    if kinds:
        events = events.filter(kind__in=kinds)
    filters = EventFilter(request.GET, queryset=events, user=request.user, kinds=kinds)
    return render_list(
        request,
        table=table,
        filters=filters,
        template="audit/event_list.html",
        export=export_table,
        context={"title": title},
    )


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
