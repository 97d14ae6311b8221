"""实名人员: one row per person, their spells in a quota, the leadership posts they hold."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Left, Replace
from django.urls import reverse

from apps.core.coded import CodedQuerySet
from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.documents.models import ApprovalDocument
from apps.quotas.models import ScopedQuerySet
from apps.units.models import Unit


class Spell(Func):
    """daterange(starts_on, ends_on, '[)'): half-open, endless while ends_on is null."""

    function = "DATERANGE"
    output_field = DateRangeField()


#: The syllables of a name without the blanks between them: what a reader types.
PINYIN_RUN = Replace(F("name_pinyin"), Value(" "), Value(""))


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PersonQuerySet:
        """People with a spell, open or past, in a unit the user may view."""
        spells = Occupancy.objects.visible_to(user).values("person_id")
        return self.filter(pk__in=spells)


class Person(models.Model):
    """A natural person. The identity number and phone are ciphertext (apps.staff.secrets).

    uid           part of the ciphertext's associated data: a value moved to another row is refused
    id_no_bi      HMAC-SM3 blind index of the normalised number: exact look-up, one row per person
    id_no_tail    bucket of the last four characters, 0–4095
    birth_month   first day of the month of birth
    Code columns carry no foreign key: triggers look once per statement, not once per row and column
    (migration 0006), which is half of the cost of loading a roster.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person_no = models.CharField("人员编号", max_length=20, unique=True, db_collation="C")
    name = models.CharField("姓名", max_length=72)
    name_pinyin = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    name_initials = models.CharField(max_length=40, blank=True, editable=False, db_collation="C")
    id_no_ct = models.BinaryField("身份证号密文", editable=False)
    id_no_bi = models.BinaryField("身份证号索引", editable=False, unique=True)
    id_no_tail = models.SmallIntegerField("身份证号尾号桶", editable=False)
    sex = CodeField("sex", verbose_name="性别", db_index=False, db_constraint=False)
    birth_month = models.DateField("出生年月")
    ethnicity = CodeField(
        "ethnicity", null=True, blank=True, verbose_name="民族", db_index=False, db_constraint=False
    )
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    political_status = CodeField(
        "political_status",
        null=True,
        blank=True,
        verbose_name="政治面貌",
        db_index=False,
        db_constraint=False,
    )
    joined_party_on = models.DateField("入党时间", null=True, blank=True)
    work_started_on = models.DateField("参加工作时间", null=True, blank=True)
    education = CodeField(
        "education", null=True, blank=True, verbose_name="学历", db_index=False, db_constraint=False
    )
    degree = CodeField(
        "degree", null=True, blank=True, verbose_name="学位", db_index=False, db_constraint=False
    )
    school = models.CharField("毕业院校", max_length=80, blank=True)
    major = models.CharField("专业", max_length=80, blank=True)
    phone_ct = models.BinaryField("联系电话密文", null=True, blank=True, editable=False)
    prof_title = models.CharField(
        "专业技术资格", max_length=60, blank=True, default="", db_default=""
    )
    photo_no = models.CharField("照片编号", max_length=40, blank=True, default="", db_default="")
    note = models.CharField("备注", max_length=300, blank=True)

    objects = PersonQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "人员"
        ordering = ("name_pinyin", "name", "pk")
        indexes = [
            models.Index(fields=["name_initials"], name="person_by_initials"),
            models.Index(fields=["id_no_tail"], name="person_by_id_tail"),
            # “zhangsan” typed in one go, as a prefix
            models.Index(PINYIN_RUN, name="person_by_pinyin"),
            # in the order they are shown, all and by the first character (staff.finding)
            models.Index(fields=["name_pinyin", "id"], name="person_by_reading"),
            models.Index(Left("name", 1), "name_pinyin", "id", name="person_by_surname"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month__day=1), name="person_birth_month_is_a_month"
            ),
            code_in_table("sex", "sex", "person_sex_is_a_sex"),
            code_in_table("ethnicity", "ethnicity", "person_ethnicity_is_one"),
            code_in_table("political_status", "political_status", "person_politics_is_one"),
            code_in_table("education", "education", "person_education_is_one"),
            code_in_table("degree", "degree", "person_degree_is_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("staff:detail", args=[self.pk])


class SpellQuerySet(CodedQuerySet, ScopedQuerySet):  # type: ignore[override]
    def open(self) -> Self:
        return self.filter(ends_on__isnull=True)

    def on_day(self, day: Any) -> Self:
        """Return the spells that hold on `day` (half-open: the last day is not in it)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class Occupancy(models.Model):
    """占编: one person in one quota of one unit, from a day to a day (S-01…S-07).

    `counts` (in 实有?) follows from status and occupies_slot and is set by the database; a person
    has at most one counting spell on any day. An ended spell keeps the status it had while it
    held, so that past days count alike; why it ended is `exit_mode`.
    retires_on    month of the estimated retirement, by sex, month of birth and identity or by the
                  person's own RetirementChoice; null where the sex is unknown
    retires_as    category used ("M", "F55", "F50"). Both are set by the database (R-01 to R-03)
    document_no, exit_document_no: a number that no registered document has (old personnel papers
    in first rosters); empty when the document itself is linked.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="occupancies", db_index=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="occupancies", verbose_name="编制所在单位"
    )
    quota_type = CodeField(
        "quota_type", verbose_name="编制类型", db_index=False, db_constraint=False
    )
    dept = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所在内设机构",
        db_index=False,
    )
    work_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="实际工作单位",
        db_index=False,
    )
    status = CodeField(
        "person_status", verbose_name="人员状态", db_index=False, db_constraint=False
    )
    identity = CodeField(
        "person_identity",
        null=True,
        blank=True,
        verbose_name="人员身份",
        db_index=False,
        db_constraint=False,
    )
    occupies_slot = models.BooleanField("占用编制", default=True)
    counts = models.BooleanField("计入实有", default=True, editable=False)
    starts_on = models.DateField("入编时间")
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name="入编文号",
        db_index=False,
    )
    document_no = models.CharField(
        "入编文号（未登记）", max_length=80, blank=True, default="", db_default=""
    )
    entry_mode = CodeField(
        "entry_mode",
        null=True,
        blank=True,
        verbose_name="进入方式",
        db_index=False,
        db_constraint=False,
    )
    from_unit = models.CharField("原单位", max_length=120, blank=True)
    notice_no = models.CharField("编制使用通知单号", max_length=60, blank=True)
    slot_no = models.CharField("用编序号", max_length=40, blank=True)
    ends_on = models.DateField("出编时间", null=True, blank=True)
    exit_document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exits",
        verbose_name="出编文号",
        db_index=False,
    )
    exit_document_no = models.CharField(
        "出编文号（未登记）", max_length=80, blank=True, default="", db_default=""
    )
    exit_mode = CodeField(
        "exit_mode",
        null=True,
        blank=True,
        verbose_name="退出方式",
        db_index=False,
        db_constraint=False,
    )
    destination = models.CharField("去向", max_length=120, blank=True)
    post_name = models.CharField("职务", max_length=80, blank=True)
    post_level = CodeField(
        "post_level",
        null=True,
        blank=True,
        verbose_name="职务层次",
        db_index=False,
        db_constraint=False,
    )
    civil_rank = CodeField(
        "civil_rank",
        null=True,
        blank=True,
        verbose_name="职级",
        db_index=False,
        db_constraint=False,
    )
    position_class = CodeField(
        "position_class",
        null=True,
        blank=True,
        verbose_name="岗位类别",
        db_index=False,
        db_constraint=False,
    )
    position_grade = CodeField(
        "position_grade",
        null=True,
        blank=True,
        verbose_name="岗位等级",
        db_index=False,
        db_constraint=False,
    )
    is_dual = models.BooleanField("双肩挑", default=False)
    on_unified_payroll = models.BooleanField("工资统发", default=True)
    sort = models.IntegerField("排序", default=0)
    note = models.CharField("备注", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)
    retires_on = models.DateField("预计退休年月", null=True, editable=False)
    retires_as = models.CharField(
        "退休类别", max_length=3, null=True, editable=False, db_collation="C"
    )

    objects = SpellQuerySet.as_manager()
    history = RowHistory(excluded_fields=["retires_on", "retires_as"])

    class Meta:
        verbose_name = "占编"
        ordering = ("unit", "sort", "pk")
        constraints = [
            ExclusionConstraint(
                name="occupancy_one_person_one_quota",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Spell("starts_on", "ends_on", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(counts=True),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="occupancy_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(exit_mode__isnull=False),
                name="occupancy_that_ended_says_how",
            ),
            code_in_table("quota_type", "quota_type", "occupancy_type_is_a_quota_type"),
            code_in_table("status", "person_status", "occupancy_status_is_one"),
            code_in_table("identity", "person_identity", "occupancy_identity_is_one"),
            code_in_table("entry_mode", "entry_mode", "occupancy_entry_mode_is_one"),
            code_in_table("exit_mode", "exit_mode", "occupancy_exit_mode_is_one"),
            code_in_table("post_level", "post_level", "occupancy_post_level_is_one"),
            code_in_table("civil_rank", "civil_rank", "occupancy_civil_rank_is_one"),
            code_in_table("position_class", "position_class", "occupancy_position_class_is_one"),
            code_in_table("position_grade", "position_grade", "occupancy_position_grade_is_one"),
        ]
        indexes = [
            models.Index(fields=["person", "starts_on"], name="occupancy_by_person"),
            models.Index(fields=["scope", "-id"], name="occupancy_by_scope"),
            # who retires by a month, of a whole province, without touching the table
            models.Index(
                fields=["retires_on", "scope", "quota_type"],
                name="occupancy_by_retirement",
                condition=Q(ends_on__isnull=True, counts=True),
            ),
            # the roster of any subtree, in protocol order, first page without a sort
            models.Index(
                fields=["scope", "sort", "id"],
                name="occupancy_open_by_scope",
                condition=Q(ends_on__isnull=True),
            ),
            # what rests on a document
            models.Index(fields=["document", "scope"], name="occupancy_by_document"),
            models.Index(
                fields=["exit_document", "scope"],
                name="occupancy_by_exit_document",
                condition=Q(exit_document__isnull=False),
            ),
            # who came and who left in a month; leavers, newest first
            models.Index(fields=["starts_on"], name="occupancy_by_start"),
            models.Index(
                fields=["-ends_on", "-id"],
                name="occupancy_by_end",
                condition=Q(ends_on__isnull=False),
            ),
            # who left one subtree, counted without looking at who is there
            models.Index(
                fields=["scope", "ends_on"],
                name="occupancy_ended_by_scope",
                condition=Q(ends_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}@{self.unit_id}"


class PostHolding(models.Model):
    """任职: one person in one leadership post of one unit, from a day to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="postings")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="postings", verbose_name="任职单位")
    post_kind = CodeField("post_kind", verbose_name="职数类别", db_index=False)
    post_level = CodeField(
        "post_level", null=True, blank=True, verbose_name="职务层次", db_index=False
    )
    post_name = models.CharField("职务", max_length=80)
    counted = models.BooleanField("占用职数", default=True)
    starts_on = models.DateField("任职时间")
    ends_on = models.DateField("离任时间", null=True, blank=True)
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
        verbose_name="任职文号",
    )
    document_no = models.CharField(
        "任职文号（未登记）", max_length=80, blank=True, default="", db_default=""
    )
    note = models.CharField("备注", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = SpellQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "任职"
        ordering = ("unit", "post_kind", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="posting_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "post_kind"],
                name="posting_once_while_open",
                condition=Q(ends_on__isnull=True),
            ),
            code_in_table("post_kind", "post_kind", "posting_kind_is_one"),
            code_in_table("post_level", "post_level", "posting_level_is_one"),
        ]
        indexes = [models.Index(fields=["scope", "post_kind"], name="posting_by_scope")]
