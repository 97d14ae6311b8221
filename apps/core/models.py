"""Tables without domain words: code tables, calendar, jobs, outbox, idempotency keys."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils import timezone

from .history import RowHistory


class CodeTable(models.Model):
    """A dictionary the office edits, such as 编制类型. What code branches on is an enum instead."""

    code = models.CharField("代码", max_length=40, primary_key=True)
    name = models.CharField("名称", max_length=80)
    standard = models.CharField("标准", max_length=80, blank=True)
    note = models.TextField("说明", blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "代码表"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class CodeValueQuerySet(models.QuerySet["CodeValue"]):
    def of(self, table: str) -> CodeValueQuerySet:
        return self.filter(table_id=table)

    def choices(self, table: str) -> list[tuple[str, str]]:
        """Return (key, label) of the values of `table` that hold today, in the table's order."""
        values = self.of(table).on_day(timezone.localdate()).order_by("sort", "value")
        return list(values.values_list("key", "label"))

    def dated(self, tables: Iterable[str]) -> dict[str, list[tuple[str, str, bool]]]:
        """Return {table: [(key, label, whether it holds today)]}, in the order of the tables."""
        holds = ExpressionWrapper(_holding_on(timezone.localdate()), models.BooleanField())
        rows = self.filter(table_id__in=tables).order_by("table_id", "sort", "value")
        found: dict[str, list[tuple[str, str, bool]]] = {}
        for table, *value in rows.annotate(holds=holds).values_list(
            "table_id", "key", "label", "holds"
        ):
            found.setdefault(table, []).append(tuple(value))
        return found

    def on_day(self, day: object) -> CodeValueQuerySet:
        """Return the values that hold on `day`."""
        return self.filter(_holding_on(day))


def _holding_on(day: object) -> Q:
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )


class CodeValue(models.Model):
    """One dated value of a code table. key = "<table>.<value>", never reused."""

    key = models.CharField("键", max_length=80, primary_key=True, db_collation="C")
    table = models.ForeignKey(CodeTable, models.PROTECT, related_name="values", db_index=False)
    value = models.CharField("代码值", max_length=32)
    label = models.CharField("名称", max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    sort = models.IntegerField("排序", default=0)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    attrs = models.JSONField("属性", default=dict, blank=True)
    external_map = models.JSONField("外部代码", default=dict, blank=True)

    history = RowHistory()
    objects = CodeValueQuerySet.as_manager()

    class Meta:
        verbose_name = "代码值"
        ordering = ("table_id", "sort", "value")
        constraints = [
            models.UniqueConstraint(fields=["table", "value"], name="codevalue_once_per_table"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="codevalue_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Holiday(models.Model):
    """A day that differs from the plain week: 放假 or 调休上班. Source: the yearly notice."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "调休上班"

    day = models.DateField("日期", primary_key=True)
    kind = models.CharField("类别", max_length=8, choices=Kind)
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("依据", max_length=120, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "节假日"
        ordering = ("day",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["holiday", "workday"]), name="holiday_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}"


class PolicySetting(models.Model):
    """A number of the security policy that differs from its default (policy.py)."""

    key = models.CharField("项目", max_length=40, primary_key=True)
    value = models.IntegerField("值")
    note = models.CharField("依据", max_length=300, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "安全策略"
        ordering = ("key",)
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="policy_is_not_negative")
        ]

    def __str__(self) -> str:
        return self.key


class Job(models.Model):
    """A long piece of work with progress that a page polls. Rows are never reused."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("名称", max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    stage = models.CharField("阶段", max_length=40, blank=True)
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总数", default=0)
    message = models.TextField("说明", blank=True)
    data = models.JSONField("参数", default=dict)
    result = models.JSONField("结果", default=dict)
    result_file = models.CharField("结果文件", max_length=255, blank=True)
    cancel_asked = models.BooleanField("要求取消", default=False)
    beat_at = models.DateTimeField("最近报告", null=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "任务"
        ordering = ("-created_at", "pk")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
            models.Index(
                fields=["state"],
                name="job_unfinished",
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed", "cancelled"]),
                name="job_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"]) | Q(finished_at__isnull=False),
                name="job_that_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OutboxMessage(models.Model):
    """Work for Celery, written in the transaction that causes it. Redis is only the doorbell."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = "待发任务"
        indexes = [
            models.Index(fields=["id"], name="outbox_open", condition=Q(done_at__isnull=True))
        ]


class IdempotencyKey(models.Model):
    """One state-changing request, stored in its own transaction so that it takes effect once."""

    key = models.UUIDField(primary_key=True)
    user_id = models.BigIntegerField()
    request_hash = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    location = models.TextField(blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "幂等键"
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]
