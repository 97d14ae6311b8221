"""Uploaded workbooks: who brought what, when, and what became of it. The file is kept."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.core.imports import KINDS
from apps.core.models import Job
from apps.core.scope import within
from apps.units.models import Unit

from .choices import BatchState, Mode


class ImportSourceQuerySet(models.QuerySet["ImportSource"]):
    def visible_to(self, user: Any) -> ImportSourceQuerySet:
        """Return the sources of offices inside the user's subtrees, kind by kind."""
        return self.filter(_by_kind(user, "office__path"))


class ImportSource(models.Model):
    """A foreign layout that an office has met, by a name of its own: how its columns are read.

    fingerprint  of the headers (sheets.foreign.Profile)
    mapping      sheets.mapping.Mapping as JSON: headers and constants, no rows of any file
    """

    kind = models.CharField("类别", max_length=40)
    office = models.ForeignKey(
        Unit, models.PROTECT, related_name="import_sources", verbose_name="所属编办"
    )
    name = models.CharField("来源名称", max_length=80)
    fingerprint = models.CharField("表头指纹", max_length=64, editable=False)
    mapping = models.JSONField("对照方案", default=dict)
    used_at = models.DateTimeField("最近使用", auto_now_add=True)

    objects = ImportSourceQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "文件来源"
        ordering = ("kind", "name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "kind", "name"], name="import_source_name_once_in_an_office"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="import_source_has_a_name"),
        ]
        indexes = [models.Index(fields=["kind", "fingerprint"], name="import_source_by_headers")]

    def __str__(self) -> str:
        return self.name


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Return the user's own batches, and those written wholly inside what he keeps.

        A workbook may hold more than others may see: until it is written it is its owner's, then
        it is seen by whoever holds the right of its kind on all that it touched.
        """
        written = Q(state__in=[BatchState.DONE, BatchState.UNDOING, BatchState.WITHDRAWN])
        return self.filter(Q(owner_id=user.pk) | written & _by_kind(user, "reach__path"))


def _by_kind(user: Any, field: str) -> Q:
    """Return “the row's kind is one whose right the user holds on `field`”; False for none."""
    condition = Q(pk__in=[])
    rights: dict[str, list[str]] = {}
    for kind in KINDS.values():
        rights.setdefault(kind.permission, []).append(kind.code)
    for permission, codes in rights.items():
        condition |= Q(kind__in=codes) & within(user.subtrees(permission), field)
    return condition


class ImportBatch(models.Model):
    """One uploaded workbook of one kind, with the report of its check and its end.

    owner        None: a command run on the server
    report       as `import_file --report` writes it (design §10)
    preview      first new and changed lines, and the columns as they were understood
    layout       the headers of a foreign file with proposals; {} for our own template
    mapping      how a foreign file's columns are read (sheets.mapping.Mapping); {} for our own
    corrections  cells put right in the page, the file itself stays (fixes.py)
    cells        the faulty cells that can be put right in the page
    reach        smallest subtree with all that was touched; None until it is written
    write_id     change id of the transaction that wrote it; its history rows carry the same
    tracks       table → [first, last] history id of that transaction: where to look for them
    obstacles    what stood in the way of the last try to withdraw it
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="import_batches",
        verbose_name="经办人",
    )
    under = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入到"
    )
    state = models.CharField("状态", max_length=10, choices=BatchState, default=BatchState.CHECKING)
    mode = models.CharField("方式", max_length=6, choices=Mode, default=Mode.BOTH)
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
    skipped = models.IntegerField("跳过", default=0)
    faults = models.IntegerField("错误", default=0)
    report = models.JSONField("报告", default=dict)
    preview = models.JSONField("预览", default=dict)
    source = models.ForeignKey(
        ImportSource,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name="来源",
    )
    layout = models.JSONField("表头", default=dict)
    mapping = models.JSONField("对照方案", default=dict)
    corrections = models.JSONField("更正", default=list)
    cells = models.JSONField("可更正的单元格", default=list)
    reach = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    write_id = models.UUIDField(null=True, editable=False)
    tracks = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    obstacles = models.JSONField("撤回的障碍", default=list)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()
    history = RowHistory(
        excluded_fields=[
            "report",
            "preview",
            "layout",
            "corrections",
            "cells",
            "tracks",
            "obstacles",
        ]
    )

    class Meta:
        verbose_name = "导入批次"
        ordering = ("-created_at", "pk")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="import_batch_by_owner"),
            models.Index(fields=["-created_at"], name="import_batch_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="import_batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=Mode.values), name="import_batch_mode_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.DONE) | Q(ended_at__isnull=False, faults=0),
                name="import_batch_done_has_no_fault",
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.WITHDRAWN, withdrawn_at__isnull=False)
                | ~Q(state=BatchState.WITHDRAWN) & Q(withdrawn_at__isnull=True),
                name="import_batch_withdrawn_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("exchange:batch", args=[self.pk])
