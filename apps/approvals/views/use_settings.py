"""用编管理设置 and the running figure of the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.http import render_form, requires, wants_fragment

from .. import dynamic, errors, offices, rules, use_settings
from ..choices import Kind
from ..forms.planning import UseSettingForm
from ..models import KindVersion, UseSetting
from ..refusals import sentence
from ..services.use_settings import set_use

#: who sees the running figure of the office
OFFICE = ("examine", "sign", "decide", "lead")


@requires("examine", "decide")
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Everybody of the office reads the settings; who decides changes them."""
    may_set = rules.may_set_use(request.user)
    if request.method == "POST" and not may_set:
        raise PermissionDenied("只有编办主任可以修改用编管理设置")
    version = KindVersion.objects.in_force(Kind.QUOTA_USE)
    data = request.POST if request.method == "POST" else None
    form = UseSettingForm(data, setting=use_settings.current(), version=version)
    if form.is_valid():
        try:
            made = set_use(
                values=form.values(),
                options=form.options(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except errors.ApprovalRefused as refusal:
            form.add_error("reason", sentence(refusal))
        else:
            messages.success(request, f"已保存{made}，今后的用编申请按此办理")
            return redirect("approvals:use_settings")
    if not may_set:
        for field in form.fields.values():
            field.disabled = True
    items = [
        {
            "when": one.made_at,
            "title": f"第 {one.number} 版",
            "by": str(one.made_by or "系统"),
            "text": one.reason,
        }
        for one in UseSetting.objects.select_related("made_by")[:10]
    ]
    context: dict[str, Any] = {"items": items, "version": version, "may_set": may_set}
    return render_form(request, "approvals/use/settings.html", form, **context)


@requires(*OFFICE)
@require_GET
def year_balance(request: HttpRequest) -> HttpResponse:
    home = offices.home()
    if home is not None and not any(request.user.may(one, home) for one in OFFICE):
        raise PermissionDenied("出编入编动态平衡由本级编办查看")
    year = dynamic.year_balance()
    context = {"year": year, "relation": use_settings.relation_words(year.setting)}
    card = wants_fragment(request)
    return render(request, f"approvals/use/{'_balance' if card else 'dynamic'}.html", context)
