"""What every request passes: its number, no caching of private pages, one effect per form."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from . import addresses, idempotency
from .request_facts import RequestFacts, current

GetResponse = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")


class RequestIdMiddleware:
    """Give each request a number: in the log, in audit events, on error pages, in the answer.

    A number sent by the proxy (X-Request-ID) is kept when it is harmless.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
        request.request_id = number  # type: ignore[attr-defined]
        facts = RequestFacts(number, addresses.client_of(request.META))
        token = current.set(facts)
        structlog.contextvars.bind_contextvars(request_id=number)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-ID"] = number
        return response


class PrivatePagesMiddleware:
    """Keep pages of signed-in people out of every cache (security.md R06)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response


class IdempotencyMiddleware:
    """Let each state-changing form take effect once (see idempotency.py)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        if getattr(view, "keyless", False):
            return None
        return idempotency.once(request, lambda: view(request, *args, **kwargs))
