"""数据校核: what the rules found, what people did about it, and the monthly statistics."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now
from django.urls import reverse
from django.utils import timezone

from apps.core.history import RowHistory
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.staff.models import Person
from apps.units.models import Unit

from .choices import Gone, Level, RunKind, State


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(within(user.subtrees("view_subtree"), "scope"))

    def lasting(self) -> Self:
        """Return what the checks still find, muted or not."""
        return self.filter(gone_at__isnull=True)

    def open(self, today: dt.date | None = None) -> Self:
        """Return what lasts and is not muted; a mute that has run out mutes nothing."""
        return self.lasting().exclude(self.muted(today))

    def with_names(self) -> Self:
        """Add `person_name` and `document_number` of the subjects, for the sentence.

        Who sees the unit sees the person, who has a place there, and the document it rests on.
        """
        person = Cast(KT("subjects__person"), models.BigIntegerField())
        document = Cast(KT("subjects__document"), models.BigIntegerField())
        return self.alias(subject_person=person, subject_document=document).annotate(
            person_name=models.Subquery(
                Person.objects.filter(pk=models.OuterRef("subject_person"))
                .order_by()
                .values("name")[:1]
            ),
            document_number=models.Subquery(
                ApprovalDocument.objects.filter(pk=models.OuterRef("subject_document"))
                .order_by()
                .values("number")[:1]
            ),
        )

    @staticmethod
    def muted(today: dt.date | None = None) -> Q:
        return Q(state=State.MUTED, muted_until__gte=today or timezone.localdate())


class Finding(models.Model):
    """One contradiction: one row per rule, unit and subject while it lasts.

    key        the subject within the unit: "quota_type.10", "person:7"; "" for the unit itself
    subjects   ids that the page links to: {"person": 7, "document": 3}; never a name
    facts      the figures of the sentence
    turn       counts the moves of people, so that who comes second is told
    """

    rule = models.CharField("规则", max_length=4, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings", verbose_name="单位")
    key = models.CharField("对象", max_length=120, blank=True, db_collation="C")
    subjects = models.JSONField("对象编号", default=dict)
    level = models.CharField("级别", max_length=6, choices=Level)
    facts = models.JSONField("事实", default=dict)
    first_seen = models.DateTimeField("发现时间")
    last_seen = models.DateTimeField("最近查出")
    gone_at = models.DateTimeField("消除时间", null=True, blank=True)
    gone_why = models.CharField("消除原因", max_length=6, choices=Gone, blank=True)
    state = models.CharField("处置", max_length=10, choices=State, default=State.OPEN)
    muted_until = models.DateField("暂不提示至", null=True, blank=True)
    turn = models.PositiveIntegerField(default=0, editable=False)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = FindingQuerySet.as_manager()
    history = RowHistory(excluded_fields=["last_seen"])

    class Meta:
        verbose_name = "校核问题"
        ordering = ("-first_seen", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "unit", "key"],
                name="finding_once_while_it_lasts",
                condition=Q(gone_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="finding_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="finding_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True, gone_why="")
                | Q(gone_at__isnull=False, gone_why__in=Gone.values),
                name="finding_gone_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MUTED, muted_until__isnull=False)
                | (~Q(state=State.MUTED) & Q(muted_until__isnull=True)),
                name="finding_muted_says_until_when",
            ),
            models.CheckConstraint(
                condition=Q(last_seen__gte=F("first_seen")), name="finding_seen_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "level"],
                name="finding_lasting_by_scope",
                condition=Q(gone_at__isnull=True),
            ),
            models.Index(fields=["scope", "-first_seen"], name="finding_by_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}@{self.unit_id}"

    def get_absolute_url(self) -> str:
        return reverse("checks:detail", args=[self.pk])

    @property
    def is_muted(self) -> bool:
        return (
            self.state == State.MUTED
            and self.muted_until is not None
            and self.muted_until >= timezone.localdate()
        )


class Handling(models.Model):
    """One move of a person, or of the system when a mute runs out. Appended only."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="handlings")
    move = models.CharField("处置", max_length=10)
    before = models.CharField("之前", max_length=10, choices=State)
    after = models.CharField("之后", max_length=10, choices=State)
    opinion = models.CharField("意见", max_length=500, blank=True)
    until = models.DateField("至", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="处置人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "校核处置"
        ordering = ("finding", "pk")


class RuleSetting(models.Model):
    """What the office decided about a rule, from a day on; the latest that has begun holds.

    values   thresholds by name; what is missing is as the catalogue has it
    """

    rule = models.CharField("规则", max_length=4, db_collation="C")
    enabled = models.BooleanField("启用", default=True)
    values = models.JSONField("参数", default=dict, blank=True)
    reason = models.CharField("原因", max_length=300)
    starts_on = models.DateField("起始日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("设置时间", auto_now_add=True)

    history = RowHistory()

    class Meta:
        verbose_name = "校核规则设置"
        ordering = ("rule", "starts_on", "pk")
        indexes = [models.Index(fields=["rule", "-starts_on"], name="rule_setting_by_rule")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rule_setting_says_why")
        ]


class Run(models.Model):
    """One run of the rules.

    units    how many were looked at; null for all
    rules    {number: {"found", "appeared", "gone", "seconds"}}, or {"error"} of one that failed
    """

    kind = models.CharField("起因", max_length=8, choices=RunKind)
    units = models.IntegerField("单位数", null=True)
    started_at = models.DateTimeField("开始时间")
    seconds = models.FloatField("用时（秒）", default=0)
    found = models.IntegerField("查出", default=0)
    appeared = models.IntegerField("新增", default=0)
    gone = models.IntegerField("消除", default=0)
    failed = models.IntegerField("未能执行", default=0)
    rules = models.JSONField("逐条", default=dict)

    class Meta:
        verbose_name = "校核记录"
        ordering = ("-started_at", "-pk")
        indexes = [models.Index(fields=["-started_at"], name="check_run_by_time")]


class DirtyUnit(models.Model):
    """A unit whose facts changed since its last check: a queue that triggers write.

    since   first day whose figures may differ now; null when no figure is touched
    No key on the unit: two writers of one unit must not wait for each other here.
    """

    unit_id = models.BigIntegerField()
    path = models.CharField(max_length=255, db_collation="C")
    since = models.DateField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "待校核单位"


class UnitActivity(models.Model):
    """When facts of a unit were last written."""

    unit = models.OneToOneField(
        Unit, models.CASCADE, primary_key=True, related_name="activity", db_constraint=False
    )
    at = models.DateTimeField("最近更新")

    class Meta:
        verbose_name = "单位更新时间"


class PersonCheck(models.Model):
    """The outcome of looking at one identity number, so that it is opened once only (Q06, Q07).

    seen    digest of what was looked at: ciphertext, sex, month of birth, name
    fault   code of what is wrong; "" when nothing is
    twin    keyed digest of name and day of birth: equal for namesakes born on one day
    """

    person = models.OneToOneField(
        Person,
        models.CASCADE,
        primary_key=True,
        related_name="number_check",
        db_constraint=False,
    )
    seen = models.BinaryField(max_length=16, editable=False)
    fault = models.CharField(max_length=12, blank=True)
    twin = models.BinaryField(max_length=16, null=True, editable=False)

    class Meta:
        verbose_name = "证件号核验"
        indexes = [
            models.Index(fields=["twin"], name="person_check_by_twin"),
            models.Index(fields=["person"], name="person_check_faulty", condition=~Q(fault="")),
        ]


class StatisticNode(models.Model):
    """A subtree whose figures are kept for every month; stale_since: recompute from that day."""

    unit = models.OneToOneField(
        Unit, models.CASCADE, primary_key=True, related_name="statistics", db_constraint=False
    )
    computed_at = models.DateTimeField("计算时间", null=True)
    stale_since = models.DateField("待重算自", null=True)

    class Meta:
        verbose_name = "月度统计范围"


class MonthlyFigure(models.Model):
    """What a subtree had at the end of a month, counted from dated facts as quotas.figures does.

    on       last day of the month
    family   "" for all types that count in totals; over_units stands in that row only
    """

    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="monthly_figures", db_index=False, db_constraint=False
    )
    on = models.DateField("月末")
    family = models.CharField("编制类别", max_length=12, blank=True, db_collation="C")
    approved = models.IntegerField("核定", default=0)
    actual = models.IntegerField("实有", default=0)
    vacant = models.IntegerField("毛空编", default=0)
    excess = models.IntegerField("毛超编", default=0)
    over_units = models.IntegerField("超编单位", default=0)

    class Meta:
        verbose_name = "月度编制统计"
        ordering = ("unit", "on", "family")
        constraints = [
            models.UniqueConstraint(fields=["unit", "family", "on"], name="monthly_figure_once")
        ]


class MonthlyExcess(models.Model):
    """The gross excess of one unit at the end of a month; units without any have no row."""

    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="monthly_excess", db_index=False, db_constraint=False
    )
    on = models.DateField("月末")
    excess = models.IntegerField("毛超编")

    class Meta:
        verbose_name = "月度超编"
        constraints = [
            models.UniqueConstraint(fields=["on", "unit"], name="monthly_excess_once"),
            models.CheckConstraint(condition=Q(excess__gt=0), name="monthly_excess_is_some"),
        ]
