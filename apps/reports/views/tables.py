"""常用报表: the statistics tables of a period, on the screen, as PDF and as workbook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.audit.models import AuditEvent
from apps.audit.prints import asked_format, sheet_answer
from apps.core import prints
from apps.core.http import requires

from .. import periods, places
from ..query.question import TooSlow, bounded
from ..tables import TABLES, Asked

SEES = "view_subtree"


@requires(SEES)
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """All tables of one period and place, and the other sheets of the office."""
    node = places.node_of(request.user, request.GET.get("at", ""))
    period, fault = _period(request)
    query = urlencode({"period": period.key, "at": node.pk})
    context = {
        "node": node,
        "choices": places.choices(request.user, node),
        "period": period,
        "periods": periods.offered(),
        "fault": fault,
        "tables": list(TABLES.values()),
        "query": query,
        "at": urlencode({"at": node.pk}),
        "recent": AuditEvent.objects.filter(kind="print.run", actor_id=request.user.pk)[:8],
    }
    return render(request, "reports/index.html", context, status=422 if fault else 200)


@requires(SEES)
@require_GET
def table(request: HttpRequest, key: str) -> HttpResponseBase:
    """One statistics table."""
    chosen = TABLES.get(key)
    if chosen is None:
        raise Http404("没有这张统计表")
    node = places.node_of(request.user, request.GET.get("at", ""))
    period, fault = _period(request)
    whole = request.GET.get("whole") == "1"
    asked = Asked(node, period, places.office_name(), whole)
    fmt = asked_format(request)
    if fmt and fault:
        raise BadRequest(fault)
    try:
        with bounded():
            made = chosen.make(asked)
    except TooSlow as slow:
        return _too_slow(request, chosen.name, slow.sentence)
    if fmt:
        return sheet_answer(request, made.layout, fmt=fmt)
    kept = {"period": period.key, "at": node.pk}
    address = reverse("reports:table", args=[key])
    context: dict[str, Any] = {
        "table": chosen,
        "tables": [(one, f"{reverse('reports:table', args=[one.key])}?{urlencode(kept)}")
                   for one in TABLES.values()],
        "node": node,
        "choices": places.choices(request.user, node),
        "period": period,
        "periods": periods.offered(),
        "fault": fault,
        "made": made,
        "shown": prints.shown(made.layout),
        "whole": whole,
        "folded": key in ("2", "3", "4", "5", "7"),
        "here": f"{address}?{urlencode(kept)}",
        "query": urlencode({**kept, **({"whole": 1} if whole else {})}),
    }  # fmt: skip
    return render(request, "reports/table.html", context, status=422 if fault else 200)


def _period(request: HttpRequest) -> tuple[periods.Period, str]:
    """Return the period asked for, and what was wrong with it; then the running month."""
    text = request.GET.get("period", "")
    if not text:
        return periods.current(), ""
    try:
        return periods.read(text), ""
    except periods.BadPeriod as bad:
        return periods.current(), str(bad)


def _too_slow(request: HttpRequest, name: str, sentence: str) -> HttpResponseBase:
    return render(
        request, "reports/too_slow.html", {"name": name, "sentence": sentence}, status=503
    )
