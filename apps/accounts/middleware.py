"""What a signed-in request must still pass: rights unchanged, password changed when it must be."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from apps.core.http import redirect_here, wants_fragment

from . import sessions

#: Open to a session that must first change its password.
FREE = {"accounts:password_change", "accounts:logout", "accounts:login", "healthz"}


class AccountMiddleware:
    """Stands before every view; must come before the middleware that runs POST views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        place = response.headers.get("Location", "")
        if place.startswith(resolve_url(settings.LOGIN_URL)) and wants_fragment(request):
            # Else htmx would follow and put the sign-in page inside a table.
            return redirect_here(request, place)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == "healthz" or not request.user.is_authenticated:
            return None
        if not sessions.holds(request):
            logout(request)
            messages.warning(request, "您的账户状态或权限有变动，请重新登录")
            return None
        if request.user.must_change_password and name not in FREE:
            return redirect_here(request, "accounts:password_change")
        return None
