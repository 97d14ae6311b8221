"""区划、单位、内设机构: one tree, its history, and who may act where."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Replace
from guardian.models import UserObjectPermissionBase
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from apps.accounts.models import Proposal
from apps.accounts.roles import PERMISSIONS, ROLES
from apps.core.coded import CodedQuerySet
from apps.core.fields import CodeField, code_in_table
from apps.core.history import RowHistory
from apps.core.scope import within
from apps.documents.models import ApprovalDocument

from .choices import EntityKind, EventKind, EventRole, PlateKind, UnitStatus


class Region(models.Model):
    """行政区划, GB/T 2260. Abolished divisions stay, dated."""

    code = models.CharField("代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "行政区划"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(CodedQuerySet, MP_NodeQuerySet):
    def visible_to(self, user: Any) -> UnitQuerySet:
        """Return the units inside any subtree that `user` may view."""
        return self.filter(within(user.subtrees("view_subtree"), "path"))

    def granted(self, user: Any, permission: str) -> UnitQuerySet:
        """Return the units inside any subtree on which `user` holds `permission`."""
        return self.filter(within(user.subtrees(permission), "path"))

    def under(self, unit: Unit) -> UnitQuerySet:
        """Return `unit` and all below it."""
        return self.filter(within([unit.path], "path"))

    def found_by(self, text: str) -> UnitQuerySet:
        """Return the units that every word of `text` is found in.

        Words are parts of the name, the short name, a former name or a nameplate, beginnings of
        the code, or, in Latin letters, pinyin without spaces and initials. Each way has its index
        (migrations 0003 and 0008). A union, not an OR: each is then a look-up in its index, and
        nothing is computed again for the rows found.
        """
        found = self
        for word in text.split():
            first, *others = self.ways(word)
            found = found.filter(pk__in=first.union(*others))
        return found

    def ways(self, word: str) -> list[models.QuerySet]:
        """Return the keys of all units found by one word, way by way: each has its own index."""
        units = self.model._base_manager.order_by().values("pk")
        plates = Nameplate.objects.open().order_by().values("unit_id")
        former = UnitEvent.objects.filter(before__has_key="name").order_by().values("unit_id")
        ways = [
            units.filter(name__holds=word),
            units.filter(short_name__holds=word),
            units.filter(code__startswith=word),
            plates.filter(name__holds=word),
            former.alias(name=KeyTextTransform("name", "before")).filter(name__holds=word),
        ]
        if word.isascii():
            small = word.lower()
            spelled = units.alias(name_spelled=Replace("name_pinyin", Value(" "), Value("")))
            ways.append(units.filter(name_initials__holds=small))
            ways.append(plates.filter(name_initials__startswith=small))
            ways.append(spelled.filter(name_spelled__holds=small))
        return ways

    def active(self) -> UnitQuerySet:
        return self.exclude(status=UnitStatus.ABOLISHED)

    def bodies(self) -> UnitQuerySet:
        return self.filter(entity_kind=EntityKind.BODY)


class UnitManager(MP_NodeManager.from_queryset(UnitQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> UnitQuerySet:
        return UnitQuerySet(self.model, using=self._db).order_by("path")


class Unit(MP_Node):
    """One node of the tree: 法人单位, 内设机构 or 机构分组. Never deleted, only abolished.

    The order of siblings in the tree is the official protocol order.
    """

    steplen = 4
    path = models.CharField(max_length=255, unique=True, db_collation="C")
    code = models.CharField("机构编码", max_length=40, null=True, blank=True, unique=True)
    name = models.CharField("机构名称", max_length=160)
    short_name = models.CharField("简称", max_length=60, blank=True)
    name_pinyin = models.CharField(max_length=500, blank=True, editable=False, db_collation="C")
    name_initials = models.CharField(max_length=160, blank=True, editable=False, db_collation="C")
    entity_kind = models.CharField("类别", max_length=10, choices=EntityKind)
    status = models.CharField("状态", max_length=10, choices=UnitStatus, default=UnitStatus.NORMAL)
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="行政区划", related_name="+"
    )
    subordination = CodeField("subordination", null=True, blank=True, verbose_name="隶属关系")
    system_class = CodeField("system_class", null=True, blank=True, verbose_name="系统类别")
    nature = CodeField("nature", null=True, blank=True, verbose_name="机构性质")
    category = CodeField("unit_category", null=True, blank=True, verbose_name="机构类别")
    rank = CodeField("institution_rank", null=True, blank=True, verbose_name="机构规格")
    pi_class = CodeField("pi_class", null=True, blank=True, verbose_name="事业单位分类")
    funding = CodeField("funding", null=True, blank=True, verbose_name="经费形式")
    is_civil_service_ref = models.BooleanField("参照公务员法管理", default=False)
    is_classified = models.BooleanField("涉密", default=False)
    supervising_unit = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主管部门"
    )
    functions_text = models.TextField("主要职责", blank=True)
    head_name = models.CharField("负责人", max_length=72, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    established_on = models.DateField("设立日期", null=True, blank=True)
    abolished_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.TextField("备注", blank=True)

    objects = UnitManager()
    history = RowHistory(excluded_fields=["numchild"])

    class Meta:
        verbose_name = "机构"
        ordering = ("path",)
        default_permissions = ("add", "change", "view")
        permissions = list(PERMISSIONS.items())
        constraints = [
            models.CheckConstraint(
                condition=Q(entity_kind__in=EntityKind.values), name="unit_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=UnitStatus.values), name="unit_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=UnitStatus.ABOLISHED, abolished_on__isnull=False)
                | (~Q(status=UnitStatus.ABOLISHED) & Q(abolished_on__isnull=True)),
                name="unit_abolished_says_when",
            ),
            models.CheckConstraint(
                condition=Q(abolished_on__isnull=True)
                | Q(established_on__isnull=True)
                | Q(abolished_on__gte=F("established_on")),
                name="unit_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | ~Q(code=""), name="unit_code_is_not_empty"
            ),
            models.UniqueConstraint(
                fields=["uscc"], name="unit_uscc_once", condition=Q(uscc__isnull=False)
            ),
            code_in_table("nature", "nature", "unit_nature_is_a_nature"),
            code_in_table("rank", "institution_rank", "unit_rank_is_a_rank"),
            code_in_table("system_class", "system_class", "unit_system_is_a_system"),
            code_in_table("pi_class", "pi_class", "unit_pi_class_is_a_pi_class"),
            code_in_table("funding", "funding", "unit_funding_is_a_funding"),
            code_in_table("category", "unit_category", "unit_category_is_a_category"),
            code_in_table("subordination", "subordination", "unit_subordination_is_one"),
        ]
        indexes = [
            models.Index(fields=["name_initials"], name="unit_by_initials"),
            models.Index(fields=["name"], name="unit_by_name"),
            # the nodes right below a node, without reading all that lies under them
            models.Index(fields=["depth", "path"], name="unit_by_depth"),
            # how many bodies a subtree has or had, from the index alone
            models.Index(
                fields=["path"],
                include=["status", "nature", "established_on", "abolished_on"],
                name="unit_bodies",
                condition=Q(entity_kind=EntityKind.BODY),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status != UnitStatus.ABOLISHED

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("units:detail", args=[self.pk])


class UnitUserPermission(UserObjectPermissionBase):
    """A guardian grant: one row covers the whole subtree under `content_object`."""

    content_object = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["user", "permission"], name="unit_grant_by_user")]


class AppointmentQuerySet(models.QuerySet):
    def open(self) -> AppointmentQuerySet:
        return self.filter(ends_at__isnull=True)


class Appointment(models.Model):
    """A role given to a user on a unit's subtree; its guardian grants follow from roles.py."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appointments")
    role = models.CharField("角色", max_length=30)
    starts_at = models.DateTimeField("授予时间", auto_now_add=True)
    ends_at = models.DateTimeField("收回时间", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    #: What two security administrators agreed on; null for the server's own commands.
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "角色授予"
        ordering = ("user", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                name="appointment_once",
                condition=Q(ends_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        role = ROLES.get(self.role)
        return f"{self.user}：{role.label if role else self.role}（{self.unit}）"


class Office(models.Model):
    """The one establishment office this portal belongs to, and the subtree that is its own.

    `figures` and the public figures mean this subtree unless told otherwise; other places in the
    database are there for comparison.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField("名称", max_length=120)
    home = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="本级")

    history = RowHistory()

    class Meta:
        verbose_name = "本级编办"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="office_is_one")]


class UnitEventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> UnitEventQuerySet:
        return self.filter(within(user.subtrees("view_subtree"), "scope"))


class UnitEvent(models.Model):
    """What happened to a unit, when, by which document: the history of the tree (沿革).

    before, after   the changed attributes, among them parent (unit id) and name
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="events")
    kind = models.CharField("事项", max_length=12, choices=EventKind)
    on = models.DateField("生效日期", null=True, blank=True)
    document = models.ForeignKey(
        ApprovalDocument, models.PROTECT, null=True, blank=True, related_name="unit_events"
    )
    before = models.JSONField("之前", default=dict)
    after = models.JSONField("之后", default=dict)
    note = models.CharField("说明", max_length=300, blank=True)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = UnitEventQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "机构沿革"
        ordering = ("unit", "on", "pk")
        indexes = [
            models.Index(fields=["scope", "-on"], name="unit_event_by_scope"),
            # what happened last in a large subtree; first entries are no news
            models.Index(
                fields=["-on", "-id"],
                name="unit_event_latest",
                condition=Q(on__isnull=False) & ~Q(kind__in=[EventKind.INITIAL]),
            ),
            # what a past day undoes: few, whatever the number of first entries
            models.Index(
                fields=["on", "id"],
                name="unit_event_to_undo",
                condition=Q(document__isnull=False)
                & ~Q(kind__in=[EventKind.INITIAL, EventKind.ESTABLISH]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="unit_event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[EventKind.INITIAL, EventKind.ATTRIBUTE])
                | Q(document__isnull=False, on__isnull=False),
                name="unit_event_has_its_document",
            ),
        ]


class EventUnit(models.Model):
    """The other units of an event: predecessors and successors.

    people, places   what went from the predecessor to the successor; null where nobody said
    """

    event = models.ForeignKey(UnitEvent, models.PROTECT, related_name="parts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="event_parts")
    role = models.CharField("关系", max_length=12, choices=EventRole)
    people = models.PositiveIntegerField("划转人数", null=True, blank=True)
    places = models.PositiveIntegerField("划转编制", null=True, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "沿革关联机构"
        constraints = [
            models.UniqueConstraint(fields=["event", "unit", "role"], name="event_unit_once")
        ]


class NameplateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> NameplateQuerySet:
        return self.filter(within(user.subtrees("view_subtree"), "scope"))

    def open(self) -> NameplateQuerySet:
        return self.filter(ends_on__isnull=True)

    def on_day(self, day: Any) -> NameplateQuerySet:
        """Return the nameplates that hung on `day`; one without a known first day hung always."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
        )


class Nameplate(models.Model):
    """挂牌: another name of a unit, from a day to a day.

    recognised   read from the parentheses of the unit's own name (apps.units.plates), without
                 a document of its own
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="nameplates")
    kind = models.CharField("类别", max_length=10, choices=PlateKind)
    name = models.CharField("名称", max_length=160)
    name_initials = models.CharField(max_length=160, blank=True, editable=False, db_collation="C")
    document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nameplates",
        verbose_name="挂牌批文",
    )
    starts_on = models.DateField("挂牌日期", null=True, blank=True)
    ends_on = models.DateField("摘牌日期", null=True, blank=True)
    end_document = models.ForeignKey(
        ApprovalDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="摘牌批文",
    )
    recognised = models.BooleanField("由名称识别", default=False)
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    objects = NameplateQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "挂牌"
        ordering = ("unit", "pk")
        indexes = [
            models.Index(fields=["scope"], name="nameplate_by_scope"),
            models.Index(fields=["name_initials"], name="nameplate_by_initials"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PlateKind.values), name="nameplate_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="nameplate_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(recognised=True) | Q(document__isnull=False, starts_on__isnull=False),
                name="nameplate_has_its_document",
            ),
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="nameplate_once_while_open",
                condition=Q(ends_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentUnit(models.Model):
    """A document concerns a unit. Written with every fact that cites the document."""

    document = models.ForeignKey(ApprovalDocument, models.PROTECT, related_name="unit_links")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="document_links")
    scope = models.CharField(max_length=255, blank=True, db_collation="C", editable=False)

    history = RowHistory()

    class Meta:
        verbose_name = "批文涉及机构"
        constraints = [
            models.UniqueConstraint(fields=["document", "unit"], name="document_unit_once")
        ]
        indexes = [models.Index(fields=["scope"], name="document_unit_by_scope")]
