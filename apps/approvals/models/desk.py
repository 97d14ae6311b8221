"""What those who act keep: phrases for opinions, copies for colleagues, and batches."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.core.models import Job
from apps.core.scope import above
from apps.units.models import Unit

from .applications import Application


class PhraseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The user's own phrases, those of the offices above or around them, and the first ones."""
        roots = {path for name in ("view_subtree", "examine") for path in user.subtrees(name)}
        over = {one for path in roots for one in above(path)}
        offices = Q(owner__isnull=True) & (Q(unit__isnull=True) | Q(unit__path__in=over))
        return self.filter(Q(owner=user) | offices)


class Phrase(models.Model):
    """常用意见: one click fills the opinion.

    move    of which button; "" fits any
    owner   whose own it is; unit: the office whose people all see it; neither: there from the first
    """

    text = models.CharField("意见", max_length=200)
    move = models.CharField("用于", max_length=12, blank=True, db_collation="C")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="phrases",
        verbose_name="所有人",
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="编办"
    )
    sort = models.PositiveSmallIntegerField("顺序", default=100)

    objects = PhraseQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "常用意见"
        ordering = ("sort", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="phrase_says_something"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(unit__isnull=True),
                name="phrase_is_ones_own_or_the_offices",
            ),
            models.UniqueConstraint(
                fields=["owner", "unit", "move", "text"],
                nulls_distinct=False,
                name="phrase_once",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Copy(models.Model):
    """抄送: a colleague is told of a case without having to act. seen_at: when they opened it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="copies")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="application_copies",
        db_index=False,
        verbose_name="抄送人",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField("抄送时间", auto_now_add=True)
    seen_at = models.DateTimeField("查看时间", null=True, blank=True)

    class Meta:
        verbose_name = "抄送"
        ordering = ("-at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["application", "user"], name="copy_once_for_a_user")
        ]
        indexes = [models.Index(fields=["user", "-id"], name="copy_by_user")]


class Batch(models.Model):
    """批量通过: many cases with one opinion, each in a transaction of its own."""

    job = models.OneToOneField(Job, models.PROTECT, related_name="approval_batch")
    move = models.CharField("操作", max_length=12, db_collation="C")
    opinion = models.CharField("意见", max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人"
    )
    at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta:
        verbose_name = "批量办理"
        ordering = ("-pk",)

    def get_absolute_url(self) -> str:
        return reverse("approvals:batch_report", args=[self.pk])


class BatchItem(models.Model):
    """One case of a batch. outcome "" until it was tried; sentence: why it failed.

    revision   of the case when it was ticked: somebody faster is told, nothing is overwritten
    """

    class Outcome(models.TextChoices):
        OPEN = "", "等待"
        DONE = "done", "已办"
        FAILED = "failed", "没有办成"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", db_index=False, verbose_name="办件"
    )
    revision = models.PositiveIntegerField()
    outcome = models.CharField(
        "结果", max_length=8, choices=Outcome, default="", blank=True, db_collation="C"
    )
    sentence = models.CharField("说明", max_length=500, blank=True)
    at = models.DateTimeField("办理时间", null=True, blank=True)

    class Meta:
        verbose_name = "批量办理明细"
        ordering = ("batch", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "application"], name="batch_item_once_for_a_case"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", at__isnull=True) | (~Q(outcome="") & Q(at__isnull=False)),
                name="batch_item_tried_says_when",
            ),
        ]
