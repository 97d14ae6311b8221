"""限时申办: which units are late with what, and the cases behind the figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core import tables as t
from apps.core.http import render_list, requires
from apps.units.models import Unit

from .. import late, progress

#: Rows of one card of a unit's page.
SHOWN = 100


class LateTable(t.Table):
    key = "late"
    caption = "限时申办"
    empty = t.Empty("没有逾期", "范围内各单位都按时申报、按时办理，没有到龄未办的人员。")

    name = t.LinkColumn("单位")
    open = t.NumberColumn("办件超期", phone="figure")
    entries = t.NumberColumn("入编迟报")
    exits = t.NumberColumn("出编迟报")
    others = t.NumberColumn("其他迟报")
    retired = t.NumberColumn("到龄未办")
    total = t.NumberColumn("合计")


@requires("view_subtree")
@require_GET
def late_list(request: HttpRequest) -> HttpResponseBase:
    rows = late.by_unit(request.user)
    names = ("open", "entries", "exits", "others", "retired", "total")
    totals = {name: sum(getattr(row, name) for row in rows) for name in names}
    return render_list(
        request,
        table=LateTable,
        rows=rows,
        template="approvals/late.html",
        totals=totals if rows else None,
        export=export_table,
    )


@requires("view_subtree")
@require_GET
def late_unit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    unit = get_object_or_404(Unit.objects.visible_to(user), pk=pk)
    day = timezone.localdate()
    cases = late.cases_of(user, unit).select_related("version", "unit")
    filed = late.filed_late(user, day).filter(unit=unit).select_related("application")
    retired = late.retired_late(user, day).filter(unit=unit).select_related("person", "quota_type")
    context = {
        "unit": unit,
        "cases": [
            {"case": one, "lamp": progress.lamp_of(one), "to": progress.opens(one)}
            for one in cases.order_by("due_at", "pk")[:SHOWN]
        ],
        "filed": [{"row": one, "to": progress.opens(one.application)} for one in filed[:SHOWN]],
        "retired": retired.order_by("retires_on", "pk")[:SHOWN],
        "counts": next(iter(late.by_unit(user, unit)), late.UnitRow(unit)),
        "shown": SHOWN,
    }
    return render(request, "approvals/late_unit.html", context)
