"""Refused access is an event too (security.md R14)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from . import services


class RefusedAccessMiddleware:
    """Append an event for each 403 given to somebody signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            with transaction.atomic():
                services.record(
                    "access.refuse",
                    by=request.user,
                    note=f"{request.method} {request.path}"[:300],
                    refused=True,
                )
        return response
