"""单位编制台账 and 超编单位."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core.http import render_list, requires
from apps.units.models import Unit

from .. import queries
from ..filters import OverFilter, OverviewFilter
from ..models import Balance, OverageEntry
from ..overview import totals_of, with_cells
from ..tables import OverTable, overview_table


@requires("view_subtree")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    units = with_cells(
        Unit.objects.visible_to(user)
        .select_related("total", "system_class", "rank")
        .order_by("path")
    )
    # the types this reader has anything of, so that no column is empty from top to bottom
    types = [row.quota_type for row in queries.figures(user.subtrees("view_subtree")).types]
    filters = OverviewFilter(request.GET, queryset=units, user=user)
    return render_list(
        request,
        table=overview_table(types),
        filters=filters,
        template="quotas/list.html",
        export=export_table,
        totals=lambda rows: overview_totals(rows, types),
        context={"may_post": user.may_anywhere("examine")},
    )


def overview_totals(rows: QuerySet, types: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = totals_of(rows, types)
    return {**found, "rate": (found["actual"], found["approved"])}


@requires("view_subtree")
@require_GET
def over_list(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    kinds = (
        OverageEntry.objects.filter(unit=OuterRef("unit"), quota_type=OuterRef("quota_type"))
        .order_by()
        .values("unit")
        .annotate(kinds=ArrayAgg("kind", distinct=True))
    )
    rows = (
        Balance.objects.visible_to(user)
        .filter(excess__gt=0)
        .select_related("unit", "unit__system_class", "quota_type")
        .annotate(basis=Subquery(kinds.values("kinds")))
        .order_by("-excess", "unit__path", "pk")
    )
    filters = OverFilter(request.GET, queryset=rows, user=user)
    return render_list(
        request,
        table=OverTable,
        filters=filters,
        template="quotas/over.html",
        export=export_table,
        totals=over_totals,
    )


def over_totals(rows: QuerySet) -> dict[str, Any]:
    found = rows.order_by().aggregate(
        approved=Sum("approved", default=0),
        actual=Sum("actual", default=0),
        excess=Sum("excess", default=0),
    )
    return {**found, "rate": (found["excess"], found["approved"])}
