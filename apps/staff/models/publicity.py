"""公示: what a unit hung out for its people to check, and what they objected to."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.quotas.models import ScopedQuerySet
from apps.units.models import Unit

from .people import Person


class PublicityQuerySet(ScopedQuerySet):
    def overdue(self, day: dt.date) -> PublicityQuerySet:
        """Return those whose time is over and that nobody has closed."""
        return self.filter(closed_on__isnull=True, ends_on__lt=day)


class Publicity(models.Model):
    """One public notice of a unit. Its state follows from the days; only closing is stored.

    content   what hangs on the wall, as apps.staff.publicity.snapshot made it on the day; the
              database refuses to change it, as it does unit, kind and days (PB-02)
    ends_on   last day of the notice, `days` working days after the first (core.calendar)
    evidence_* the photograph or scan of the notice on the wall (rules as documents/files.py)
    """

    class Kind(models.TextChoices):
        STAFF = "staff", "在编人员公示"
        ENTRY = "entry", "入编公示"

    class Place(models.TextChoices):
        BOARD = "board", "单位公告栏"
        SITE = "site", "单位门户网站"
        BOTH = "both", "公告栏和门户网站"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="publicities", verbose_name="单位")
    kind = models.CharField("公示类别", max_length=10, choices=Kind, db_collation="C")
    place = models.CharField("公示范围", max_length=10, choices=Place, db_collation="C")
    starts_on = models.DateField("公示开始")
    days = models.SmallIntegerField("公示期限")
    ends_on = models.DateField("公示截止")
    provisional = models.BooleanField("截止日暂算", default=False)
    contact = models.CharField("受理异议", max_length=120)
    content = models.JSONField("公示内容")
    people = models.IntegerField("公示人数")
    evidence_key = models.CharField(max_length=80, blank=True, editable=False)
    evidence_name = models.CharField("公示照片", max_length=255, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    evidence_size = models.BigIntegerField(null=True, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="发起人",
        db_index=False,
    )
    made_at = models.DateTimeField("发起时间", auto_now_add=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办结人",
        db_index=False,
    )
    summary = models.CharField("公示结果", max_length=500, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = PublicityQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "公示"
        ordering = ("-starts_on", "-pk")
        indexes = [
            models.Index(fields=["scope", "-starts_on"], name="publicity_by_scope"),
            models.Index(
                fields=["ends_on", "scope"],
                name="publicity_not_closed",
                condition=Q(closed_on__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=60), name="publicity_days_are_1_to_60"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="publicity_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True, summary="")
                | (
                    Q(closed_on__gt=F("ends_on"), closed_by__isnull=False)
                    & ~Q(summary="")
                    & ~Q(evidence_key="")
                ),
                name="publicity_closed_after_its_days_with_summary_and_evidence",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(closed_on__isnull=True),
                name="publicity_one_open_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("staff:publicity", args=[self.pk])


class Objection(models.Model):
    """What somebody objected to during a notice, and what became of it (PB-03).

    raised_by   who objected, in words; may be 匿名
    person      of the notice, whom it is about; null: the notice as a whole
    """

    class Result(models.TextChoices):
        UPHELD = "upheld", "属实，已更正"
        REJECTED = "rejected", "不属实"
        EXPLAINED = "explained", "已说明，异议人认可"

    publicity = models.ForeignKey(Publicity, models.PROTECT, related_name="objections")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="涉及人员"
    )
    raised_by = models.CharField("异议人", max_length=60)
    raised_on = models.DateField("提出日期")
    matter = models.CharField("异议内容", max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="登记人",
        db_index=False,
    )
    handled_by = models.CharField("处理人", max_length=60, blank=True)
    handled_on = models.DateField("处理日期", null=True, blank=True)
    result = models.CharField(
        "处理结果", max_length=10, choices=Result, blank=True, db_collation="C"
    )
    note = models.CharField("处理说明", max_length=500, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "公示异议"
        ordering = ("raised_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_on__isnull=True, handled_by="", result="")
                | (
                    Q(handled_on__gte=F("raised_on"))
                    & ~Q(handled_by="")
                    & ~Q(result="")
                    & ~Q(note="")
                ),
                name="objection_handled_says_by_whom_and_how",
            ),
        ]

    def __str__(self) -> str:
        return self.matter[:30]
