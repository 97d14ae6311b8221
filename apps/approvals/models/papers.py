"""What was printed of an application: so that a paper can be checked, and explained years later."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from .applications import Application, Line


class PaperKind(models.TextChoices):
    """The papers of domain.md §6.5 and §2.9."""

    ENTRY = "entry", "人员入编登记表"
    EXIT = "exit", "人员出编登记表"
    USE = "use", "编制使用申请表"
    SHEET = "sheet", "编制使用审议表"
    NOTICE = "notice", "编制使用核准通知单"
    CARD = "card", "列编卡"
    FLOW = "flow", "业务流转单"


class SheetKind(models.TextChoices):
    """Sheets of no case that have a Word template too: the keys of apps.staff.sheets."""

    ROSTER = "roster", "在编人员花名册"
    LEAVERS = "leavers", "减少人员花名册"


#: What has a Word template: key → name.
TEMPLATED: Final = {**dict(PaperKind.choices), **dict(SheetKind.choices)}


class PaperTemplate(models.Model):
    """A Word template of a paper or sheet, in versions that are never rewritten (0009_papers).

    key   where the file lies (documents/files.py); the first version is made by our own code
    """

    kind = models.CharField("表单", max_length=8, choices=list(TEMPLATED.items()), db_collation="C")
    number = models.PositiveIntegerField("版本")
    key = models.CharField(max_length=80, editable=False)
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField("大小")
    note = models.CharField("修改说明", max_length=200, blank=True)
    made_at = models.DateTimeField("生效时间", auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="修改人",
    )

    class Meta:
        verbose_name = "表单模板"
        ordering = ("kind", "-number")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="paper_template_version_once"),
            models.CheckConstraint(
                condition=Q(kind__in=list(TEMPLATED)), name="paper_template_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}模板第 {self.number} 版"


class Paper(models.Model):
    """One print: what, when, by whom, and of which state of the case. Added, never changed.

    number    at the foot of the paper: number of the case and of the print
    line      the person it is about, null for papers of the whole case
    said      digest of what the paper says: a later print that says something else replaces it
    state, revision   of the case when it was printed
    full      identity numbers stand on it in full; purpose: what for
    sha256    of the file it went out in; several papers of a batch share one
    template  of a Word file; null for PDF
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="papers")
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField("表单", max_length=8, choices=PaperKind, db_collation="C")
    number = models.CharField("编号", max_length=40, unique=True, db_collation="C")
    fmt = models.CharField("格式", max_length=4, default="pdf", db_collation="C")
    state = models.CharField("打印时状态", max_length=14, db_collation="C")
    revision = models.PositiveIntegerField()
    said = models.CharField(max_length=64, db_collation="C")
    full = models.BooleanField("完整号码", default=False)
    purpose = models.CharField("用途", max_length=200, blank=True)
    template = models.ForeignKey(
        PaperTemplate, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    sha256 = models.CharField(max_length=64, db_collation="C")
    size = models.BigIntegerField("大小")
    made_at = models.DateTimeField("打印时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="打印人",
    )

    class Meta:
        verbose_name = "打印件"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind_known"),
            models.CheckConstraint(
                condition=Q(full=False) | ~Q(purpose=""), name="paper_full_says_what_for"
            ),
            models.CheckConstraint(
                condition=Q(fmt="pdf") | Q(fmt="docx", template__isnull=False),
                name="paper_of_word_names_its_template",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class VerifyTry(models.Model):
    """How often one source asked the public check of papers within a minute; soon forgotten."""

    source = models.CharField(max_length=64, db_collation="C")
    minute = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "核验次数"
        constraints = [
            models.UniqueConstraint(fields=["source", "minute"], name="verify_try_once_a_minute")
        ]
