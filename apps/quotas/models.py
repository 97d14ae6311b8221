"""编制: the ledger, and the balances the database keeps from it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.units.models import Unit

from .choices import FALLING, RISING, EntryKind, OverageKind


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(within(user.subtrees("view_subtree"), "scope"))

    def under(self, unit: Unit) -> Self:
        return self.filter(within([unit.path], "scope"))


class QuotaEntry(models.Model):
    """One movement of the ledger (编制台账): ± places of one type, by one document, on one day."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="quota_entries")
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    change = models.IntegerField("增减数")
    kind = models.CharField("变动类别", max_length=12, choices=EntryKind, default=EntryKind.GRANT)
    on = models.DateField("日期")
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, related_name="quota_entries", verbose_name="批准文号"
    )
    funding = CodeField("funding", null=True, blank=True, verbose_name="经费形式", db_index=False)
    source_level = models.CharField("级别来源", max_length=10, blank=True)
    reason = models.CharField("变化原因", max_length=200)
    revolve_due_on = models.DateField("周转到期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "编制台账"
        ordering = ("unit", "on", "pk")
        indexes = [
            models.Index(fields=["scope", "-on"], name="quota_entry_by_scope"),
            models.Index(fields=["unit", "quota_type", "on"], name="quota_entry_of_cell"),
            models.Index(fields=["-on", "-id"], name="quota_entry_by_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="quota_entry_changes_something"),
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="quota_entry_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RISING, change__gt=0)
                | Q(kind__in=FALLING, change__lt=0)
                | ~Q(kind__in=[*RISING, *FALLING]),
                name="quota_entry_sign_fits_its_kind",
            ),
            code_in_table("quota_type", "quota_type", "quota_entry_type_is_a_quota_type"),
            code_in_table("funding", "funding", "quota_entry_funding_is_a_funding"),
        ]


class OverageEntry(models.Model):
    """Room above the approved places: 历史遗留 or by document, taken back as people leave.

    RATCHET rows are written by the database alone (docs/rules.md Q-04).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="overage_entries")
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    places = models.IntegerField("名额")
    kind = models.CharField("依据", max_length=10, choices=OverageKind)
    on = models.DateField("日期")
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, null=True, blank=True, related_name="overage_entries"
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "允许超编"
        ordering = ("unit", "on", "pk")
        indexes = [models.Index(fields=["unit", "quota_type", "on"], name="overage_of_cell")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind=OverageKind.RATCHET) & Q(places__lt=0))
                | (~Q(kind=OverageKind.RATCHET) & Q(places__gt=0)),
                name="overage_ratchets_down_only",
            ),
            models.CheckConstraint(
                condition=(Q(kind=OverageKind.DOCUMENT) & Q(document__isnull=False))
                | ~Q(kind=OverageKind.DOCUMENT),
                name="overage_by_document_names_it",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OverageKind.values), name="overage_kind_is_known"
            ),
            code_in_table("quota_type", "quota_type", "overage_type_is_a_quota_type"),
        ]


class Reservation(models.Model):
    """Places held for an entry under way (在途). Open while `released_at` is null."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reservations")
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    places = models.PositiveIntegerField("名额", default=1)
    purpose = models.CharField("事由", max_length=200)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField("释放时间", null=True, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "在途占用"
        constraints = [
            models.CheckConstraint(condition=Q(places__gt=0), name="reservation_holds_something"),
            code_in_table("quota_type", "quota_type", "reservation_type_is_a_quota_type"),
        ]


class Balance(models.Model):
    """What one unit has of one quota type today. Kept by triggers alone; never written by code.

    The CHECK is the guarantee that the last vacancy has one winner by any road (design §4).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="balances", db_index=False)
    quota_type = CodeField("quota_type", verbose_name="编制类型", db_index=False)
    approved = models.IntegerField("核定", default=0)
    actual = models.IntegerField("实有", default=0)
    reserved = models.IntegerField("在途", default=0)
    over_allowed = models.IntegerField("允许超编", default=0)
    excess = models.GeneratedField(
        expression=Greatest(F("actual") - F("approved"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    vacant = models.GeneratedField(
        expression=Greatest(F("approved") - F("actual"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    usable = models.GeneratedField(
        expression=Greatest(F("approved") - F("actual") - F("reserved"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "编制余额"
        ordering = ("unit", "quota_type")
        constraints = [
            models.UniqueConstraint(fields=["unit", "quota_type"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(actual__lte=F("approved") + F("over_allowed") - F("reserved")),
                name="balance_has_room",
            ),
            models.CheckConstraint(
                condition=Q(approved__gte=0, actual__gte=0, reserved__gte=0, over_allowed__gte=0),
                name="balance_is_never_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "quota_type"],
                include=["approved", "actual", "reserved", "excess", "vacant"],
                name="balance_by_scope",
            ),
            models.Index(fields=["-excess"], name="balance_over", condition=Q(excess__gt=0)),
        ]


class UnitTotal(models.Model):
    """Sums of one unit over the quota types that count in totals. Kept by triggers alone."""

    unit = models.OneToOneField(Unit, models.PROTECT, primary_key=True, related_name="total")
    approved = models.IntegerField("核定", default=0)
    actual = models.IntegerField("实有", default=0)
    reserved = models.IntegerField("在途", default=0)
    excess = models.IntegerField("超编", default=0)
    vacant = models.IntegerField("空编", default=0)
    over_types = models.IntegerField("超编类型数", default=0)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "单位合计"
        indexes = [
            models.Index(fields=["scope"], name="unit_total_by_scope"),
            models.Index(
                fields=["-excess", "unit"], name="unit_total_over", condition=Q(over_types__gt=0)
            ),
        ]


class Bucket(models.Model):
    """Sums of the balances below one node of depth ≤ 4 (performance.md §5). Kept by triggers.

    path         the first four steps of the units' paths (shorter for shallower units)
    quota_type   key, or "" for the sums over the types that count in totals
    over_units   units with any type over; only in the "" row
    """

    DEPTH = 4

    path = models.CharField(max_length=255, db_collation="C")
    quota_type_id = models.CharField(max_length=80, db_collation="C")
    approved = models.BigIntegerField(default=0)
    actual = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    excess = models.BigIntegerField(default=0)
    vacant = models.BigIntegerField(default=0)
    over_cells = models.BigIntegerField(default=0)
    over_units = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "汇总桶"
        constraints = [
            models.UniqueConstraint(
                fields=["path", "quota_type_id"],
                include=[
                    "approved",
                    "actual",
                    "reserved",
                    "excess",
                    "vacant",
                    "over_cells",
                    "over_units",
                ],
                name="bucket_once",
            )
        ]


#: daterange(starts_on, ends_on): half-open, endless while ends_on is null


class CellSpan(models.Model):
    """What one cell held from a day until another: the past of the balances (docs/adr/0008).

    kind      quota type or kind of leadership post (whose 应配, 实配 are places, taken), or the set
              of kinds in which the unit was over or short (apps.quotas.dated.uneven)
    scope     path of the unit when the span was made; a move of the unit marks the cell
    Derived from the dated facts by apps.quotas.dated alone; cells without figures have no span.
    """

    pk = models.CompositePrimaryKey("unit_id", "kind", "starts_on")
    unit = models.ForeignKey(
        Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=1000, db_collation="C")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    places = models.IntegerField()
    taken = models.IntegerField()
    reserved = models.IntegerField()
    scope = models.CharField(max_length=255, db_collation="C")

    class Meta:
        verbose_name = "某日余额"
        indexes = [
            models.Index(fields=["scope", "starts_on"], name="cell_span_by_scope"),
            # who was over on a day, from the index alone; most such spans ended before the ledger
            # began, so by the end
            models.Index(
                fields=["ends_on", "starts_on"],
                include=["unit", "kind", "places", "taken", "scope"],
                name="cell_span_over",
                condition=Q(taken__gt=F("places")),
            ),
        ]


class PastBalanceQuerySet(ScopedQuerySet):
    def on_day(self, on: Any) -> Self:
        """Return the cells of quota types on a day; call `dated.settle` first."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on),
            starts_on__lte=on,
            quota_type_id__gte="quota_type.",
            quota_type_id__lt="quota_type.~",
        ).annotate(
            excess=Greatest(F("actual") - F("approved"), 0),
            vacant=Greatest(F("approved") - F("actual"), 0),
        )


class PastBalance(models.Model):
    """`Balance` of a past day: the spans of quota types under the names of the balances."""

    pk = models.CompositePrimaryKey("unit_id", "quota_type_id", "starts_on")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="past_balances")
    quota_type = CodeField("quota_type", db_column="kind", verbose_name="编制类型")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    approved = models.IntegerField("核定", db_column="places")
    actual = models.IntegerField("实有", db_column="taken")
    reserved = models.IntegerField("在途")
    scope = models.CharField(max_length=255, db_collation="C")

    objects = PastBalanceQuerySet.as_manager()

    class Meta:
        verbose_name = "某日编制余额"
        managed = False
        db_table = "quotas_cellspan"


class Period(models.TextChoices):
    """The lengths of time whose changes are summed."""

    YEAR = "y", "年"
    MONTH = "m", "月"
    DAY = "d", "日"


class PeriodSum(models.Model):
    """By how much the figures of one node of depth ≤ 3 changed in a year, a month, on a day.

    The figures of a day are the years before it, the months of its year before it, and the days of
    its month up to it. At each depth every cell counts once: in the node of that depth above it,
    or, when it lies higher itself, under its own path. Derived by apps.quotas.dated alone.
    """

    depth = models.SmallIntegerField()
    period = models.CharField(max_length=1, choices=Period, db_collation="C")
    starts_on = models.DateField()
    path = models.CharField(max_length=255, db_collation="C")
    kind = models.CharField(max_length=1000, db_collation="C")
    places = models.IntegerField()
    taken = models.IntegerField()
    reserved = models.IntegerField()
    vacant = models.IntegerField()
    excess = models.IntegerField()
    over_cells = models.IntegerField()

    class Meta:
        verbose_name = "期间变化"
        constraints = [
            # the figures stand in the index: a board reads nothing else
            models.UniqueConstraint(
                fields=["depth", "period", "starts_on", "path", "kind"],
                include=["places", "taken", "reserved", "vacant", "excess", "over_cells"],
                name="period_sum_once",
            )
        ]
        indexes = [
            # what a refresh has emptied and takes away at its end
            models.Index(
                fields=["depth"],
                name="period_sum_empty",
                condition=Q(places=0, taken=0, reserved=0, vacant=0, excess=0, over_cells=0),
            )
        ]


class StaleCell(models.Model):
    """A cell whose facts changed from a day on; its spans wait for `refresh`. Added by triggers.

    Several marks of one cell are no harm: rows are only added, so that writers never wait here.
    """

    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=1000, db_collation="C")
    from_on = models.DateField()

    class Meta:
        verbose_name = "待更新的某日余额"
