"""单位编制台账 and 超编单位."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core.http import on_day, render_list, requires
from apps.units import listing
from apps.units.models import Unit

from .. import dated, queries
from ..filters import OverFilter, OverviewFilter
from ..models import OverageEntry
from ..overview import balances, totals_of, with_cells
from ..tables import OverTable, overview_table


@requires("view_subtree")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    user, on = request.user, on_day(request)
    units = Unit.objects.visible_to(user).select_related("total", "system_class", "rank")
    units = units.order_by("path") if on is None else listing.of_day(units.order_by("path"), on)
    units = with_cells(units, on)
    # the types this reader has anything of, so that no column is empty from top to bottom
    types = [row.quota_type for row in queries.figures(user.subtrees("view_subtree"), on).types]
    filters = OverviewFilter(request.GET, queryset=units, user=user, on=on)
    return render_list(
        request,
        table=listing.table_of_day(overview_table(types), on),
        dated=True,
        on=on,
        filters=filters,
        template="quotas/list.html",
        export=export_table,
        totals=lambda rows: overview_totals(rows, types, on),
        context={"may_post": user.may_anywhere("examine")},
    )


def overview_totals(rows: QuerySet, types: list[Any], on: dt.date | None = None) -> dict[str, Any]:
    found: dict[str, Any] = totals_of(rows, types, on)
    return {**found, "rate": (found["actual"], found["approved"])}


@requires("view_subtree")
@require_GET
def over_list(request: HttpRequest) -> HttpResponseBase:
    user, on = request.user, on_day(request)
    room = OverageEntry.objects.all() if on is None else OverageEntry.objects.filter(on__lte=on)
    if on is not None:
        dated.settle(on)
    kinds = (
        room.filter(unit=OuterRef("unit"), quota_type=OuterRef("quota_type"))
        .order_by()
        .values("unit")
        .annotate(kinds=ArrayAgg("kind", distinct=True))
    )
    rows = (
        balances(on)
        .visible_to(user)
        .filter(excess__gt=0)
        .select_related("unit", "unit__system_class", "quota_type")
        .annotate(basis=Subquery(kinds.values("kinds")))
        .order_by("-excess", "unit__path", "pk")
    )
    filters = OverFilter(request.GET, queryset=rows, user=user, on=on)
    return render_list(
        request,
        table=listing.table_of_day(OverTable, on),
        dated=True,
        on=on,
        filters=filters,
        template="quotas/over.html",
        export=export_table,
        totals=over_totals,
    )


def over_totals(rows: QuerySet) -> dict[str, Any]:
    names = ("approved", "actual", "excess")
    # under other names: on a past day some of these are annotations themselves
    sums = rows.order_by().aggregate(**{f"sum_{n}": Sum(n, default=0) for n in names})
    found = {name: sums[f"sum_{name}"] for name in names}
    return {**found, "rate": (found["excess"], found["approved"])}
