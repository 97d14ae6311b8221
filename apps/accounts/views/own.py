"""Signing in and out, and one's own account."""

from __future__ import annotations

from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.administrators import public
from apps.core.http import redirect_here, render_form, requires
from apps.core.idempotency import keyless
from apps.core.request_facts import current

from .. import factors, services, sessions
from ..errors import TooManyAttempts, WrongCredentials, WrongPassword
from ..forms import OwnPasswordForm, SignInForm
from ..homes import home_of
from ..models import LiveSession, RecoveryCode, SecondFactor
from ..requests import SignedInRequest
from ..roles import PERMISSIONS

BACKEND = "django.contrib.auth.backends.ModelBackend"


@public
@keyless
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Open a session. One answer for an unknown name and a wrong password."""
    after = inside(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated and request.method == "GET":
        return HttpResponseRedirect(after or home_of(request.user))
    form = SignInForm(request.POST if request.method == "POST" else None)
    status, wait = None, 0
    if form.is_valid():
        try:
            user = services.check_credentials(
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=current.get().address,
            )
        except WrongCredentials:
            form.add_error(None, "用户名或密码不正确，请检查后重新输入")
        except TooManyAttempts as refusal:
            wait, status = refusal.seconds, 429
            form.add_error(
                None, f"尝试次数过多，请 {span(wait)}后再登录；忘记密码请联系系统管理员重设"
            )
        else:
            from . import factors as second  # which builds on this module

            if factors.is_enrolled(user):
                return second.begin(request, user, after)
            return second.open_session(request, user, after)
    response = render_form(request, "accounts/login.html", form, status=status, next=after)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def span(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"


def inside(request: HttpRequest, address: str) -> str:
    """Return `address` when it leads back into this portal, else nothing."""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else ""


@public
@keyless
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        services.note_sign_out(by=request.user)
    auth.logout(request)
    messages.success(request, "已退出登录")
    return redirect_here(request, "accounts:login")


@requires()
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: SignedInRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end."""
    form = OwnPasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            user = services.change_password(
                user=request.user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                by=request.user,
            )
        except WrongPassword:
            form.add_error("old", "现在的密码不正确，请重新输入")
        except ValidationError as refusal:
            form.add_error("new", refusal)
        else:
            old_key = request.session.session_key or ""
            auth.update_session_auth_hash(request, user)
            sessions.rotated(request, old_key)
            request.session[sessions.PASSWORD_DUE] = False
            others = LiveSession.objects.filter(user=user)
            sessions.end(others.exclude(key=request.session.session_key), "密码已修改")
            messages.success(request, "密码已修改，其他地方的登录已退出")
            return redirect_here(request, home_of(user))
    return render_form(
        request,
        "accounts/password.html",
        form,
        forced=request.user.must_change_password,
        due=request.session.get(sessions.PASSWORD_DUE),
    )


@requires()
def own(request: SignedInRequest) -> HttpResponse:
    """One's own account: who one is here and what one may do."""
    rights = [label for code, label in PERMISSIONS.items() if request.user.may_anywhere(code)]
    found = RecoveryCode.objects.filter(factor__user=request.user, used_at__isnull=True)
    context = {
        "account": request.user,
        "rights": rights,
        "factor": SecondFactor.objects.filter(user=request.user).first(),
        "codes_left": found.count(),
    }
    return render(request, "accounts/own.html", context)
