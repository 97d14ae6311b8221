"""Uploaded workbooks: who brought what, when, and what became of it. The file is kept."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.core.models import Job
from apps.units.models import Unit

from .choices import BatchState


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Return the batches the user brought: a workbook may hold more than others may see."""
        return self.filter(owner_id=user.pk)


class ImportBatch(models.Model):
    """One uploaded workbook of one kind, with the report of its check and its end.

    report   as `import_file --report` writes it (design §10)
    preview  first new and changed lines, and the columns as they were understood
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_batches"
    )
    under = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入到"
    )
    state = models.CharField("状态", max_length=10, choices=BatchState, default=BatchState.CHECKING)
    name = models.CharField("文件名", max_length=255)
    path = models.CharField("存放", max_length=255, editable=False)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.BigIntegerField("大小（字节）")
    marked = models.CharField("标注文件", max_length=255, blank=True, editable=False)
    sentence = models.TextField("说明", blank=True)
    rows = models.IntegerField("行数", default=0)
    created = models.IntegerField("新增", default=0)
    changed = models.IntegerField("变更", default=0)
    unchanged = models.IntegerField("不变", default=0)
    faults = models.IntegerField("错误", default=0)
    report = models.JSONField("报告", default=dict)
    preview = models.JSONField("预览", default=dict)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()
    history = RowHistory(excluded_fields=["report", "preview"])

    class Meta:
        verbose_name = "导入批次"
        ordering = ("-created_at", "pk")
        indexes = [models.Index(fields=["owner", "-created_at"], name="import_batch_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="import_batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.DONE) | Q(ended_at__isnull=False, faults=0),
                name="import_batch_done_has_no_fault",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("exchange:batch", args=[self.pk])
