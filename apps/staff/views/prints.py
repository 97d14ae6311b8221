"""花名册 and 减少人员花名册 of one unit, to be printed or taken as a workbook or in Word."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.prints import Worded, asked_format, sheet_answer
from apps.core.http import on_day, requires
from apps.units.models import Office
from apps.units.queries import unit_page

from .. import queries
from ..sheets import roster_layout, word_key, word_values


@requires("view_subtree")
@require_GET
def unit_roster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """在编人员花名册, of today or of a past day."""
    return _sheet(request, pk, leaving=False)


@requires("view_subtree")
@require_GET
def unit_leavers(request: HttpRequest, pk: int) -> HttpResponseBase:
    """减少人员花名册: everybody who has left the unit's quota until the day."""
    return _sheet(request, pk, leaving=True)


def _sheet(request: HttpRequest, pk: int, *, leaving: bool) -> HttpResponseBase:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    day = on or timezone.localdate()
    if leaving:
        spells = queries.leavers(request.user).filter(unit=page.unit, ends_on__lte=day)
    else:
        spells = queries.roster(request.user, page.unit, on=on)
    found = Office.objects.order_by("pk").first()
    office = found.name if found is not None else "机构编制委员会办公室"
    layout = roster_layout(
        unit=page.unit,
        spells=list(spells),
        office=office,
        on=day,
        leaving=leaving,
    )
    if fmt := asked_format(request, worded=True):
        worded = Worded(
            word_key(leaving),
            word_values(unit=page.unit, office=office, on=day, people=len(layout.lines)),
        )
        scopes = [page.unit.path]
        return sheet_answer(request, layout, fmt=fmt, personal=True, scopes=scopes, worded=worded)
    context = {"unit_page": page, "unit": page.unit, "on": on, "layout": layout}
    context["heads"] = [heading.path[0] for heading in layout.headings]
    context["leaving"] = leaving
    return render(request, "staff/roster.html", context)
