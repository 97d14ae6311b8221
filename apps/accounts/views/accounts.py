"""Account administration, for the system administrator."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import changes, crypto
from apps.core.administrators import SECURITY, SYSTEM, requires_administrator
from apps.core.http import Option, redirect_here, render_form, render_list, suggestions

from .. import rules, services
from ..errors import (
    AnotherAdministrator,
    BeatenByColleague,
    LastAdministrator,
    NameTaken,
    NotYourself,
)
from ..filters import AccountFilter
from ..forms import AccountForm
from ..models import User
from ..requests import SignedInRequest
from ..tables import AccountTable, state_of

#: Where a temporary password waits, sealed, for the one page that shows it.
ONCE = "temporary_password"
FIELD = "accounts.temporary_password"


@requires_administrator(SYSTEM)
@require_GET
def user_list(request: HttpRequest) -> HttpResponseBase:
    filters = AccountFilter(request.GET, queryset=User.objects.all(), user=request.user)
    return render_list(
        request, table=AccountTable, filters=filters, template="accounts/user_list.html"
    )


@requires_administrator(SYSTEM)
@require_GET
def user_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    context = {
        "account": account,
        "lamp": state_of(account),
        "manageable": rules.may_manage(request.user, account),
        "may_switch_off": rules.may_switch_off(request.user, account),
        "changes": changes.changes_of(account, limit=30),
    }
    return render(request, "accounts/user_detail.html", context)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        try:
            user, password = services.create(by=request.user, **facts)
        except NameTaken:
            form.add_error("username", "这个用户名已有人使用，请换一个")
        else:
            _keep_once(request, user, password)
            return redirect_here(request, _path(user, "accounts:user_password"))
    return render_form(request, "accounts/user_form.html", form)


@requires_administrator(SYSTEM)
@require_http_methods(["GET", "POST"])
def user_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    if not rules.may_manage(request.user, account):
        return _not_ours(request, account)
    form = AccountForm(
        request.POST if request.method == "POST" else None,
        instance=get_object_or_404(User, pk=pk),  # the form writes into its instance
        initial={"version": changes.version_of(account)},
    )
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        version = form.cleaned_data["version"] or 0
        try:
            services.change(user=account, version=version, by=request.user, **facts)
        except NameTaken:
            form.add_error("username", "这个用户名已有人使用，请换一个")
        except BeatenByColleague:
            form.add_error(
                None, "这个账户刚被他人修改，您的修改没有保存；请重新打开页面，核对后再改"
            )
        else:
            messages.success(request, "账户信息已保存")
            return redirect_here(request, account)
    return render_form(request, "accounts/user_form.html", form, account=account)


@requires_administrator(SYSTEM)
@require_POST
def user_switch(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    on = request.POST.get("on") == "1"
    try:
        services.switch(user=account, on=on, by=request.user)
    except NotYourself:
        messages.error(request, "不能停用自己的账户，请由另一位系统管理员办理")
    except LastAdministrator as refusal:
        messages.error(request, f"这是最后一个启用的{refusal.label}，不能停用；请先增加一位")
    except AnotherAdministrator:
        return _not_ours(request, account)
    else:
        done = "已启用" if on else "已停用，其登录已全部退出"
        messages.success(request, f"{account}的账户{done}")
    return redirect_here(request, account)


@requires_administrator(SYSTEM)
@require_POST
def user_reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    try:
        password = services.reset_password(user=account, by=request.user)
    except NotYourself:
        messages.error(request, "自己的密码请在“修改密码”里改")
        return redirect_here(request, "accounts:password_change")
    except AnotherAdministrator:
        return _not_ours(request, account)
    _keep_once(request, account, password)
    return redirect_here(request, _path(account, "accounts:user_password"))


@requires_administrator(SYSTEM)
@require_GET
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a temporary password, once."""
    account = get_object_or_404(User, pk=pk)
    password = _take_once(request, account)
    if password is None:
        messages.warning(request, "临时密码只显示一次，已不能再看；需要时请重设密码")
        return redirect_here(request, account)
    return render(
        request, "accounts/user_password.html", {"account": account, "password": password}
    )


@requires_administrator(SYSTEM, SECURITY)
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer pickers of ordinary accounts that are switched on."""
    text = request.GET.get("q", "").strip()
    found = User.objects.filter(is_active=True, admin_kind__isnull=True)
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(username__icontains=text) | Q(title__icontains=text)
        )
    options = (
        Option(user.pk, f"{user.name}（{user.username}）", user.title)
        for user in found.order_by("name", "pk")[:21]
    )
    return suggestions(request, options)


def _not_ours(request: HttpRequest, account: User) -> HttpResponse:
    messages.error(
        request,
        f"{account.get_admin_kind_display()}的账户不在这里维护，"
        "请在服务器上用 create_administrator 命令办理",
    )
    return redirect_here(request, account)


def _path(account: User, name: str) -> str:
    return reverse(name, args=[account.pk])


def _keep_once(request: HttpRequest, account: User, password: str) -> None:
    """Put the password into the session, sealed: sessions are rows of the database."""
    row = uuid.uuid4()
    sealed = crypto.encrypt(password, field=FIELD, row=row)
    request.session[ONCE] = {"account": account.pk, "row": str(row), "sealed": sealed.hex()}


def _take_once(request: HttpRequest, account: User) -> str | None:
    kept: dict[str, Any] | None = request.session.get(ONCE)
    if not kept or kept["account"] != account.pk:
        return None
    del request.session[ONCE]
    sealed = bytes.fromhex(kept["sealed"])
    return crypto.decrypt(sealed, field=FIELD, row=uuid.UUID(kept["row"]))
