"""消息: what people are told, on which roads, and the reminders that were sent."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.staff.models import Occupancy
from apps.units.models import Unit

from ..choices import Channel, Event, Level
from .applications import Application, Step
from .confirmations import Confirmation


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The user's own messages; those of cases out of their sight by now are left out."""
        seen = Application.objects.visible_to(user)
        return self.filter(
            Q(application__isnull=True) | Q(application__in=seen.values("pk")), user=user
        )

    def unread(self) -> Self:
        """Return what still wants to be looked at: not opened, and not done by a colleague."""
        return self.filter(read_at__isnull=True, settled_at__isnull=True)


class Message(models.Model):
    """One person is told one thing once, however often the handler runs (AP-21).

    key         what caused it, such as “step.17”; once for a person
    step        the move that caused it
    label       the step it is about, for bundling alike ones
    words       sentence after the name of the case; nothing personal, it also goes by text message
    settled_at  the case has moved on: nobody need act any more
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages")
    event = models.CharField("类别", max_length=10, choices=Event, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C", editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="messages", verbose_name="办件"
    )
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+", db_index=False)
    confirmation = models.ForeignKey(
        Confirmation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    label = models.CharField("环节", max_length=40, blank=True)
    words = models.CharField("内容", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        ordering = ("-at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="message_once_for_a_person"),
            models.CheckConstraint(
                condition=Q(event__in=Event.values), name="message_event_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="message_by_user"),
            models.Index(
                fields=["user", "event"],
                name="message_unread",
                condition=Q(read_at__isnull=True, settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}：{self.words}"

    def get_absolute_url(self) -> str:
        return reverse("approvals:message", args=[self.pk])


class Delivery(models.Model):
    """One message on one road outside the portal.

    sent_at   when the channel took it; a message is never given to it again after that
    error     why the last try failed
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries")
    channel = models.CharField("渠道", max_length=4, choices=Channel, db_collation="C")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    error = models.CharField("未发出的原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "消息发送"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel"], name="delivery_once_for_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="delivery_channel_is_known"
            ),
        ]


class Switch(models.Model):
    """One person wants one kind of message on one road, or not (消息设置)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    event = models.CharField("类别", max_length=10, choices=Event, db_collation="C")
    channel = models.CharField("渠道", max_length=4, choices=Channel, db_collation="C")
    on = models.BooleanField("发送")

    class Meta:
        verbose_name = "消息开关"
        constraints = [
            models.UniqueConstraint(fields=["user", "event", "channel"], name="switch_once")
        ]


class Reach(models.Model):
    """Where a person is reached outside the portal, as they wrote it down themselves.

    phone_ct   sealed under this row's uid
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reach")
    mail = models.EmailField("邮箱", blank=True)
    phone_ct = models.BinaryField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "接收地址"


class Reminder(models.Model):
    """A limit ran so far while a case was at a step: told once for that stay (AP-20).

    arrived_at   when the case came to the step; a case sent back and come again is another stay
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="reminders")
    confirmation = models.ForeignKey(
        Confirmation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    arrived_at = models.DateTimeField("到达时间")
    level = models.CharField("程度", max_length=8, choices=Level, db_collation="C")
    at = models.DateTimeField("提醒时间", auto_now_add=True)

    class Meta:
        verbose_name = "催办"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "confirmation", "arrived_at", "level"],
                nulls_distinct=False,
                name="reminder_once_for_a_stay",
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="reminder_level_is_known"
            ),
        ]


class LateFilingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(application__in=Application.objects.visible_to(user).values("pk"))


class LateFiling(models.Model):
    """限时申办: an application that was filed later after the fact than its kind allows (AP-22).

    fact_on   the earliest day its lines name; due_on the last day to file
    days      working days it came after due_on; provisional where a year is not published
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="late_filing")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    fact_on = models.DateField("实际发生日")
    due_on = models.DateField("应申报至")
    filed_on = models.DateField("申报日")
    days = models.PositiveIntegerField("迟报工作日")
    provisional = models.BooleanField("暂算", default=False)

    objects = LateFilingQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "迟报"
        ordering = ("-filed_on", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1), name="late_filing_is_late"),
        ]


class RetirementDraft(models.Model):
    """The exit draft the system opened for somebody who retires; one for a place and month.

    opened_for   first day of the month it was opened in: a draft the unit threw away is not opened
                 again that month
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="retirement_draft")
    spell = models.ForeignKey(Occupancy, models.PROTECT, related_name="+")
    opened_for = models.DateField("月份")
    withdrawn_at = models.DateTimeField("自动撤回时间", null=True, blank=True)
    reason = models.CharField("撤回原因", max_length=100, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "退休出编草稿"
        constraints = [
            models.UniqueConstraint(
                fields=["spell", "opened_for"], name="retirement_draft_once_a_month"
            ),
        ]


class Template(models.Model):
    """样表: the empty form of one material, for applicants to fill in. Never changed."""

    key = models.CharField(max_length=80, editable=False)
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField("大小")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    history = RowHistory()

    class Meta:
        verbose_name = "材料样表"

    def get_absolute_url(self) -> str:
        return reverse("approvals:template", args=[self.pk])
