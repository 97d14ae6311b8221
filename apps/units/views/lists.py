"""机构库, and the suggestions behind the pickers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core.http import Option, on_day, render_list, requires, suggestions

from .. import listing, queries, searching
from ..filters import UnitFilter
from ..models import Region, Unit, UnitQuerySet
from ..rules import MAINTAIN
from ..tables import UnitTable

CODES = ("nature", "rank", "system_class", "category", "funding")


@requires("view_subtree")
@require_GET
def unit_list(request: HttpRequest) -> HttpResponseBase:
    user, on = request.user, on_day(request)
    units = Unit.objects.visible_to(user).select_related("total").with_codes(*CODES)
    if on is not None:
        units = listing.of_day(units, on)
    units = queries.with_parent(units, user)
    filters = UnitFilter(request.GET, queryset=units, user=user, on=on)
    return render_list(
        request,
        table=listing.table_of_day(UnitTable, on),
        dated=True,
        on=on,
        filters=filters,
        template="units/list.html",
        export=export_table,
        context={"may_maintain": user.may_anywhere(MAINTAIN)},
    )


@requires("view_subtree")
@require_GET
def unit_suggest(request: HttpRequest) -> HttpResponse:
    """Answer a unit picker: living units that the reader may see."""
    return _suggest(request, Unit.objects.visible_to(request.user))


@requires(MAINTAIN)
@require_GET
def unit_suggest_maintained(request: HttpRequest) -> HttpResponse:
    """Answer a unit picker: living units that the reader may change."""
    return _suggest(request, Unit.objects.granted(request.user, MAINTAIN))


def _suggest(request: HttpRequest, units: UnitQuerySet) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    if text:
        keys = searching.best(units.active(), text, 21)
        found = sorted(Unit.objects.filter(pk__in=keys), key=lambda unit: keys.index(unit.pk))
    else:
        found = list(units.active().order_by("path")[:21])
    queries.name_parents(found, request.user)
    other = queries.also_known(found, text)
    return suggestions(
        request, [Option(unit.pk, unit.name, queries.note_of(unit, other)) for unit in found]
    )


@requires("view_subtree")
@require_GET
def region_suggest(request: HttpRequest) -> HttpResponse:
    """Answer the picker of 行政区划: living divisions by name or code."""
    text = request.GET.get("q", "").strip()
    rows = Region.objects.filter(valid_to__isnull=True).select_related("parent").order_by("code")
    if text.isdigit():
        rows = rows.filter(code__startswith=text)
    elif text:
        rows = rows.filter(name__contains=text)
    return suggestions(
        request,
        [
            Option(row.pk, row.name, " · ".join(filter(None, (row.code, str(row.parent or "")))))
            for row in rows[:21]
        ],
    )
