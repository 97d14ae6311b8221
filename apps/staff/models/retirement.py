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


class RetirementShift(models.Model):
    """How many more (or fewer) people in quota below a node retire in a month. Kept by triggers.

    Appended, never changed: writers do not wait for each other; the sum over the rows counts.
    Nightly `staff_compact_retirement()` makes one row of many (apps/staff/tasks.py).
    path    of a node at most DEPTH steps deep; "" for the whole tree
    month   first day of the month
    """

    DEPTH = 3

    path = models.CharField(max_length=255, db_collation="C")
    quota_type_id = models.CharField(max_length=80, db_collation="C")
    month = models.DateField()
    number = models.IntegerField()

    class Meta:
        verbose_name = "退休推算变动"
        indexes = [
            models.Index(
                fields=["path", "month"],
                include=["quota_type_id", "number"],
                name="retirement_shift_by_node",
            ),
        ]
