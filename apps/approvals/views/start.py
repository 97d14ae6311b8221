"""业务申报: the page from which every matter is filed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.core.http import requires

from ..entrances import entrances
from ..unsent import begun
from .finding import FILING


@requires(*FILING)
@require_GET
def file(request: HttpRequest) -> HttpResponse:
    context = {"entrances": entrances(), "begun": begun(request.user)}
    return render(request, "approvals/file.html", context)
