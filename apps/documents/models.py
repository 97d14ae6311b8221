"""批文: the legal basis of every figure."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.core.scope import holds_a_root, within

from . import offices
from .choices import Secrecy

#: Every bracket people type in a number, as the canonical ones.
_BRACKETS = {ord(c): "〔" for c in "[【(（﹝［〖"} | {ord(c): "〕" for c in "]】)）﹞］〗"}


class ApprovalDocumentQuerySet(models.QuerySet["ApprovalDocument"]):
    def visible_to(self, user: Any) -> ApprovalDocumentQuerySet:
        """Documents registered by the user's office, and those about units in the user's scope."""
        paths = user.subtrees("view_subtree")
        # the links' table belongs to an app above this one and is found through its relation
        links = ApprovalDocument._meta.get_field("unit_links").related_model
        linked = links._default_manager.filter(within(paths, "scope")).values("document")  # type: ignore[union-attr]
        if holds_a_root(paths):
            return self.filter(within(paths, "scope") | Q(pk__in=linked))
        # both sides by their index; an OR of them no index answers, and a part is soon gathered
        own = self.model._base_manager.filter(within(paths, "scope")).order_by().values("pk")
        return self.filter(pk__in=own.union(linked.order_by()))

    def citable_by(self, user: Any) -> ApprovalDocumentQuerySet:
        """Documents a user may cite who writes their whole number: the paper is in their hand.

        What they see, what offices above their units registered, and what was registered within
        the same offices; never a classified one (docs/rules.md D-10).
        """
        paths = user.subtrees("view_subtree")
        above = {path[:end] for path in paths for end in range(1, len(path) + 1)}
        shared = Q(scope__in=above) | within(offices.above(paths), "scope")
        return self.filter(
            (shared & ~Q(secrecy=Secrecy.CLASSIFIED)) | Q(pk__in=self.visible_to(user).values("pk"))
        )

    def found_by(self, text: str) -> ApprovalDocumentQuerySet:
        """Return the documents whose number, title or issuer holds every word of `text`.

        A number is found however its brackets are typed: 编发[2015]12 finds 编发〔2015〕12号.
        """
        found = self
        for word in text.split():
            mark = word.translate(_BRACKETS)
            found = found.filter(
                Q(number__icontains=mark) | Q(title__icontains=word) | Q(issuer__icontains=word)
            )
        return found


class ApprovalDocument(models.Model):
    """One approval document; `number` is normalised to 〔YYYY〕 (apps.documents.numbers)."""

    number = models.CharField("文号", max_length=80, unique=True)
    title = models.CharField("标题", max_length=300)
    issuer = models.CharField("发文机关", max_length=120)
    issued_on = models.DateField("发文日期")
    kind = CodeField("doc_kind", verbose_name="文件类别")
    secrecy = models.CharField("密级", max_length=12, choices=Secrecy, default=Secrecy.INTERNAL)
    file = models.CharField("原件存放", max_length=255, blank=True, editable=False)
    file_name = models.CharField("原件文件名", max_length=255, blank=True)
    file_sha256 = models.CharField("原件校验值", max_length=64, blank=True)
    file_size = models.BigIntegerField("原件大小（字节）", default=0)
    pages = models.PositiveIntegerField("页数", null=True, blank=True)
    archive_no = models.CharField("档号", max_length=60, blank=True)
    box_no = models.CharField("盒号", max_length=30, blank=True)
    retention = models.CharField("保管期限", max_length=20, blank=True)
    superseded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name="被何文件替代",
    )
    note = models.TextField("备注", blank=True)
    scope = models.CharField(
        "登记范围", max_length=255, blank=True, db_collation="C", editable=False
    )

    objects = ApprovalDocumentQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "批文"
        ordering = ("-issued_on", "-pk")
        indexes = [
            models.Index(fields=["scope", "-issued_on"], name="document_by_scope"),
            models.Index(fields=["-issued_on", "-id"], name="document_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^.+〔[0-9]{4}〕[1-9][0-9]*号$"),
                name="document_number_is_normalised",
            ),
            models.CheckConstraint(
                condition=Q(secrecy__in=Secrecy.values), name="document_secrecy_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(secrecy=Secrecy.CLASSIFIED) | Q(file=""),
                name="document_classified_keeps_no_file",
            ),
            code_in_table("kind", "doc_kind", "document_kind_is_a_doc_kind"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("documents:detail", args=[self.pk])
