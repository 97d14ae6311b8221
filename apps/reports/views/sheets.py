"""Standing sheets, the print centre, and long reports kept for download."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import SignedInRequest
from apps.audit import services as audit
from apps.audit.exports import CONTENT_TYPES, disposition
from apps.audit.prints import asked_format, sheet_answer
from apps.core import prints
from apps.core.http import on_day, requires
from apps.core.sheets import Layout
from apps.units.queries import unit_page

from .. import periods, places, services, sheets
from ..long import REPORTS
from ..models import KeptReport
from ..query.question import TooSlow, bounded
from ..tables.base import Asked, Made
from .days import day_of

SEES = "view_subtree"


@requires(SEES)
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """机构编制职数情况一览表 of a period's last day."""
    return _sheet(request, "机构编制职数情况一览表", sheets.overview, "reports:overview")


@requires(SEES)
@require_GET
def transfers(request: HttpRequest) -> HttpResponseBase:
    """人员调动情况表 of a period."""

    def make(asked: Asked) -> Layout:
        return sheets.transfers(asked, request.user)

    return _sheet(request, "人员调动情况表", make, "reports:transfers")


def _sheet(request: HttpRequest, name: str, make: Any, url_name: str) -> HttpResponseBase:
    node = places.node_of(request.user, request.GET.get("at", ""))
    fault = ""
    try:
        period = periods.read(request.GET.get("period") or periods.current().key)
    except periods.BadPeriod as bad:
        period, fault = periods.current(), str(bad)
    fmt = asked_format(request)
    if fmt and fault:
        raise BadRequest(fault)
    whole = request.GET.get("whole") == "1"
    kept = {"period": period.key, "at": node.pk}
    context: dict[str, Any] = {
        "name": name,
        "node": node,
        "choices": places.choices(request.user, node),
        "period": period,
        "periods": periods.offered(),
        "fault": fault,
        "whole": whole,
        "folded": url_name == "reports:overview",
        "here": f"{reverse(url_name)}?{urlencode(kept)}",
        "query": urlencode({**kept, **({"whole": 1} if whole else {})}),
    }
    try:
        with bounded():
            made = make(Asked(node, period, places.office_name(), whole))
    except (TooSlow, sheets.TooMany) as refusal:
        context["sentence"] = refusal.sentence
        return render(request, "reports/sheet.html", context, status=422)
    layout = made.layout if isinstance(made, Made) else made
    if fmt:
        return sheet_answer(request, layout, fmt=fmt)
    context["shown"] = prints.shown(layout)
    return render(request, "reports/sheet.html", context, status=422 if fault else 200)


@requires(SEES)
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponseBase:
    """机构编制基本情况表 of one unit, on any day."""
    page, on = unit_page(request.user, pk), on_day(request)
    layout = sheets.card(page.unit, user=request.user, on=on, office=places.office_name())
    if fmt := asked_format(request):
        return sheet_answer(request, layout, fmt=fmt, name=f"{page.unit.name}{layout.name}")
    context = {"unit_page": page, "unit": page.unit, "on": on, "shown": prints.shown(layout)}
    return render(request, "reports/card.html", context)


@requires(SEES)
@require_GET
def centre(request: SignedInRequest) -> HttpResponseBase:
    """打印中心: everything that concerns one unit, ready to print; and what was made before."""
    node, on = places.node_of(request.user, request.GET.get("at", "")), on_day(request)
    day = f"?on={on.isoformat()}" if on else ""
    prints_of = [
        ("机构编制基本情况表", "名称、性质、规格、职责、内设机构、编制职数、文号",
         reverse("reports:card", args=[node.pk])),
        ("在编人员花名册", "本单位在编人员，证件号码遮盖", reverse("staff:roster", args=[node.pk])),
        ("减少人员花名册", "截至当日离开本单位编制的人员",
         reverse("staff:unit_left", args=[node.pk])),
        ("编制台账", "逐笔增减和文号，按编制类型", reverse("quotas:ledger", args=[node.pk])),
        ("领导职数台账", "逐笔增减和文号，按职数类别", reverse("posts:ledger", args=[node.pk])),
    ]  # fmt: skip
    mark = "&" if day else "?"
    context = {
        "node": node,
        "on": on,
        "choices": places.choices(request.user, node),
        "prints": [
            (name, about, f"{url}{day}", f"{url}{day}{mark}export=pdf",
             f"{url}{day}{mark}export=xlsx")
            for name, about, url in prints_of
        ],
        "reports": list(REPORTS.values()),
        "kept": KeptReport.objects.filter(owner=request.user).select_related("job")[:20],
    }  # fmt: skip
    return render(request, "reports/centre.html", context)


@requires(SEES)
@require_POST
def make(request: HttpRequest, report: str) -> HttpResponseBase:
    """Queue a long report; the page of the job tells how far it is."""
    if report not in REPORTS:
        raise Http404("没有这种报表")
    node = places.node_of(request.user, request.POST.get("at", ""))
    fmt = request.POST.get("fmt", "")
    if fmt not in ("pdf", "xlsx"):
        raise BadRequest("只能生成 PDF 或 Excel")
    text = request.POST.get("on", "")
    on = day_of(text) if text else None
    job = services.queue_report(kind=report, node=node, on=on, fmt=fmt, by=request.user)
    messages.info(request, "已开始生成，完成后在打印中心的“已生成”里下载。")
    return redirect("exchange:job", pk=job.pk)


@requires(SEES)
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a kept report to its owner; recorded as an export each time."""
    kept = get_object_or_404(KeptReport, owner=request.user, pk=pk)
    path = Path(settings.MEDIA_ROOT) / kept.path
    if not path.is_file():
        raise Http404("文件已经清理，请重新生成")
    with transaction.atomic():
        audit.record(
            "export.run",
            by=request.user,
            after={"list": kept.name, "rows": kept.rows, "number": kept.number},
        )
    response = FileResponse(path.open("rb"), content_type=CONTENT_TYPES[kept.fmt])
    response["Content-Disposition"] = disposition(kept.name, kept.fmt)
    response["X-Content-Type-Options"] = "nosniff"
    return response
