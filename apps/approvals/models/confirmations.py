"""联办: each partner's part of an application. Source: docs/rules.md AP-09, JT-01 to JT-04."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.history import RowHistory
from apps.core.scope import within
from apps.documents.models import ApprovalDocument

from ..choices import PARTNER_PERMISSIONS, Partner
from .applications import Application


class ConfirmationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Parts of the partners the user acts for, on the subtrees where they do."""
        condition = Q(pk__in=[])
        for partner, permission in PARTNER_PERMISSIONS.items():
            condition |= Q(partner=partner) & within(user.subtrees(permission), "scope")
        return self.filter(condition)

    def waiting(self) -> Self:
        """Return the parts whose turn it is: they arrived and nobody has confirmed."""
        return self.filter(arrived_at__isnull=False, confirmed_at__isnull=True)

    def objected(self) -> Self:
        """Return open objections that the office has not answered."""
        return self.filter(
            confirmed_at__isnull=True, objected_at__isnull=False, answered_at__isnull=True
        )


class Confirmation(models.Model):
    """One partner's part of an application: waiting, confirmed, or objected to.

    arrived_at  null while partners before it have not confirmed
    answer      what the office said to the newest objection; the trail keeps all of them
    paper_document   the paper by which the office confirmed for a partner without an account;
                confirmed_by is then who did it, opinion why
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="confirmations")
    partner = models.CharField("联办部门", max_length=14, choices=Partner, db_collation="C")
    order = models.PositiveSmallIntegerField("顺序", default=1)
    arrived_at = models.DateTimeField("收到时间", null=True, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    provisional = models.BooleanField("期限暂算", default=False)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="确认人",
    )
    client = models.CharField("接口", max_length=60, blank=True)
    reference_no = models.CharField("对方业务号", max_length=60, blank=True)
    opinion = models.CharField("意见", max_length=500, blank=True)
    objected_at = models.DateTimeField("异议时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="答复人",
    )
    paper_document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="纸质依据",
    )
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ConfirmationQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "联办确认"
        ordering = ("application", "order", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "partner"], name="confirmation_once_for_a_partner"
            ),
            models.CheckConstraint(
                condition=Q(partner__in=Partner.values), name="confirmation_partner_is_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(arrived_at__isnull=False),
                name="confirmation_not_before_its_turn",
            ),
            models.CheckConstraint(
                condition=Q(paper_document__isnull=True)
                | (Q(confirmed_by__isnull=False) & ~Q(opinion="")),
                name="confirmation_on_paper_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True)
                | (Q(objected_at__isnull=False) & ~Q(answer="")),
                name="confirmation_answers_an_objection",
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "scope", "due_at"],
                name="confirmation_waiting",
                condition=Q(confirmed_at__isnull=True, arrived_at__isnull=False),
            ),
            # what a partner, or its system, has received since
            models.Index(fields=["partner", "arrived_at", "id"], name="confirmation_by_arrival"),
            models.Index(
                fields=["scope", "objected_at"],
                name="confirmation_objected",
                condition=Q(
                    confirmed_at__isnull=True, objected_at__isnull=False, answered_at__isnull=True
                ),
            ),
        ]
