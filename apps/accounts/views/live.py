"""Sessions: one's own and, for the security administrator, everybody's; who has to wait."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.administrators import SECURITY, requires_administrator
from apps.core.http import redirect_here, render_form, render_list, requires
from apps.core.idempotency import keyless

from .. import kept, services, sessions, throttle
from ..filters import SessionFilter
from ..forms import ReasonForm
from ..models import LiveSession, User
from ..requests import SignedInRequest
from ..tables import SessionTable


@requires()
@require_GET
def own_sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is signed in, and where one was lately."""
    sessions.sweep()
    mine = LiveSession.objects.filter(user=request.user)
    key = request.session.session_key
    context = {
        "open": [(one, one.key == key) for one in mine.filter(ended_at__isnull=True)],
        "ended": mine.filter(ended_at__isnull=False).order_by("-ended_at")[:10],
    }
    return render(request, "accounts/own_sessions.html", context)


@requires()
@require_POST
def own_session_end(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LiveSession, pk=pk, user=request.user)
    if found.key and found.key == request.session.session_key:
        messages.info(request, "这是现在的登录，要退出请点右上角的“退出登录”")
    elif services.end_session(session=found, by=request.user):
        messages.success(request, "那一处登录已退出")
    else:
        messages.info(request, "那一处登录此前已经退出")
    return redirect_here(request, "accounts:own_sessions")


@requires()
@require_POST
def own_sessions_end(request: SignedInRequest) -> HttpResponse:
    """End all one's own sessions but this."""
    key = request.session.session_key or ""
    ended = services.end_other_sessions(user=request.user, keep=key, by=request.user)
    messages.success(request, f"其他 {ended} 处登录已退出" if ended else "没有其他登录")
    return redirect_here(request, "accounts:own_sessions")


@requires()
@keyless
@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """“继续使用” of the reminder: passing the middleware is all it takes."""
    limits = request.session[sessions.LIMITS]
    request.session[sessions.LIMITS] = {**limits, "seen": sessions.now()}
    return HttpResponse(status=204)


@requires_administrator(SECURITY)
@require_GET
def session_list(request: HttpRequest) -> HttpResponseBase:
    """Every session of everybody."""
    sessions.sweep()
    rows = LiveSession.objects.select_related("user")
    filters = SessionFilter(request.GET, queryset=rows, user=request.user)
    template = "accounts/session_list.html"
    return render_list(request, table=SessionTable, filters=filters, template=template)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def session_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one session, or with “all” every session of its account."""
    found = get_object_or_404(LiveSession.objects.select_related("user"), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if request.POST.get("all") == "1":
            services.end_all_sessions(user=found.user, by=request.user, reason=reason)
            messages.success(request, f"{found.user}的登录已全部退出")
        elif services.end_session(session=found, by=request.user, reason=reason):
            messages.success(request, f"{found.user}的这一处登录已退出")
        else:
            messages.info(request, "这一处登录此前已经退出")
        if found.user_id == request.user.pk:
            return redirect_here(request, "accounts:login")
        return redirect_here(request, "accounts:sessions")
    return render_form(request, "accounts/session_end.html", form, session=found)


@requires_administrator(SECURITY)
@require_GET
def locked(request: HttpRequest) -> HttpResponse:
    """Accounts that have to wait after failed sign-ins."""
    return render(request, "accounts/locked.html", {"slowed": throttle.slowed()})


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        done = services.unlock(user=account, by=request.user, reason=form.cleaned_data["reason"])
        words = f"{account}可以重新登录了" if done else f"{account}没有被锁定，或已到时解除"
        messages.success(request, words)
        return redirect_here(request, "accounts:locked")
    return render_form(request, "accounts/unlock.html", form, account=account)


@requires()
@require_http_methods(["GET", "POST"])
def kept_form(request: SignedInRequest) -> HttpResponse:
    """Give back what was typed before the session ended; a POST throws it away."""
    if request.method == "POST":
        kept.drop(request)
        messages.info(request, "已放弃登录前填写的内容")
        return redirect_here(request, "/")
    found = kept.read(request)
    if found is None:
        return redirect_here(request, "/")
    return render(request, "accounts/kept.html", {"kept": found})
