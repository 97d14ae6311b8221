"""领导职数: approved leadership posts and how they are filled."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.documents.models import ApprovalDocument
from apps.quotas.models import ScopedQuerySet
from apps.units.models import Unit


class LeadershipEntry(models.Model):
    """One movement of the 职数台账: ± posts of one kind, by one document, on one day."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="leadership_entries")
    post_kind = CodeField("post_kind", verbose_name="职数类别", db_index=False)
    post_level = CodeField(
        "post_level", null=True, blank=True, verbose_name="职务层次", db_index=False
    )
    change = models.IntegerField("增减数")
    on = models.DateField("日期")
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, related_name="leadership_entries", verbose_name="批准文号"
    )
    reason = models.CharField("变化原因", max_length=200)
    note = models.CharField("备注", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "领导职数台账"
        ordering = ("unit", "on", "pk")
        indexes = [
            models.Index(fields=["scope", "-on"], name="leadership_entry_by_scope"),
            models.Index(fields=["unit", "post_kind", "on"], name="leadership_entry_of_cell"),
            models.Index(fields=["-on", "-id"], name="leadership_entry_by_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="leadership_entry_changes"),
            code_in_table("post_kind", "post_kind", "leadership_entry_kind_is_one"),
            code_in_table("post_level", "post_level", "leadership_entry_level_is_one"),
        ]


class PostBalance(models.Model):
    """应配 and 实配 of one kind in one unit today. Kept by triggers alone.

    Chief and deputy never net out: `over` and `short` are per kind (docs/rules.md L-01).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="post_balances", db_index=False)
    post_kind = CodeField("post_kind", verbose_name="职数类别", db_index=False)
    due = models.IntegerField("应配", default=0)
    filled = models.IntegerField("实配", default=0)
    over = models.GeneratedField(
        expression=Greatest(F("filled") - F("due"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    short = models.GeneratedField(
        expression=Greatest(F("due") - F("filled"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "职数余额"
        ordering = ("unit", "post_kind")
        constraints = [
            models.UniqueConstraint(fields=["unit", "post_kind"], name="post_balance_once"),
            models.CheckConstraint(
                condition=Q(due__gte=0, filled__gte=0), name="post_balance_is_never_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "post_kind"],
                include=["due", "filled", "over", "short"],
                name="post_balance_by_scope",
            ),
            models.Index(
                fields=["scope", "unit"], name="post_balance_over", condition=Q(over__gt=0)
            ),
            models.Index(
                fields=["scope", "unit"], name="post_balance_short", condition=Q(short__gt=0)
            ),
        ]


class PastPostsQuerySet(ScopedQuerySet):
    def on_day(self, on: Any) -> Self:
        """Return the cells of leadership posts on a day; call `dated.settle` first."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on),
            starts_on__lte=on,
            post_kind_id__gte="post_kind.",
            post_kind_id__lt="post_kind.~",
        ).annotate(
            over=Greatest(F("filled") - F("due"), 0), short=Greatest(F("due") - F("filled"), 0)
        )


class PastPostBalance(models.Model):
    """`PostBalance` of a past day: the spans of post kinds (quotas.CellSpan) under its names."""

    pk = models.CompositePrimaryKey("unit_id", "post_kind_id", "starts_on")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="past_post_balances")
    post_kind = CodeField("post_kind", db_column="kind", verbose_name="职数类别")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    due = models.IntegerField("应配", db_column="places")
    filled = models.IntegerField("实配", db_column="taken")
    scope = models.CharField(max_length=255, db_collation="C")

    objects = PastPostsQuerySet.as_manager()

    class Meta:
        verbose_name = "某日职数余额"
        managed = False
        db_table = "quotas_cellspan"


class PostBucket(models.Model):
    """Sums of the post balances below one node of depth ≤ 4, as quotas.Bucket. Kept by triggers."""

    path = models.CharField(max_length=255, db_collation="C")
    post_kind_id = models.CharField(max_length=80, db_collation="C")
    due = models.BigIntegerField(default=0)
    filled = models.BigIntegerField(default=0)
    over = models.BigIntegerField(default=0)
    short = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "职数汇总桶"
        constraints = [
            models.UniqueConstraint(
                fields=["path", "post_kind_id"],
                include=["due", "filled", "over", "short"],
                name="post_bucket_once",
            )
        ]
