"""编制与职数 of one unit, and its ledger."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.audit.prints import asked_format, sheet_answer
from apps.core.http import on_day, requires
from apps.core.sheets import Layout
from apps.units.models import Office
from apps.units.queries import unit_page

from .. import links, panels, queries, rules
from ..models import Reservation
from ..queries import CellRow, Sums
from ..sheets import ledger_layout

#: documents listed on the tab; the rest is in the ledger
LATEST = 8


@requires("view_subtree")
@require_GET
def unit_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    unit = page.unit
    rows = queries.cells(unit, on)
    behind = queries.documents_behind(queries.ledger(unit, on))
    entries = sorted(
        (entry for found in behind.values() for entry in found),
        key=lambda entry: (entry.on, entry.pk),
        reverse=True,
    )
    below = queries.figures(unit, on).total if unit.numchild else None
    context = {
        "unit_page": page,
        "unit": unit,
        "on": on,
        "rows": [
            {
                "cell": row,
                "latest": behind.get(row.quota_type.pk, [None])[0],
                "entries": len(behind.get(row.quota_type.pk, [])),
                "ledger": links.ledger(unit, row.quota_type.pk),
                "people": links.people(unit, row.quota_type.pk),
            }
            for row in rows
        ],
        "total": total_of(rows),
        "below": below if below and below != total_of(rows) else None,
        "latest": entries[:LATEST],
        "entry_count": len(entries),
        "room": queries.room_entries(unit) if on is None else [],
        "reservations": Reservation.objects.filter(unit=unit, released_at__isnull=True)
        .select_related("quota_type")
        .order_by("pk")
        if on is None
        else [],
        "panels": panels.of(unit, request.user, on),
        "may_post": rules.may_post(request.user, unit) and rules.may_hold_quota(unit),
    }
    return render(request, "quotas/unit.html", context)


def total_of(rows: list[CellRow]) -> Sums:
    """Return the sums over the cells whose types count in totals."""
    return sum(
        (
            Sums(
                row.approved,
                row.actual,
                row.reserved,
                row.vacant,
                row.excess,
                int(row.excess > 0),
            )
            for row in rows
            if row.in_total
        ),
        Sums(),
    )


@requires("view_subtree")
@require_GET
def unit_ledger(request: HttpRequest, pk: int) -> HttpResponseBase:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    groups = queries.ledger(page.unit, on)
    layout = ledger_layout(
        title="编制台账", unit=page.unit, groups=groups, office=office_name(), on=on
    )
    if fmt := asked_format(request):
        return sheet_answer(request, layout, fmt=fmt)
    context = ledger_context(request, page, layout, groups, on)
    return render(request, "quotas/ledger.html", context)


def ledger_context(
    request: HttpRequest, page: Any, layout: Layout, groups: Any, on: Any
) -> dict[str, Any]:
    """Return what `quotas/ledger.html` draws; the ledger of posts is drawn by it too."""
    return {
        "unit_page": page,
        "unit": page.unit,
        "on": on,
        "groups": groups,
        "layout": layout,
        "heads": [heading.path[0] for heading in layout.headings],
    }


def office_name() -> str:
    """Return 制表单位: the office this portal belongs to."""
    office = Office.objects.order_by("pk").first()
    return office.name if office is not None else "机构编制委员会办公室"
