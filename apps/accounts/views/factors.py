"""The second factor: asked for at sign-in, bound, taken away; and once more before a number."""

from __future__ import annotations

import time
import uuid
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from apps.core import crypto, policy
from apps.core.administrators import SECURITY, SYSTEM, public, requires_administrator
from apps.core.http import redirect_here, render_form, requires
from apps.core.idempotency import keyless
from apps.core.request_facts import current

from .. import factors, kept, refusals, services, sessions, stepup
from ..errors import (
    AlreadyEnrolled,
    FactorIsMandatory,
    ProposalRefused,
    TooManyAttempts,
    WrongCode,
    WrongPassword,
)
from ..forms import CodeForm, PasswordForm, ReasonForm, RecoveryForm
from ..homes import home_of
from ..models import RecoveryCode, User
from ..requests import SignedInRequest
from .own import BACKEND, inside, span
from .proposals import after_proposing

PENDING = "pending_sign_in"
PENDING_LASTS = 5 * 60  # seconds between password and code
SECRET = "factor_secret"  # noqa: S105 - a name in the session
CODES = "recovery_codes"
SEALED = "accounts.factor_in_session"


@public
@keyless
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """The second step of signing in. Without the first, the first page again."""
    user = _pending(request)
    if user is None:
        request.session.pop(PENDING, None)
        if request.user.is_authenticated:
            return _already_in(cast(SignedInRequest, request))
        messages.info(request, "请先输入用户名和密码")
        return redirect_here(request, "accounts:login")
    after = inside(request, request.POST.get("next") or request.GET.get("next") or "")
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    status = None
    if form.is_valid():
        try:
            services.check_factor(
                user=user, code=form.cleaned_data["code"], address=current.get().address
            )
        except WrongCode:
            form.add_error("code", "动态口令不正确或已用过，请等下一个再输入")
        except TooManyAttempts as refusal:
            status = 429
            form.add_error(None, f"尝试次数过多，请 {span(refusal.seconds)}后再试")
        else:
            del request.session[PENDING]
            return open_session(request, user, after, by_factor=True)
    context = {"next": after, "account": user}
    return render_form(request, "accounts/factor.html", form, status=status, **context)


def _already_in(request: SignedInRequest) -> HttpResponse:
    """Tell who came here by an old address or the back button that nothing is left to do."""
    if factors.is_enrolled(request.user):
        messages.info(request, "您已登录，动态口令也已绑定，不必再输入")
    else:
        messages.info(request, "您已登录；还没有绑定动态口令，需要时在这里绑定")
    return redirect_here(request, "accounts:own")


def begin(request: HttpRequest, user: User, after: str) -> HttpResponse:
    """Remember who gave the right password, and ask for the code."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "at": int(time.time()),
        "epoch": user.session_epoch,
        "hash": user.get_session_auth_hash(),
    }
    query = "?" + urlencode({"next": after}) if after else ""
    return HttpResponseRedirect(reverse("accounts:factor") + query)


def _pending(request: HttpRequest) -> User | None:
    """Return who may give a code now: nobody once five minutes or the account have changed."""
    kept_facts: dict[str, Any] | None = request.session.get(PENDING)
    if kept_facts is None or time.time() - kept_facts["at"] > PENDING_LASTS:
        return None
    user = User.objects.filter(pk=kept_facts["user"], is_active=True).first()
    if user is None or user.session_epoch != kept_facts["epoch"]:
        return None
    return user if user.get_session_auth_hash() == kept_facts["hash"] else None


def open_session(
    request: HttpRequest, user: User, after: str, *, by_factor: bool = False
) -> HttpResponse:
    """Sign in and go where the reader wanted; what he had typed comes first."""
    if by_factor:
        request.session[sessions.BY_FACTOR] = True
        request.session[stepup.KEY] = int(time.time())
    auth.login(request, user, backend=BACKEND)
    services.note_sign_in(by=user, factor=by_factor)
    if kept.has_one(request, user.pk):
        return redirect_here(request, "accounts:kept")
    return HttpResponseRedirect(after or home_of(user))


@requires()
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def factor_enrol(request: SignedInRequest) -> HttpResponse:
    """Bind a generator: the picture, the secret in letters, and a first code to prove it."""
    if factors.is_enrolled(request.user):
        messages.info(request, "已绑定动态口令；要换手机，请先解除再绑定")
        return redirect_here(request, "accounts:own")
    secret = _sealed(request, SECRET)
    if secret is None:
        secret = factors.new_secret()
        _seal(request, SECRET, secret)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = services.enrol_factor(
                user=request.user, secret=secret, code=form.cleaned_data["code"], by=request.user
            )
        except WrongCode:
            form.add_error("code", "动态口令不正确，请核对手机时间，输入新出现的一个")
        except AlreadyEnrolled:
            return redirect_here(request, "accounts:own")
        else:
            request.session.pop(SECRET, None)
            request.session.pop(sessions.MUST_ENROL, None)
            old = request.session.session_key or ""
            request.session.cycle_key()
            sessions.rotated(request, old)
            stepup.passed(request)
            _seal(request, CODES, " ".join(codes))
            return redirect_here(request, "accounts:factor_codes")
    context: dict[str, Any] = {
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "picture": factors.picture_of(factors.address_of(request.user, secret)),
        "forced": request.session.get(sessions.MUST_ENROL),
    }
    return render_form(request, "accounts/factor_enrol.html", form, **context)


@requires()
@never_cache
@require_GET
def factor_codes(request: SignedInRequest) -> HttpResponse:
    """Show the recovery codes, once."""
    codes = _sealed(request, CODES)
    request.session.pop(CODES, None)
    if codes is None:
        messages.warning(request, "恢复码只显示一次；要换新的，请解除动态口令后重新绑定")
        return redirect_here(request, "accounts:own")
    context = {"codes": codes.split(), "home": home_of(request.user)}
    return render(request, "accounts/factor_codes.html", context)


@requires()
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def factor_remove(request: SignedInRequest) -> HttpResponse:
    """Take one's own second factor away, with the password."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.remove_factor(
                user=request.user, password=form.cleaned_data["password"], by=request.user
            )
        except WrongPassword:
            form.add_error("password", "密码不正确，请重新输入")
        except FactorIsMandatory:
            form.add_error(
                None,
                "按安全策略，您的账户必须使用动态口令，不能解除；手机丢失或更换请联系安全管理员",
            )
        else:
            messages.success(request, "动态口令已解除，下次登录只用密码")
            return redirect_here(request, "accounts:own")
    left = RecoveryCode.objects.filter(factor__user=request.user, used_at__isnull=True).count()
    return render_form(request, "accounts/factor_remove.html", form, left=left)


@requires_administrator(SYSTEM, SECURITY)
@require_http_methods(["GET", "POST"])
def factor_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose to take away the factor of somebody who lost it."""
    account = get_object_or_404(User, pk=pk, factor__isnull=False)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.propose_factor_reset(
                user=account, reason=form.cleaned_data["reason"], by=request.user
            )
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "accounts/factor_reset.html", form, account=account)


@requires()
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def step_up(request: SignedInRequest) -> HttpResponse:
    """Ask for a code once more, then go back."""
    after = inside(request, request.POST.get("next") or request.GET.get("next") or "")
    if not factors.is_enrolled(request.user):
        messages.warning(request, "按安全策略，显示完整号码须先绑定动态口令")
        return redirect_here(request, "accounts:factor_enrol")
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.check_factor(
                user=request.user, code=form.cleaned_data["code"], address=current.get().address
            )
        except WrongCode:
            form.add_error("code", "动态口令不正确或已用过，请等下一个再输入")
        except TooManyAttempts as refusal:
            form.add_error(None, f"尝试次数过多，请 {span(refusal.seconds)}后再试")
        else:
            old = request.session.session_key or ""
            request.session.cycle_key()
            sessions.rotated(request, old)
            stepup.passed(request)
            return redirect_here(request, after or home_of(request.user))
    minutes = stepup.LASTS // 60
    asked = policy.value("factor_before_reveal")
    context: dict[str, Any] = {"next": after, "minutes": minutes, "asked": asked}
    return render_form(request, "accounts/step_up.html", form, **context)


def _seal(request: HttpRequest, key: str, text: str) -> None:
    """Put a secret into the session, sealed: sessions are rows of the database."""
    row = uuid.uuid4()
    sealed = crypto.encrypt(text, field=SEALED, row=row)
    request.session[key] = {"row": str(row), "sealed": sealed.hex()}


def _sealed(request: HttpRequest, key: str) -> str | None:
    found: dict[str, str] | None = request.session.get(key)
    if found is None:
        return None
    row = uuid.UUID(found["row"])
    return crypto.decrypt(bytes.fromhex(found["sealed"]), field=SEALED, row=row)
