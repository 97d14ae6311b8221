"""领导职数 of many units, and the 职数台账 of one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.audit.prints import asked_format, sheet_answer
from apps.core.http import on_day, render_list, requires
from apps.core.sheets import Heading
from apps.quotas import dated
from apps.quotas.sheets import HEADINGS, ledger_layout
from apps.quotas.views.pages import ledger_context, office_name
from apps.units import listing
from apps.units.queries import unit_page

from .. import queries
from ..filters import PostFilter
from ..models import PastPostBalance, PostBalance
from ..tables import PostTable

#: the headings of the ledger of posts: 增加, 减少, 职数 instead of 增编数, 减编数, 控编数
POST_HEADINGS = tuple(
    Heading((word,), h.width, h.form, h.align)
    for word, h in zip(
        ("日期", "变化原因", "批准文号", "增加数", "减少数", "职数", "备注"), HEADINGS, strict=True
    )
)


@requires("view_subtree")
@require_GET
def post_list(request: HttpRequest) -> HttpResponseBase:
    user, on = request.user, on_day(request)
    if on is not None:
        dated.settle(on)
    balances = PostBalance.objects.all() if on is None else PastPostBalance.objects.on_day(on)
    # a balance of today carries the path of its unit, so that a page is read off its index
    place = "scope" if on is None else "unit__path"
    rows = (
        balances.visible_to(user)
        .exclude(due=0, filled=0)
        .select_related("unit", "unit__rank", "unit__system_class", "post_kind")
        .order_by(place, "post_kind__sort", "pk")
    )
    filters = PostFilter(request.GET, queryset=rows, user=user, on=on)
    return render_list(
        request,
        table=listing.table_of_day(PostTable, on),
        dated=True,
        on=on,
        filters=filters,
        template="posts/list.html",
        export=export_table,
        totals=post_totals,
        context={"may_post": user.may_anywhere("examine")},
    )


def post_totals(rows: QuerySet) -> dict[str, Any]:
    names = ("due", "filled", "over", "short")
    # under other names: on a past day some of these are annotations themselves
    found = rows.order_by().aggregate(**{f"sum_{n}": Sum(n, default=0) for n in names})
    return {name: found[f"sum_{name}"] for name in names}


@requires("view_subtree")
@require_GET
def unit_ledger(request: HttpRequest, pk: int) -> HttpResponseBase:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    groups = queries.ledger(page.unit, on)
    layout = ledger_layout(
        title="领导职数台账",
        unit=page.unit,
        groups=groups,
        office=office_name(),
        on=on,
        headings=POST_HEADINGS,
    )
    if fmt := asked_format(request):
        return sheet_answer(request, layout, fmt=fmt)
    context = ledger_context(request, page, layout, groups, on)
    return render(request, "quotas/ledger.html", context)
