"""人员库, 减少人员, the 人员 tab of a unit, and the look-up by identity number."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.exports import export_table
from apps.core import identity
from apps.core.http import of_day, on_day, prepare_table, render_list, requires
from apps.core.idempotency import keyless
from apps.core.scope import roots
from apps.quotas.queries import cells
from apps.quotas.rules import may_hold_quota
from apps.units.listing import table_of_day
from apps.units.models import Unit
from apps.units.queries import unit_page

from .. import latest, queries, rules, secrets, services
from ..filters import LeaverFilter, RosterFilter
from ..models import Person
from ..rules import EXAMINE
from ..tables import LatestTable, LeaverTable, RosterTable, UnitRosterTable

#: People shown for one typed number.
SHOWN = 50
#: People on the page of the last ones registered.
LATEST = 50


def export_people(request: HttpRequest, table: Any, fmt: str) -> HttpResponseBase:
    """Take a list of people out; the units it reaches over read of it (docs/rules.md P-10)."""
    under = request.GET.get("under", "")
    unit = (
        Unit.objects.visible_to(request.user).filter(pk=under).first()
        if under.isdecimal()
        else None
    )
    scopes = [unit.path] if unit is not None else roots(request.user.subtrees("view_subtree"))
    return export_table(request, table, fmt, scopes=scopes)


@requires("view_subtree")
@require_GET
def people_list(request: HttpRequest) -> HttpResponseBase:
    """人员库: everybody in quota in the reader's scope."""
    on = on_day(request)
    rows = queries.roster(request.user, on=on)
    filters = RosterFilter(request.GET, queryset=rows, user=request.user, on=on)
    return render_list(
        request,
        table=table_of_day(RosterTable, on),
        dated=True,
        on=on,
        filters=filters,
        template="staff/list.html",
        export=export_people,
        context={"may_examine": request.user.may_anywhere(EXAMINE)},
    )


@requires("view_subtree")
@require_GET
def people_left(request: HttpRequest) -> HttpResponseBase:
    """减少人员: ended spells."""
    on = on_day(request)
    rows = queries.leavers(request.user)
    if on is not None:
        rows = rows.filter(ends_on__lte=on)
    filters = LeaverFilter(request.GET, queryset=rows, user=request.user, on=on)
    return render_list(
        request,
        table=table_of_day(LeaverTable, on),
        dated=True,
        on=on,
        filters=filters,
        template="staff/left.html",
        export=export_people,
    )


@requires("view_subtree")
@require_GET
def people_latest(request: HttpRequest) -> HttpResponse:
    """最近登记: who was entered into the register last, in the reader's scope."""
    table = prepare_table(request, LatestTable, latest.latest(request.user, LATEST))
    return render(request, "staff/latest.html", {"table": table, "number": LATEST})


@requires("view_subtree")
@require_GET
def unit_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The 人员 tab: the unit's own roster, with the room of each quota type above it."""
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    rows = queries.roster(request.user, page.unit, on=on)
    kind = request.GET.get("type", "")
    if kind:
        rows = rows.filter(quota_type_id=kind)
    asked = request.GET.get("export", "")
    if asked in ("xlsx", "csv"):
        whole = UnitRosterTable(rows, request=request, order_by=request.GET.get("sort"))
        whole.caption = of_day(f"{page.unit.name}花名册", on)
        return export_table(request, whole, asked, scopes=[page.unit.path])
    context = {
        "unit_page": page,
        "unit": page.unit,
        "on": on,
        "balances": cells(page.unit, on),
        "kind": kind,
        "table": prepare_table(request, UnitRosterTable, rows, exports=True),
        "below": page.unit.numchild > 0,
        "keeps_people": rules.may_publish(request.user, page.unit),
        "may_examine": request.user.may(EXAMINE, page.unit) and may_hold_quota(page.unit),
    }
    return render(request, "staff/unit.html", context)


@requires("view_subtree")
@require_http_methods(["GET", "POST"])
@keyless
def people_by_number(request: HttpRequest) -> HttpResponse:
    """Look somebody up by the whole number or its last four; by POST, so that no log has it."""
    typed = request.POST.get("number", "").strip()
    found: list[Person] = []
    sentence = ""
    if request.method == "POST":
        text = identity.normalise(typed)
        if len(text) not in (4, identity.LENGTH):
            sentence = "请填写完整的 18 位身份证号，或最后 4 位。"
        else:
            people = secrets.with_id_no(Person.objects.visible_to(request.user), typed)
            found = list(people.select_related("sex").order_by("name_pinyin", "pk")[:SHOWN])
            services.note_found(people=found, by=request.user)
            if not found:
                sentence = "在您的查看范围内没有这个号码的人员。"
    rows = list(zip(found, secrets.id_nos(found), strict=True))
    context = {"rows": rows, "sentence": sentence, "asked": request.method == "POST"}
    status = 422 if sentence.startswith("请填写") else 200
    return render(request, "staff/by_number.html", context, status=status)
