"""Questions kept under a name, and long reports kept for download."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory
from apps.core.models import Job
from apps.core.scope import covers

#: who may use what a colleague shares: the roles of the office
OFFICE = ("examine", "sign", "decide", "lead", "maintain")


class SavedQueryQuerySet(models.QuerySet["SavedQuery"]):
    def visible_to(self, user: Any) -> SavedQueryQuerySet:
        """Return the user's own, and what office colleagues of the same subtree share.

        Sharing gives the question away, never rows: whoever asks it asks in his own scope.
        """
        own = Q(owner_id=user.pk)
        if not any(user.may_anywhere(permission) for permission in OFFICE):
            return self.filter(own)
        shared = Q(shared=True, scope__in=_reached(user))
        return self.filter(own | shared)


def _reached(user: Any) -> list[str]:
    """Return the scopes of shared questions that lie in the user's own subtrees."""
    paths = user.subtrees("view_subtree")
    scopes = SavedQuery.objects.filter(shared=True).order_by().values_list("scope", flat=True)
    return [scope for scope in scopes.distinct() if covers(paths, scope)]


class SavedQuery(models.Model):
    """One question of the query builder.

    query   the address it is read from, without the day: it is asked of the day one opens it
    scope   tree path of the owner's first subtree: where it may be shared
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_queries"
    )
    subject = models.CharField("对象", max_length=10)
    name = models.CharField("名称", max_length=60)
    query = models.TextField("条件", blank=True)
    shared = models.BooleanField("共享给编办同事", default=False)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)
    removed_at = models.DateTimeField("删除时间", null=True, blank=True)
    created_at = models.DateTimeField("保存时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = SavedQueryQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "自定义统计"
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_query_name_once",
                condition=Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(subject__in=["people", "units"]), name="saved_query_subject_is_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_query_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(f'reports:{self.subject}')}?{self.query}"


class KeptReport(models.Model):
    """A long report or answer made by a job and kept for its owner, outside every web root.

    what    the parameters it was made from: kind, at, on, format
    number  of the print, as on its pages; empty for a workbook
    """

    job = models.OneToOneField(Job, models.PROTECT, related_name="kept_report")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=200)
    fmt = models.CharField("格式", max_length=4)
    path = models.CharField(max_length=255, editable=False)
    number = models.CharField("编号", max_length=40, blank=True)
    rows = models.IntegerField("行数", default=0)
    size = models.BigIntegerField("大小（字节）", default=0)
    made_at = models.DateTimeField("完成时间", auto_now_add=True)

    history = RowHistory()

    class Meta:
        verbose_name = "保存的报表"
        ordering = ("-made_at", "-pk")
        indexes = [models.Index(fields=["owner", "-made_at"], name="kept_report_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fmt__in=["pdf", "xlsx", "csv"]), name="kept_report_format_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name
