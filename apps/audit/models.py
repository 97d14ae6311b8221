"""Audit events: who did what, why, and who looked. Appended only; partitions by month."""

from __future__ import annotations

from typing import Any

from django.db import models

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
