"""弹性退休: the month a person and the unit have agreed on, in the place of the statutory one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.history import RowHistory
from apps.documents.models import ApprovalDocument

from .people import Person


class RetirementChoice(models.Model):
    """The chosen month of retirement of one person (R-02); without it the statutory month holds.

    The spells of the person follow by trigger. A choice that was withdrawn is a deleted row: its
    history and the audit event tell of it.
    month   first day of the month
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="retirement_choice")
    month = models.DateField("退休年月")
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="依据文号",
        db_index=False,
    )
    reason = models.CharField("理由", max_length=200)

    history = RowHistory()

    class Meta:
        verbose_name = "弹性退休"
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="retirement_choice_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.month:%Y-%m}"
