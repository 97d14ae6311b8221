"""办件: an application, its lines, every step it took, and what is attached to it."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.quotas.models import Reservation
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.models import Unit

from ..choices import ENDED, GIVING, OPEN, Kind, State, Verdict
from .notices import Slot
from .settings import KindVersion, StepSetting


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Applications of units in sight; of a move between two units, either one. Drafts are
        seen by those who file for the unit."""
        seen = user.subtrees("view_subtree")
        filing = user.subtrees("file_for")
        sight = within(seen, "scope") | within(seen, "other_scope")
        mine = within(filing, "scope") | Q(applicant=user)
        return self.filter(sight & (~Q(state=State.DRAFT) | mine))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def ended(self) -> Self:
        return self.filter(state__in=ENDED)

    def under(self, unit: Unit) -> Self:
        return self.filter(within([unit.path], "scope"))


class Application(models.Model):
    """One matter a unit asks for, from draft to its end.

    number      RB2026000012, given when it is first submitted
    version     the settings it runs by, from its first submission on
    other_unit  the unit people come from (划转); its office sees the case too
    releases    that office must agree first (TR-04); found at each submission
    values      what concerns the whole application, as its kind reads it; nothing personal
    arrived_at  when the case came to where it is; due_at the end of that step's limit, to the
                minute of working time; provisional where a year's holidays are not published
    handler     who took it or was given it (转办); null: whoever holds the right
    revision    counts every move: a page that shows another number is stale
    effected_at when the facts changed; the effect is in the transaction of that move
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(
        "受理编号", max_length=20, null=True, blank=True, unique=True, db_collation="C"
    )
    kind = models.CharField("事项", max_length=12, choices=Kind, db_collation="C")
    version = models.ForeignKey(
        KindVersion, models.PROTECT, related_name="applications", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="applications", verbose_name="申报单位"
    )
    other_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="对方单位",
    )
    state = models.CharField(
        "状态", max_length=14, choices=State, default=State.DRAFT, db_collation="C"
    )
    releases = models.BooleanField("须划出方编办同意", default=False)
    summary = models.CharField("摘要", max_length=200, blank=True)
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="依据文件",
    )
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone_ct = models.BinaryField(null=True, blank=True, editable=False)
    values = models.JSONField(default=dict, blank=True, editable=False)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="申报人",
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
        db_index=False,
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    arrived_at = models.DateTimeField("到达时间", null=True, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    provisional = models.BooleanField("期限暂算", default=False)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="决定人",
        db_index=False,
    )
    effected_at = models.DateTimeField("入库时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    override_reason = models.CharField("放行理由", max_length=300, blank=True)
    override_document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="放行依据",
    )
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="放行人",
    )
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)
    other_scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = ApplicationQuerySet.as_manager()
    history = RowHistory(excluded_fields=["saved_at"])

    class Meta:
        verbose_name = "办件"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="application_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="application_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(releases=False) | Q(kind=Kind.TRANSFER, other_unit__isnull=False),
                name="application_releases_from_another_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=GIVING) | Q(releases=True),
                name="application_at_the_giving_office_releases",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN])
                | Q(number__isnull=False, submitted_at__isnull=False),
                name="application_filed_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(applicant__isnull=True)
                | ~Q(decided_by=F("applicant")),
                name="application_not_decided_by_its_applicant",
            ),
            models.CheckConstraint(
                condition=Q(override_by__isnull=True)
                | (~Q(override_reason="") & Q(override_document__isnull=False)),
                name="application_override_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="application_ended_says_when",
            ),
        ]
        indexes = [
            # inboxes: what waits at a step in a subtree, most urgent first
            models.Index(
                fields=["state", "due_at", "id"],
                include=["scope", "handler", "kind"],
                name="application_waiting",
                condition=Q(state__in=OPEN),
            ),
            # the same where several steps are one inbox
            models.Index(
                fields=["due_at", "id"], name="application_urgent", condition=Q(state__in=OPEN)
            ),
            models.Index(fields=["scope", "-id"], name="application_by_scope"),
            models.Index(
                fields=["other_scope", "-id"],
                name="application_by_other",
                condition=~Q(other_scope=""),
            ),
            models.Index(fields=["-ended_at", "-id"], name="application_by_end"),
            # what waits at the office over the unit people leave: few, asked for by every inbox
            models.Index(
                fields=["other_scope"],
                name="application_at_giving",
                condition=Q(state__in=GIVING),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"草稿 {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("approvals:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def desk(self) -> str:
        """Path of the unit over which whoever acts at the present step holds the right to."""
        return self.other_scope if self.state in GIVING else self.scope

    @property
    def way(self) -> list[StepSetting]:
        """The steps this very case takes: those of its version, less the giving office's where
        no other office is asked."""
        return [one for one in self.version.way if self.releases or one.state not in GIVING]

    def state_after(self, state: str) -> str | None:
        """Return the step after `state`; None after the last: the case is decided."""
        states = [one.state for one in self.way]
        place = states.index(state) + 1
        return states[place] if place < len(states) else None


class Line(models.Model):
    """One person, or one purpose of a 用编申请, within an application.

    person_key   blind index of the identity number: one open application for one person (AP-05)
    id_no_ct     the number typed for somebody new, sealed under this row's uid; null for people
                 of the register
    is_open      follows the application's state; set by the database
    asked, granted   heads, of a line of a 用编申请
    hold         the places a decided 用编申请 holds until its notice is issued (NT-02)
    slot         the approved head (用编序号) an entry uses
    held         the place kept from the decision until the paper is back, where no slot keeps one
    spell        the place a person leaves or changes; result the place they got
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField("序号", default=1)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="application_lines"
    )
    person_key = models.BinaryField(null=True, blank=True, editable=False)
    id_no_ct = models.BinaryField(null=True, blank=True, editable=False)
    phone_ct = models.BinaryField(null=True, blank=True, editable=False)
    name = models.CharField("姓名", max_length=72, blank=True)
    quota_type = CodeField(
        "quota_type", null=True, blank=True, verbose_name="编制类型", db_index=False
    )
    values = models.JSONField(default=dict, blank=True, editable=False)
    asked = models.PositiveIntegerField("申报数", default=0)
    granted = models.PositiveIntegerField("批准数", null=True, blank=True)
    verdict = models.CharField(
        "决定", max_length=8, choices=Verdict, default="", blank=True, db_collation="C"
    )
    reason = models.CharField("理由", max_length=300, blank=True)
    hold = models.OneToOneField(
        Reservation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    slot = models.ForeignKey(
        Slot, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name="用编序号"
    )
    spell = models.ForeignKey(
        Occupancy, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    posting = models.ForeignKey(
        PostHolding, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    result = models.ForeignKey(
        Occupancy, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    held = models.OneToOneField(
        Reservation, models.PROTECT, null=True, blank=True, related_name="line"
    )
    is_open = models.BooleanField(default=False, editable=False)

    history = RowHistory()

    class Meta:
        verbose_name = "办件明细"
        ordering = ("application", "place", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["person_key"],
                name="line_one_open_for_a_person",
                condition=Q(is_open=True, person_key__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["slot"],
                name="line_slot_used_once",
                condition=Q(slot__isnull=False) & (Q(is_open=True) | Q(result__isnull=False)),
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__lte=F("asked")),
                name="line_grants_no_more_than_asked",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="line_verdict_is_known"
            ),
            code_in_table("quota_type", "quota_type", "line_type_is_a_quota_type"),
        ]
        indexes = [
            # the applications of a person, also those filed before they were one of the register
            models.Index(
                fields=["person_key"],
                name="line_by_person_key",
                condition=Q(person_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.quota_type_id)


class Step(models.Model):
    """办理记录: one move of an application. Added, never changed (migration 0002).

    step        label of the step the case was at, as its version says
    minutes     working minutes spent there, limit the working days allowed (null: none set)
    applicant   copied from the application by the database, so that it can refuse a decision
                by the applicant (AP-03)
    facts       what belongs to the move: changed fields, checks, the slot, the partner
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="trail")
    move = models.CharField("操作", max_length=12, db_collation="C")
    from_state = models.CharField(max_length=14, choices=State, db_collation="C")
    to_state = models.CharField(max_length=14, choices=State, db_collation="C")
    step = models.CharField("环节", max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办理人",
    )
    by_name = models.CharField("办理人", max_length=80, blank=True)
    arrived_at = models.DateTimeField("收到时间", null=True, blank=True)
    at = models.DateTimeField("办理时间")
    minutes = models.PositiveIntegerField("用时", null=True, blank=True)
    limit = models.PositiveIntegerField("期限", null=True, blank=True)
    opinion = models.CharField("意见", max_length=500, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    applicant_id = models.BigIntegerField(null=True, editable=False)
    decides = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "办理记录"
        ordering = ("application", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(decides=False)
                | Q(by__isnull=True)
                | Q(applicant_id__isnull=True)
                | ~Q(by=F("applicant_id")),
                name="step_not_decided_by_the_applicant",
            ),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="step_by_person")]


class Attachment(models.Model):
    """One file of an application, for a material of its list (rules of documents/files.py)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="attachments")
    material = models.CharField("材料", max_length=20, db_collation="C")
    key = models.CharField(max_length=80, editable=False)
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField("大小")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "办件材料"
        ordering = ("application", "material", "pk")

    @property
    def preview(self) -> str:
        """Return how a browser shows the file: "picture", "pdf", or "" for a download only."""
        ending = self.name.rsplit(".", 1)[-1].lower()
        if ending in ("jpg", "jpeg", "png"):
            return "picture"
        return "pdf" if ending == "pdf" else ""


class Typed(models.Model):
    """A form that was begun and not sent (草稿自动保存): what one person typed on one address.

    data   field → text; identity numbers and phones sealed under this row's uid
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.CharField(max_length=200, db_collation="C")
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "未提交的表单"
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="typed_once_for_an_address")
        ]
