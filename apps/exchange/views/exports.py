"""导出中心: whole registers as workbooks that can be changed and imported again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.audit import exports
from apps.core.http import requires
from apps.core.imports import KINDS
from apps.core.scope import roots
from apps.units.models import Unit


@requires("view_subtree")
@require_GET
def export_centre(request: HttpRequest) -> HttpResponse:
    """导出中心: whole registers as workbooks that can be changed and imported again."""
    return _centre(request)


def _centre(
    request: HttpRequest, missing: str = "", missing_kind: str = "", status: int = 200
) -> HttpResponse:
    """Show the list; `missing` is a unit's code that the reader does not see, asked of a kind."""
    kinds = [kind for kind in KINDS.values() if kind.exportable]
    context = {"kinds": kinds, "missing": missing, "missing_kind": missing_kind}
    return render(request, "exchange/exports.html", context, status=status)


@requires("view_subtree")
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send one register, as far as the reader may see it, `?under=` a unit's code."""
    chosen = KINDS.get(kind)
    if chosen is None or not chosen.exportable:
        raise Http404
    code = request.GET.get("under", "").strip()
    under = None
    if code:
        under = Unit.objects.visible_to(request.user).filter(code=code).first()
        if under is None:
            return _centre(request, missing=code, missing_kind=kind, status=404)
    return exports.export_rows(
        request,
        name=f"{chosen.label}" + (f"－{under.name}" if under else ""),
        columns=chosen.columns(request.user),
        rows=chosen.rows(user=request.user, under=under),
        scopes=scopes_of(chosen.code, request.user, under),
    )


def scopes_of(kind: str, user: Any, under: Unit | None) -> list[str]:
    """Return the subtrees whose people an export holds; none for lists without people."""
    if kind != "roster":
        return []
    return [under.path] if under is not None else roots(user.subtrees("view_subtree"))
