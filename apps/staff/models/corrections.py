"""单位更正: what a unit's own clerk changed of the unit's people (domain.md §2.7)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.quotas.models import ScopedQuerySet
from apps.units.models import Unit

from .people import Occupancy, Person


class Correction(models.Model):
    """One change by a unit clerk. What changed from what stands in the row history it names.

    versions      {"person": [before, after], "spell": […]}: history ids of the rows that changed
    fields        names of the fields that changed: ["person.education", "spell.post_name"]
    happened_on   day the fact itself changed; the unit has until due_on to enter it (P-12)
    provisional   whether due_on counts days of a year whose holidays are not yet published
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    spell = models.ForeignKey(Occupancy, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    versions = models.JSONField("版本", editable=False)
    fields = models.JSONField("修改项目")
    happened_on = models.DateField("变动日期")
    due_on = models.DateField("期限")
    provisional = models.BooleanField("期限暂算", default=False)
    reason = models.CharField("变更说明", max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="修改人",
        db_index=False,
    )
    made_at = models.DateTimeField("修改时间", auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="恢复人",
        db_index=False,
    )
    undone_at = models.DateTimeField("恢复时间", null=True, blank=True)
    undone_reason = models.CharField("恢复理由", max_length=200, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ScopedQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "单位更正"
        ordering = ("-made_at", "-pk")
        indexes = [models.Index(fields=["scope", "-made_at"], name="correction_by_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason="")),
                name="correction_undone_says_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("happened_on")), name="correction_due_after_it_happened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"

    def get_absolute_url(self) -> str:
        return reverse("staff:correction", args=[self.pk])

    @property
    def is_late(self) -> bool:
        from django.utils import timezone

        made: Any = self.made_at
        return timezone.localtime(made).date() > self.due_on

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
