"""Audit events: who did what, why, and who looked. Appended only; partitions by month."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from apps.core.history import RowHistory
from apps.core.scope import within


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, target: models.Model) -> AuditEventQuerySet:
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))

    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """All for the audit administrator; else what concerns the user's subtrees."""
        if user.admin_kind == "audit":
            return self
        return self.filter(within(user.subtrees("view_subtree"), "scope"))


class AuditEvent(models.Model):
    """One thing done or looked at. Holds ids and words, no foreign keys.

    The table is partitioned by `at` (migration 0001), primary key (id, at); nothing updates or
    deletes rows, and the application's login may not.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "成功"
        REFUSED = "refused", "拒绝"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    kind = models.CharField("事项", max_length=60)
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.DONE)
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=72, blank=True)
    target_type = models.CharField("对象类别", max_length=60, blank=True)
    target_id = models.CharField("对象编号", max_length=60, blank=True)
    target_label = models.CharField("对象", max_length=200, blank=True)
    scope = models.CharField("范围", max_length=255, blank=True, db_collation="C")
    before = models.JSONField("之前", null=True)
    after = models.JSONField("之后", null=True)
    note = models.TextField("说明", blank=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    request_id = models.CharField("请求号", max_length=40, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True)
    change_id = models.UUIDField("变更标识", null=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计事件"
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_by_target"),
            models.Index(fields=["actor_id", "-at"], name="audit_by_actor"),
            models.Index(fields=["scope", "-at"], name="audit_by_scope"),
            models.Index(fields=["change_id"], name="audit_by_change"),
        ]


class AuditSeal(models.Model):
    """A batch of events sealed together: a Merkle root, chained by a key outside the database.

    Members are the events with (xid, id) after (after_xid, after_id) up to (last_xid, last_id) and
    id > floor_id: a range that no transaction can still write into when it is sealed. An era ends
    when the database was restored into another cluster, whose transactions count from the start.
    See docs/adr/0007; written by sealing.py, read by verifying.py; appended only.
    """

    number = models.BigIntegerField(primary_key=True)
    era = models.IntegerField()
    floor_id = models.BigIntegerField()
    after_xid = models.BigIntegerField()
    after_id = models.BigIntegerField()
    last_xid = models.BigIntegerField()
    last_id = models.BigIntegerField()
    max_id = models.BigIntegerField()
    rows = models.IntegerField()
    marks = models.BinaryField()  #: first eight bytes of each leaf, to name the row that differs
    root = models.BinaryField()
    previous = models.BinaryField()
    mac = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = "审计封存"
        ordering = ("number",)


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(handled_at__isnull=True)


class Alert(models.Model):
    """A sign that something may be wrong, for the security and the audit administrator.

    once   what is told only once, such as “reveals:17:2026-11-29”
    """

    class Kind(models.TextChoices):
        REVEALS = "reveals", "大量显示完整号码"
        SCRAPING = "scraping", "短时间查看大量人员"
        OFF_HOURS = "off_hours", "非办公时段导出"
        GUESSING = "guessing", "反复登录失败"
        SEAL = "seal", "审计记录校验不符"

    kind = models.CharField("类别", max_length=20, choices=Kind)
    at = models.DateTimeField("时间", default=timezone.now)
    once = models.CharField(max_length=120, unique=True)
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=72, blank=True)
    summary = models.CharField("情况", max_length=300)
    request_id = models.CharField("请求号", max_length=40, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True)
    handled_at = models.DateTimeField("处理时间", null=True)
    handled_by_id = models.BigIntegerField(null=True)
    handled_by_name = models.CharField("处理人", max_length=72, blank=True)
    handling = models.CharField("处理情况", max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "告警"
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(
                fields=["-at"], name="alert_open", condition=models.Q(handled_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(handled_at__isnull=True, handled_by_id__isnull=True)
                | (
                    models.Q(handled_at__isnull=False, handled_by_id__isnull=False)
                    & ~models.Q(handling="")
                ),
                name="alert_handled_says_by_whom_and_how",
            )
        ]

    def __str__(self) -> str:
        return self.summary
