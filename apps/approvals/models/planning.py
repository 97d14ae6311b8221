"""What decides how many places may be used: settings, reserves, the 审议表, the yearly plan."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.documents.models import ApprovalDocument
from apps.quotas.models import ScopedQuerySet
from apps.units.models import Unit

from ..choices import BalanceMode, ControlKind, Per, PlanState, Relation


class UseSetting(models.Model):
    """How the office runs 用编, in versions that are never rewritten (migration 0006).

    prefix         of the numbers: “剡编控” → 剡编控〔2026〕7号
    balance        what the yearly dynamic balance does; relation, ratio_in, ratio_out, per say how
                   it is counted: 出三进二 is ratio 2 in, 3 out
    exempt_modes   keys of entry modes that do not count (军转, 政策性安置)
    recover        freed places of over-staffed and 只出不进 units go to the pool
    soon           days before a loan's end at which it is due soon
    """

    number = models.PositiveIntegerField("版本", unique=True)
    prefix = models.CharField("通知单字头", max_length=16)
    balance = models.CharField("动态平衡", max_length=5, choices=BalanceMode, db_collation="C")
    relation = models.CharField("入出编关系", max_length=5, choices=Relation, db_collation="C")
    ratio_in = models.PositiveSmallIntegerField("进", default=2)
    ratio_out = models.PositiveSmallIntegerField("出", default=3)
    per = models.CharField("计算范围", max_length=6, choices=Per, db_collation="C")
    exempt_modes = models.JSONField("不计入的进入方式", default=list)
    recover = models.BooleanField("空出编制收回入池", default=False)
    soon = models.PositiveSmallIntegerField("周转到期提前提示", default=30)
    reason = models.CharField("修改说明", max_length=200, blank=True)
    made_at = models.DateTimeField("生效时间", auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="修改人",
    )

    history = RowHistory()

    class Meta:
        verbose_name = "用编管理设置"
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    balance__in=BalanceMode.values, relation__in=Relation.values, per__in=Per.values
                ),
                name="use_setting_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ratio_in__gt=0, ratio_out__gt=0), name="use_setting_ratio_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"用编管理设置第 {self.number} 版"


class UseControlQuerySet(ScopedQuerySet):
    def on_day(self, day: Any) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class UseControl(models.Model):
    """预留, or 只出不进: holds for a unit × type from a day on, by a document.

    quota_type   null: every type of the unit (只出不进 only)
    places       held back; 0 for 只出不进
    ends_on      first day it holds no more; null: until it is lifted
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="use_controls", verbose_name="单位")
    quota_type = CodeField(
        "quota_type", null=True, blank=True, verbose_name="编制类型", db_index=False
    )
    kind = models.CharField("类别", max_length=10, choices=ControlKind, db_collation="C")
    places = models.PositiveIntegerField("名额", default=0)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, related_name="+", verbose_name="依据文件"
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="登记人",
    )
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = UseControlQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "用编管控"
        ordering = ("unit", "-starts_on", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ControlKind.values), name="use_control_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ControlKind.EXIT_ONLY, places=0)
                | (~Q(kind=ControlKind.EXIT_ONLY) & Q(places__gt=0, quota_type__isnull=False)),
                name="use_control_holds_places",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="use_control_ends_after_it_starts",
            ),
            code_in_table("quota_type", "quota_type", "use_control_type_is_one"),
        ]
        indexes = [models.Index(fields=["scope", "-starts_on"], name="use_control_by_scope")]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_kind_display()}"


class UseSheet(models.Model):
    """审议表: what the office laid before who decides, with every operand (domain.md §5.4).

    number    审议表〔2026〕7号, running per office and year without a gap
    formula   the formula of its figures; rows one dict for each line, see apps.approvals.sheets
    """

    application = models.OneToOneField(
        "approvals.Application", models.PROTECT, related_name="sheet"
    )
    office = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("号")
    formula = models.CharField("公式", max_length=10, db_collation="C")
    rows = models.JSONField("各栏")
    meeting = models.CharField("会议", max_length=80, blank=True)
    made_at = models.DateTimeField("生成时间", auto_now=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    history = RowHistory()

    class Meta:
        verbose_name = "审议表"
        ordering = ("-year", "-serial")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "year", "serial"], name="use_sheet_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"审议表〔{self.year}〕{self.serial}号"


class UsePlan(models.Model):
    """年度用编计划: collected, reviewed, issued by a document, drawn on, settled.

    unit    the office's own subtree (本级); limit: most places of the year, null: none set
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField(
        "状态",
        max_length=10,
        choices=PlanState,
        default=PlanState.COLLECTING,
        db_collation="C",
    )
    due_on = models.DateField("申报截止")
    limit = models.PositiveIntegerField("年度用编总量", null=True, blank=True)
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="下达文件",
    )
    issued_on = models.DateField("下达日期", null=True, blank=True)
    settled_at = models.DateTimeField("清算时间", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "年度用编计划"
        ordering = ("-year",)
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="use_plan_once_a_year"),
            models.CheckConstraint(
                condition=Q(state__in=PlanState.values), name="use_plan_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.COLLECTING, PlanState.REVIEWING])
                | Q(document__isnull=False, issued_on__isnull=False),
                name="use_plan_issued_by_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年用编计划"


class PlanLine(models.Model):
    """What one unit asks for in a year, of one type; what it is granted.

    granted   null until the office has reviewed it; never above requested
    settled   places used when the year was settled; the rest lapsed
    """

    plan = models.ForeignKey(UsePlan, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    requested = models.PositiveIntegerField("申报数")
    reason = models.CharField("用途和理由", max_length=300)
    granted = models.PositiveIntegerField("核定数", null=True, blank=True)
    opinion = models.CharField("审核意见", max_length=300, blank=True)
    settled = models.PositiveIntegerField("清算已用", null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="申报人",
    )
    filed_at = models.DateTimeField("申报时间", auto_now_add=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "年度用编计划明细"
        ordering = ("plan", "unit", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "unit", "quota_type"], name="plan_line_once_for_a_cell"
            ),
            models.CheckConstraint(condition=Q(requested__gt=0), name="plan_line_asks_for_some"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__lte=F("requested")),
                name="plan_line_grants_no_more_than_requested",
            ),
            code_in_table("quota_type", "quota_type", "plan_line_type_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.quota_type_id}"
