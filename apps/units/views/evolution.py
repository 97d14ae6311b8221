"""机构沿革表, the reform picture of a document or a period, and nameplates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.audit.exports import export_table
from apps.core.http import render_list, requires
from apps.documents.models import ApprovalDocument

from .. import events
from .. import evolution as reading
from ..choices import EventKind
from ..evolution_lists import EvolutionFilter, EvolutionTable, PlateFilter, PlateTable
from ..models import Nameplate, UnitEvent
from ..rules import MAINTAIN


@requires("view_subtree")
@require_GET
def table(request: HttpRequest) -> HttpResponseBase:
    """What happened in a subtree over a period, newest first, with its picture."""
    rows = (
        UnitEvent.objects.visible_to(request.user)
        .filter(on__isnull=False)
        .exclude(kind=EventKind.INITIAL)
        .select_related("unit", "document")
        .prefetch_related("parts__unit")
        .order_by("-on", "-pk")
    )
    filters = EvolutionFilter(request.GET, queryset=rows, user=request.user)
    picture = None
    if not request.GET.get("export"):
        shown = filters.qs.order_by().select_related(None).prefetch_related(None)
        picture = reading.picture(reading.flows(shown, request.user))
    return render_list(
        request,
        table=EvolutionTable,
        filters=filters,
        template="units/evolution.html",
        export=export_table,
        context={"picture": picture},
    )


@requires("view_subtree")
@require_GET
def reform(request: HttpRequest, pk: int) -> HttpResponse:
    """What one document did to units: from → to, with people and places."""
    documents = ApprovalDocument.objects.visible_to(request.user)
    document = get_object_or_404(documents, pk=pk)
    rows = UnitEvent.objects.visible_to(request.user).filter(document=document)
    told = events.told_of(
        list(
            rows.select_related("unit", "document")
            .prefetch_related("parts__unit")
            .order_by("on", "pk")
        ),
        request.user,
    )
    context = {
        "document": document,
        "picture": reading.picture(reading.flows(rows, request.user)),
        "events": told,
    }
    return render(request, "units/reform.html", context)


@requires("view_subtree")
@require_GET
def plates(request: HttpRequest) -> HttpResponseBase:
    """Nameplates, and the names whose parentheses somebody must look through."""
    user = request.user
    rows = Nameplate.objects.visible_to(user).select_related("unit", "document")
    filters = PlateFilter(request.GET, queryset=rows.order_by("scope", "pk"), user=user)
    return render_list(
        request,
        table=PlateTable,
        filters=filters,
        template="units/plates.html",
        export=export_table,
        context={
            "doubts": reading.doubtful(user),
            "may_maintain": user.may_anywhere(MAINTAIN),
        },
    )
