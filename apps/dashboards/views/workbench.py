"""工作台: the first page, by what its reader may do (ux.md §10)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.http import requires
from apps.quotas import queries as quotas


@requires("view_subtree")
def workbench(request: HttpRequest) -> HttpResponse:
    paths = request.user.subtrees("view_subtree")
    context = {"figures": quotas.figures(paths), "over": quotas.over_units(paths, 5)}
    return render(request, "dashboards/workbench.html", context)
