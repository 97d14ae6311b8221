"""消息: the bell, unread ones in bundles, all of them, and what goes out by which road."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import filters as f
from apps.core import menu
from apps.core import tables as t
from apps.core.http import aside, count_beside, render_form, render_list, requires
from apps.core.lamps import lamp

from .. import bundles, channels, progress
from ..choices import Channel, Event
from ..forms.messages import SwitchForm
from ..models import Message
from ..services import delivering, telling

#: The badge says 99+ from here on.
MOST = 100


def _tabs(request: HttpRequest, here: str, number: int | None = None) -> list[menu.Tab]:
    return [
        menu.Tab("未读", reverse("approvals:messages"), here == "unread", number),
        menu.Tab("全部", reverse("approvals:messages_all"), here == "all"),
        menu.Tab("消息设置", reverse("approvals:switches"), here == "switches"),
    ]


@requires()
@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    found = bundles.unread(request.user)
    number = sum(one.count for one in found)
    context = {"bundles": found, "number": number, "tabs": _tabs(request, "unread", number)}
    return render(request, "approvals/messages.html", context)


@aside
@requires()
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    """Answer the bell with how many are unread: asked after the page is there."""
    number = bundles.count(request.user)
    return count_beside(request, number=number, most=MOST, unit="条未读消息")


@requires()
@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a message is about, at the place to act; it is read from then on."""
    one = get_object_or_404(
        Message.objects.visible_to(request.user).select_related("application__unit"), pk=pk
    )
    telling.mark_read(messages=Message.objects.filter(pk=pk), by=request.user)
    if one.application is None:
        return redirect("approvals:messages")
    return redirect(progress.opens(one.application))


@requires()
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read: one bundle when it is named, else everything."""
    event = request.POST.get("event", "")
    rows = Message.objects.visible_to(request.user).unread()
    if event in Event.values:
        rows = bundles.of_bundle(
            request.user, event, request.POST.get("kind", ""), request.POST.get("label", "")
        )
    number = telling.mark_read(messages=rows, by=request.user)
    flash.success(request, f"已将 {number} 条消息标为已读")
    return redirect("approvals:messages")


class MessageTable(t.Table):
    key = "messages"
    caption = "全部消息"
    empty = t.Empty("没有消息", "有办件等您办理、退回、办结或临近期限时，会在这里告诉您。")

    event = t.Column("类别", phone="lamp")
    words = t.Column("内容", wide_text=True, phone="name")
    unit = t.Column("单位", accessor="application.unit.name")
    at = t.MomentColumn("时间", order_by="at")
    state = t.Column("状态", accessor="pk")

    def render_event(self, value: str, record: Message) -> Any:
        return lamp(bundles.TONES.get(record.event, "blue"), record.get_event_display())

    def render_words(self, value: str, record: Message) -> Any:
        if record.application is None:
            return value
        return format_html(
            '<a href="{}">{} {}</a><br>{}',
            record.get_absolute_url(),
            record.application.number or "草稿",
            record.application.summary,
            value,
        )

    def render_state(self, record: Message) -> str:
        if record.read_at is not None:
            return "已读"
        return "已有人办理" if record.settled_at is not None else "未读"

    def row_class(self, record: Message) -> str:
        return "" if record.read_at is None and record.settled_at is None else "is-muted"


class MessageFilter(f.FilterSet):
    primary = ("event", "standing")
    event = f.ChoiceFilter(label="类别", choices=Event.choices, field_name="event")
    standing = f.ChoiceFilter(
        label="状态", choices=[("unread", "未读"), ("read", "已读")], method="by_standing"
    )

    def by_standing(self, queryset: Any, name: str, value: str) -> Any:
        if value == "unread":
            return queryset.unread()
        return queryset.filter(read_at__isnull=False)


@requires()
@require_GET
def everything(request: HttpRequest) -> HttpResponseBase:
    rows = Message.objects.visible_to(request.user).select_related("application__unit")
    return render_list(
        request,
        table=MessageTable,
        filters=MessageFilter(request.GET, queryset=rows.order_by("-at", "-pk"), user=request.user),
        template="approvals/messages_all.html",
        context={"tabs": _tabs(request, "all")},
    )


@requires()
@require_http_methods(["GET", "POST"])
def switches(request: HttpRequest) -> HttpResponse:
    form = SwitchForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        delivering.set_switches(by=request.user, **form.values())
        flash.success(request, "消息设置已保存")
        return redirect("approvals:switches")
    return render_form(
        request,
        "approvals/switches.html",
        form,
        tabs=_tabs(request, "switches"),
        off=[one.label for one in Channel if not channels.is_on(one)],
        channels=list(Channel),
    )
