"""How the portal itself does, for the system administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.core.administrators import SYSTEM, requires_administrator

from ..queries import health


@requires_administrator(SYSTEM)
@require_GET
def health_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = health.parts(now)
    context = {"parts": found, "bad": health.troubled(found), "now": now}
    return render(request, "dashboards/health.html", context)
