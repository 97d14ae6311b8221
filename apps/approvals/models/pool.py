"""编制池 and 周转编制: freed places come in, are lent for a time, come back (domain.md §4.4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.documents.models import ApprovalDocument
from apps.quotas.models import QuotaEntry, ScopedQuerySet
from apps.units.models import Unit

from ..choices import LoanStepKind, PoolKind


class Pool(models.Model):
    """What an office holds of one type for no unit. The CHECK keeps it from lending twice (PL-02).

    unit   the office's own subtree (本级); total places in it, lent of these out now
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    total = models.IntegerField("总量", default=0)
    lent = models.IntegerField("已借出", default=0)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "编制池"
        ordering = ("unit", "quota_type")
        constraints = [
            models.UniqueConstraint(fields=["unit", "quota_type"], name="pool_once"),
            models.CheckConstraint(
                condition=Q(lent__gte=0, lent__lte=F("total")), name="pool_lends_what_it_has"
            ),
            code_in_table("quota_type", "quota_type", "pool_type_is_one"),
        ]

    def __str__(self) -> str:
        return f"编制池 {self.quota_type_id}"

    @property
    def left(self) -> int:
        return self.total - self.lent


class PoolEntry(models.Model):
    """One movement of the pool. unit: where the places come from or go to.

    entry        the line of the unit's ledger that goes with it; none for what comes from above
    application  the exit that freed the place (收回)
    """

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="entries")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("类别", max_length=8, choices=PoolKind, db_collation="C")
    change = models.IntegerField("增减数")
    on = models.DateField("日期")
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, related_name="+", verbose_name="依据文件"
    )
    entry = models.OneToOneField(
        QuotaEntry, models.PROTECT, null=True, blank=True, related_name="+"
    )
    application = models.ForeignKey(
        "approvals.Application", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "编制池变动"
        ordering = ("-on", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="pool_entry_changes_something"),
            models.CheckConstraint(
                condition=Q(kind=PoolKind.ALLOT, change__lt=0)
                | Q(kind__in=[PoolKind.RECOVER, PoolKind.SEED], change__gt=0),
                name="pool_entry_sign_fits_its_kind",
            ),
        ]


class Loan(models.Model):
    """周转编制 lent to a unit until a day. places: still there; lent: at first.

    Its lines of the ledger carry the due day, so rule Q30 finds what is due (quotas.QuotaEntry).
    """

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="loans")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="loans", verbose_name="借用单位")
    lent = models.PositiveIntegerField("借出数")
    places = models.PositiveIntegerField("未还数")
    starts_on = models.DateField("借出日期")
    due_on = models.DateField("到期日期")
    reason = models.CharField("事由", max_length=200)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "周转编制"
        ordering = ("due_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(lent__gt=0, places__lte=F("lent")), name="loan_returns_what_was_lent"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("starts_on")), name="loan_due_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="loan_outstanding", condition=Q(places__gt=0)
            ),
            models.Index(fields=["scope", "due_on"], name="loan_by_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.lent} 名"

    @property
    def days(self) -> int:
        """Days until it is due; below zero: overdue."""
        return (self.due_on - timezone.localdate()).days


class LoanStep(models.Model):
    """One move of a loan, by a document. Added, never changed (migration 0006)."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="steps")
    kind = models.CharField("操作", max_length=6, choices=LoanStepKind, db_collation="C")
    places = models.PositiveIntegerField("名额")
    on = models.DateField("日期")
    due_on = models.DateField("到期日期", null=True, blank=True)
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, related_name="+", verbose_name="依据文件"
    )
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="办理人",
    )
    at = models.DateTimeField("办理时间", auto_now_add=True)

    class Meta:
        verbose_name = "周转编制办理记录"
        ordering = ("loan", "pk")
