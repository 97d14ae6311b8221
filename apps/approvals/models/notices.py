"""编制使用通知单 and the heads it approves (用编序号). Source: domain.md §2.9."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.core.scope import within
from apps.quotas.models import Reservation, ScopedQuerySet
from apps.units.models import Unit

from ..choices import SlotState


class Notice(models.Model):
    """One numbered notice. Its state follows from its slots; only issuing and revoking are acts.

    office      prefix of the number, as set for the office (“剡编控”)
    year, serial   running per office and year, without a gap: counted under a lock
    """

    application = models.OneToOneField(
        "approvals.Application", models.PROTECT, related_name="notice"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="notices")
    office = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("号")
    number = models.CharField("通知单号", max_length=40, unique=True, db_collation="C")
    issued_on = models.DateField("下达日期")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="下达人",
    )
    valid_until = models.DateField("有效期至")
    is_annual = models.BooleanField("年度用编", default=False)
    source = models.CharField("人员来源", max_length=60, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoke_reason = models.CharField("撤销理由", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "编制使用通知单"
        ordering = ("-issued_on", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["office", "year", "serial"], name="notice_number_once"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""),
                name="notice_revoked_says_why",
            ),
        ]
        indexes = [models.Index(fields=["scope", "-issued_on"], name="notice_by_scope")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("approvals:notice", args=[self.pk])


class SlotQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(within(user.subtrees("view_subtree"), "notice__scope"))

    def usable(self, day: dt.date) -> Self:
        """Return the heads that may still be used: free, in time, and in no open application."""
        return self.filter(state=SlotState.FREE, notice__valid_until__gte=day).exclude(
            lines__is_open=True
        )


class Slot(models.Model):
    """One approved head. While it is free a reservation of one place stands behind it (NT-02).

    token   what the QR on the notice carries: opens the entry form, says nothing by itself
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="slots")
    no = models.PositiveSmallIntegerField("用编序号")
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    purpose = models.CharField("用途", max_length=120, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=SlotState, default=SlotState.FREE, db_collation="C"
    )
    reservation = models.OneToOneField(
        Reservation, models.PROTECT, null=True, blank=True, related_name="slot"
    )
    token = models.CharField(max_length=43, unique=True, editable=False, db_collation="C")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    name = models.CharField("使用人", max_length=72, blank=True)
    ended_at = models.DateTimeField("退回、过期或撤销时间", null=True, blank=True)

    objects = SlotQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "用编序号"
        ordering = ("notice", "no")
        constraints = [
            models.UniqueConstraint(fields=["notice", "no"], name="slot_no_once"),
            models.CheckConstraint(
                condition=Q(state__in=SlotState.values), name="slot_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=SlotState.USED, used_at__isnull=False)
                | (~Q(state=SlotState.USED) & Q(used_at__isnull=True)),
                name="slot_used_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=SlotState.FREE) | Q(reservation__isnull=False),
                name="slot_free_holds_a_place",
            ),
            code_in_table("quota_type", "quota_type", "slot_type_is_a_quota_type"),
        ]
        indexes = [
            models.Index(
                fields=["notice", "no"], name="slot_free", condition=Q(state=SlotState.FREE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice.number} 第 {self.no} 号"
