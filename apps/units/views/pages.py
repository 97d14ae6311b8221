"""The tabs of a unit that this app fills, and its printed card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.audit import changes
from apps.audit.exports import CONTENT_TYPES, export_table
from apps.core.http import of_day, on_day, prepare_table, requires
from apps.core.tables import Table
from apps.documents import effects
from apps.documents.models import ApprovalDocument

from .. import cards, events, listing, past, queries, rules
from ..choices import EntityKind
from ..models import Unit, UnitQuerySet
from ..queries import UnitPage, unit_page
from ..tables import DepartmentTable, UnitDocumentTable

CHANGES_ON_A_PAGE = 20


def _context(request: HttpRequest, page: UnitPage, **more: Any) -> dict[str, Any]:
    may = rules.may_maintain(request.user, page.unit) and page.unit.is_active
    may = may and more.get("on") is None  # a past day is for reading
    return {"unit_page": page, "unit": page.unit, "may_maintain": may, **more}


def _wanted(request: HttpRequest) -> str | None:
    """Return the format of `?export=`, or None."""
    asked = request.GET.get("export", "")
    if asked and asked not in CONTENT_TYPES:
        raise BadRequest("只能导出为 xlsx 或 csv")
    return asked or None


def _whole(request: HttpRequest, table: type[Table], rows: Any) -> Table:
    return table(rows, request=request, order_by=request.GET.get("sort"))


@requires("view_subtree")
@require_GET
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    unit = page.unit
    known = (
        Unit.objects.select_related(
            "region", "subordination", "category", "pi_class", "funding", "supervising_unit"
        )
        .filter(pk=pk)
        .get()
    )
    told = events.history(unit, request.user)
    if on is not None:
        listing.as_of(known, past.named(on, [pk]))
        told = up_to(told, on)
    chief = known.supervising_unit
    seen = chief if chief is not None and request.user.may("view_subtree", chief) else None
    context = _context(
        request,
        page,
        more=known,
        supervising=seen,
        plates=unit.nameplates.open(),
        sections=cards.of(unit, request.user, on),
        latest=told[-3:][::-1],
        on=on,
    )
    return render(request, "units/detail.html", context)


@requires("view_subtree")
@require_GET
def unit_departments(request: HttpRequest, pk: int) -> HttpResponseBase:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    rows = queries.with_group(queries.inside(page.unit), request.user)
    rows = rows.select_related("total", "rank")
    if on is not None:
        rows = listing.of_day(queries.with_group(inside_then(page.unit, on), request.user), on)
    elif request.GET.get("abolished") != "1":
        rows = rows.active()
    table = listing.table_of_day(DepartmentTable, on)
    if (fmt := _wanted(request)) is not None:
        whole = _whole(request, table, rows)
        whole.caption = of_day(f"{page.unit.name}{whole.caption}", on)
        return export_table(request, whole, fmt)
    context = _context(
        request,
        page,
        on=on,
        table=prepare_table(request, table, rows, exports=True),
        abolished=request.GET.get("abolished") == "1",
    )
    return render(request, "units/departments.html", context)


def inside_then(unit: Unit, on: dt.date) -> UnitQuerySet:
    """Return what stood directly under `unit` on a past day, groupings as rows of their own."""
    then = past.moves(on)
    return Unit.objects.filter(then.children(then.path(unit.path))).order_by("path")


def up_to(told: list[events.Told], on: dt.date) -> list[events.Told]:
    """Return the events that had happened by a day; those without a day have always."""
    return [one for one in told if one.on is None or one.on <= on]


@requires("view_subtree")
@require_GET
def unit_history(request: HttpRequest, pk: int) -> HttpResponse:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    told = events.history(page.unit, request.user)
    if on is not None:
        told = up_to(told, on)
    return render(request, "units/history.html", _context(request, page, events=told, on=on))


@requires("view_subtree")
@require_GET
def unit_documents(request: HttpRequest, pk: int) -> HttpResponseBase:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    rows = (
        ApprovalDocument.objects.filter(unit_links__unit=page.unit)
        .select_related("kind")
        .order_by("-issued_on", "-pk")
    )
    if on is not None:
        rows = rows.filter(issued_on__lte=on)
    if (fmt := _wanted(request)) is not None:
        whole = list(rows)
        _tell_effects(page.unit, whole, request.user)
        made = _whole(request, UnitDocumentTable, whole)
        made.caption = of_day(made.caption, on)
        return export_table(request, made, fmt)
    table = prepare_table(request, UnitDocumentTable, rows, exports=True)
    table.page.object_list = list(table.page.object_list)
    _tell_effects(page.unit, table.page.object_list, request.user)
    return render(request, "units/documents.html", _context(request, page, table=table, on=on))


def _tell_effects(unit: Unit, documents: Sequence[Any], user: Any) -> None:
    """Set `effect_here`: what came of each document for this unit, in words."""
    here = effects.on_unit(unit, [one.pk for one in documents], user)
    for one in documents:
        one.effect_here = "；".join(here.get(one.pk, []))


@requires("view_subtree")
@require_GET
def unit_changes(request: HttpRequest, pk: int) -> HttpResponse:
    on = on_day(request)
    page = unit_page(request.user, pk, on)
    found = changes.of(page.unit, hidden=("path",), until=on)
    paged = Paginator(found, CHANGES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = _context(request, page, changes=paged.object_list, paged=paged, on=on)
    return render(request, "units/changes.html", context)


@requires("view_subtree")
@require_GET
def unit_card(request: HttpRequest, pk: int) -> HttpResponse:
    """机构编制基本情况表, to print. Source: domain.md §6.4."""
    page = unit_page(request.user, pk)
    context = _context(
        request,
        page,
        more=Unit.objects.select_related(
            "region", "subordination", "category", "pi_class", "funding", "supervising_unit"
        ).get(pk=pk),
        departments=queries.inside(page.unit).active().filter(entity_kind=EntityKind.DEPARTMENT),
        subordinates=queries.inside(page.unit).active().bodies(),
        documents=ApprovalDocument.objects.filter(unit_links__unit=page.unit).order_by(
            "issued_on", "pk"
        ),
        sections=cards.of(page.unit, request.user),
        events=[one for one in events.history(page.unit, request.user) if one.document],
    )
    return render(request, "units/card.html", context)
