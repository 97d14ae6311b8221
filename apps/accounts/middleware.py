"""What a signed-in request must still pass: a session that holds, a password of one's own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from apps.core.http import redirect_here, wants_fragment

from . import kept, sessions
from .models import LiveSession

#: Open to a session that must first change its password or bind a second factor.
FREE = {"accounts:password_change", "accounts:logout", "accounts:login", "healthz"}
ENROLLING = {"accounts:factor_enrol", "accounts:factor_codes"}

WORDS = {
    sessions.CHANGED: "您的账户状态或权限有变动，请重新登录",
    sessions.IDLE: "您较长时间没有操作，已自动退出，请重新登录",
    sessions.FULL: "登录时间已满，请重新登录",
    sessions.ELSEWHERE: "您的账户已在别处登录，这里已退出；如非本人操作，请立即告诉安全管理员",
}


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
        if name == "healthz":
            return None
        keeps = not getattr(view, "is_public", False) and not getattr(view, "keyless", False)
        if not request.user.is_authenticated:
            if keeps and (ended := sessions.of_cookie(request)) is not None:
                self._say(request, ended.ending, ended.user_id)
            return None
        if why := sessions.why_over(request):
            user_id = request.user.pk
            sessions.end(LiveSession.objects.filter(key=request.session.session_key), why)
            logout(request)
            self._say(request, why, user_id if keeps else None)
            return None
        return self._first(request, view, name)

    @staticmethod
    def _say(request: HttpRequest, why: str, user_id: int | None) -> None:
        """Tell why the session is over; what was typed waits for the same account."""
        messages.warning(request, WORDS.get(why, f"您的登录已结束（{why}），请重新登录"))
        if user_id is not None and kept.keep(request, user_id):
            messages.info(request, "刚才填写的内容还没有保存，登录后可以接着提交")

    @staticmethod
    def _first(request: HttpRequest, view: Callable, name: str) -> HttpResponse | None:
        """Send a session that must first do something there."""
        due = request.user.must_change_password or request.session.get(sessions.PASSWORD_DUE)
        enrol = not due and request.session.get(sessions.MUST_ENROL)
        if due and name not in FREE:
            place = "accounts:password_change"
        elif enrol and name not in FREE | ENROLLING:
            place = "accounts:factor_enrol"
        else:
            return None
        if getattr(view, "is_aside", False):
            return HttpResponse(status=204)
        return redirect_here(request, place)
