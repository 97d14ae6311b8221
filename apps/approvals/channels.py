"""Roads of messages outside the portal: mail, and text messages over a gateway.

The inbox needs none of them. A text says what waits and under which number, and nothing about a
person: it leaves the office's network. How a gateway is connected: docs/messages.md.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from apps.core import crypto

from .choices import USUALLY, Channel, Event
from .models import Application, Delivery, Message, Reach, Switch

PHONE = "approvals_reach.phone"
#: Seconds a gateway may take; the outbox tries again later.
PATIENCE = 10


class ChannelRefused(Exception):
    """The channel did not take a message. str() is a Chinese sentence."""


class Gateway(Protocol):
    """What sends text messages. A class of the site's own is named in BIANZHI_SMS_GATEWAY."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Hand over one text. key: the same at each try, so that it arrives once.

        Raises ChannelRefused when it was not taken.
        """


class HttpGateway:
    """POST {"id", "phone", "text"} as JSON to BIANZHI_SMS_URL; any 2xx means it was taken."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        body = json.dumps({"id": key, "phone": phone, "text": text}, ensure_ascii=False)
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        if settings.BIANZHI_SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.BIANZHI_SMS_TOKEN}"
        request = urllib.request.Request(
            settings.BIANZHI_SMS_URL, data=body.encode(), headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):
                return
        except urllib.error.HTTPError as error:
            raise ChannelRefused(f"短信网关拒绝，状态码 {error.code}") from error
        except OSError as error:
            raise ChannelRefused("短信网关没有应答") from error


def is_on(channel: str) -> bool:
    """Say whether the site has connected a channel."""
    if channel == Channel.MAIL:
        return bool(settings.BIANZHI_MAIL)
    return bool(settings.BIANZHI_SMS_GATEWAY)


def roads(users: Sequence[int], event: str) -> dict[int, list[str]]:
    """Return the channels each person wants an event on and can be reached by. Two queries."""
    open_channels = [one for one in Channel if is_on(one)]
    found: dict[int, list[str]] = defaultdict(list)
    if not users or not open_channels:
        return found
    chosen = {
        (user, channel): on
        for user, channel, on in Switch.objects.filter(user__in=users, event=event).values_list(
            "user_id", "channel", "on"
        )
    }
    for reach in Reach.objects.filter(user__in=users):
        for channel in open_channels:
            there = reach.mail if channel == Channel.MAIL else reach.phone_ct
            usual = event in USUALLY[channel]
            if there and chosen.get((reach.user_id, channel), usual):
                found[reach.user_id].append(channel)
    return found


def give(delivery: Delivery) -> None:
    """Hand one message to its channel. Raises ChannelRefused."""
    message = delivery.message
    reach = Reach.objects.filter(user=message.user).first()
    if reach is None or not message.user.is_active or not is_on(delivery.channel):
        raise ChannelRefused("接收地址或渠道已停用")
    text = text_of(message)
    if delivery.channel == Channel.SMS:
        number = phone(reach)
        if not number:
            raise ChannelRefused("没有填写手机号码")
        gateway: Gateway = import_string(settings.BIANZHI_SMS_GATEWAY)()
        gateway.send(phone=number, text=text, key=str(delivery.uid))
        return
    if not reach.mail:
        raise ChannelRefused("没有填写邮箱")
    mail = EmailMessage(
        subject=f"云上编办：{message.get_event_display()}",
        body=f"{text}\n请登录系统办理。此邮件由系统发出，请勿回复。\n",
        to=[reach.mail],
        headers={"Message-ID": f"<{delivery.uid}@bianzhi>"},
    )
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        raise ChannelRefused("邮件服务器没有接收") from error


def text_of(message: Message) -> str:
    """Return what leaves the portal: matter, number, what to do. Never a name."""
    application: Application | None = message.application
    if application is None:
        return f"{message.words}。"
    number = application.number or "草稿"
    return f"{application.get_kind_display()}办件 {number}：{message.words}。"


def seal_phone(reach: Reach, number: str) -> None:
    reach.phone_ct = crypto.encrypt(number, field=PHONE, row=reach.uid) if number else None


def phone(reach: Reach) -> str:
    """Return the plain number; "" when none was given."""
    if reach.phone_ct is None:
        return ""
    return crypto.decrypt(reach.phone_ct, field=PHONE, row=reach.uid)


def wanted(user: Any) -> dict[tuple[str, str], bool]:
    """Return every event × channel with what holds for a person. One query."""
    chosen = {
        (event, channel): on
        for event, channel, on in Switch.objects.filter(user=user).values_list(
            "event", "channel", "on"
        )
    }
    return {
        (event, channel): chosen.get((event, channel), event in USUALLY[channel])
        for event in Event.values
        for channel in Channel.values
    }


def new_reach(user: Any) -> Reach:
    return Reach(user=user, uid=uuid.uuid4())
