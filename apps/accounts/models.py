"""Accounts. Grants on subtrees are rows of the units app; roles are code (roles.py)."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.history import RowHistory
from apps.core.scope import covers

from . import scopes
from .choices import AdministratorKind, ProposalState


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make the first system administrator; there is no all-powerful account."""
        fields["admin_kind"] = AdministratorKind.SYSTEM
        return self.create_user(username, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person who signs in. Never deleted, only switched off."""

    username = models.CharField(
        "用户名", max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField("姓名", max_length=72)
    title = models.CharField("单位与职务", max_length=120, blank=True)
    office_phone = models.CharField("办公电话", max_length=30, blank=True)
    is_active = models.BooleanField("启用", default=True)
    admin_kind = models.CharField(
        "管理员类别", max_length=10, choices=AdministratorKind, null=True, blank=True
    )
    must_change_password = models.BooleanField("须修改密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    #: Raised by the database when the account is switched off or its rights change: sessions
    #: that began under a lower number have ended (apps.accounts.sessions).
    session_epoch = models.IntegerField(default=0, editable=False)

    objects = UserManager()
    history = RowHistory(excluded_fields=["password", "last_login", "session_epoch"])

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "账户"
        ordering = ("username",)
        constraints = [
            models.CheckConstraint(
                condition=Q(admin_kind__isnull=True) | Q(admin_kind__in=AdministratorKind.values),
                name="user_administrator_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False), name="user_is_never_all_powerful"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _grants(self) -> dict[str, list[str]]:
        """Grants, read once per instance, that is once per request."""
        if not hasattr(self, "_grants_read"):
            self._grants_read = scopes.grants_of(self)
        return self._grants_read

    def subtrees(self, permission: str) -> list[str]:
        """Return the tree paths of the subtree roots on which the user holds `permission`."""
        if not self.is_active or self.is_administrator:
            return []
        return self._grants().get(permission, [])

    def may(self, permission: str, unit: Any) -> bool:
        """Say whether the user holds `permission` on `unit` (anything with a `path`)."""
        return covers(self.subtrees(permission), unit.path)

    def may_anywhere(self, permission: str) -> bool:
        return bool(self.subtrees(permission))

    @property
    def is_administrator(self) -> bool:
        return self.admin_kind is not None

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("accounts:user_detail", args=[self.pk])


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> ProposalQuerySet:
        """Return what can still be confirmed."""
        return self.filter(state=ProposalState.OPEN, expires_at__gt=timezone.now())


class Proposal(models.Model):
    """What one administrator proposes and another confirms (docs/adr/0006).

    kind      a code of proposals.KINDS
    subject   the account it is about; null when it is about none
    payload   JSON-ready facts that the kind's `apply` needs; never a secret
    once      what may wait for confirmation only once, such as “appointment.revoke:17”
    The database lets only an open proposal change, its content never (migration 0003).
    """

    kind = models.CharField("事项", max_length=40)
    subject = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="proposals_about", verbose_name="对象"
    )
    payload = models.JSONField("内容", default=dict)
    summary = models.CharField("提议", max_length=300)
    once = models.CharField("唯一标识", max_length=200)
    reason = models.CharField("理由", max_length=300)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="proposals", verbose_name="提议人"
    )
    proposed_at = models.DateTimeField("提议时间", auto_now_add=True)
    expires_at = models.DateTimeField("失效时间")
    state = models.CharField(
        "状态", max_length=10, choices=ProposalState, default=ProposalState.OPEN
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="decisions", verbose_name="办理人"
    )
    decided_at = models.DateTimeField("办理时间", null=True)
    note = models.CharField("办理意见", max_length=300, blank=True)

    objects = ProposalQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "提议"
        ordering = ("-proposed_at", "-pk")
        indexes = [models.Index(fields=["state", "-proposed_at"], name="proposal_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="proposal_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="proposal_gives_its_reason"),
            models.CheckConstraint(
                condition=Q(subject__isnull=True) | ~Q(subject=F("proposed_by")),
                name="proposal_is_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.CONFIRMED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="proposal_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.CONFIRMED)
                | Q(subject__isnull=True)
                | ~Q(subject=F("decided_by")),
                name="proposal_is_not_confirmed_by_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, decided_at__isnull=True)
                | (~Q(state=ProposalState.OPEN) & Q(decided_at__isnull=False)),
                name="proposal_that_ended_says_when",
            ),
            models.UniqueConstraint(
                fields=["once"], condition=Q(state=ProposalState.OPEN), name="proposal_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return self.summary

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("accounts:proposal", args=[self.pk])

    @property
    def subject_pk(self) -> int:
        """Return the key of the account a proposal is about. ValueError when it is about none."""
        if self.subject_id is None:
            raise ValueError(f"proposal {self.pk} is about no account")
        return self.subject_id

    @property
    def is_over(self) -> bool:
        """Open, but past its time: nobody can confirm it any more."""
        return self.state == ProposalState.OPEN and self.expires_at <= timezone.now()


class Preference(models.Model):
    """What a user chose once: columns of a list, row height, opened groups."""

    user = models.ForeignKey(User, models.CASCADE, related_name="preferences")
    key = models.CharField(max_length=80)
    value = models.JSONField()

    class Meta:
        verbose_name = "个人设置"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="preference_once_per_user")
        ]


class SignInCounter(models.Model):
    """Failed sign-ins of one account name, one source, or one name from one source.

    Kept in the database, so that guessing stays slow while Redis is away (security.md R03). Not a
    business row: no history, rows older than a month are dropped.
    """

    key = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    #: Whose counter it is, where the name belongs to an account, so that it can be let off.
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = "登录计数"


class FormerPassword(models.Model):
    """The hash of a password an account has had, so that it is not taken again (rule A-02)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "用过的密码"
        ordering = ("-set_at", "-pk")


class LiveSession(models.Model):
    """One sign-in, for the page that shows and ends it. The session itself is Django's row.

    key      of Django's session while it lives, then empty
    digest   SHA-256 of the key, by which a browser that still shows it is known
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="live_sessions")
    key = models.CharField(max_length=40, blank=True, db_index=True)
    digest = models.CharField(max_length=64, db_index=True)
    address = models.GenericIPAddressField("来源地址", null=True)
    device = models.CharField("设备", max_length=200, blank=True)
    by_factor = models.BooleanField("动态口令", default=False)
    started_at = models.DateTimeField("登录时间", auto_now_add=True)
    seen_at = models.DateTimeField("最近操作", default=timezone.now)
    ended_at = models.DateTimeField("结束时间", null=True)
    ending = models.CharField("结束原因", max_length=60, blank=True)

    class Meta:
        verbose_name = "登录会话"
        ordering = ("-started_at", "-pk")
        indexes = [
            models.Index(
                fields=["user", "-started_at"],
                name="live_session_open",
                condition=Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.device or '未知设备'}）"


class SecondFactor(models.Model):
    """The shared secret of one account's code generator (TOTP, RFC 6238).

    secret_ct   SM4-GCM over the base32 secret, bound to `uid`
    last_step   the 30-second step last used: no code opens twice
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="factor")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    secret_ct = models.BinaryField()
    enrolled_at = models.DateTimeField(auto_now_add=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "动态口令"


class RecoveryCode(models.Model):
    """One of ten codes that stand in for a lost generator, each once. Kept as keyed hashes."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "恢复码"


class OwnRecord(models.Model):
    """Which person of the register an account holder is: proven by the office, then confirmed.

    person_id   key of staff.Person, an app above; persons are never deleted
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="own_record")
    person_id = models.BigIntegerField("人员", unique=True)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="+")
    tied_at = models.DateTimeField("绑定时间", auto_now_add=True)

    history = RowHistory()

    class Meta:
        verbose_name = "账户与人员绑定"


class LookHold(models.Model):
    """Until a day, looks for a case of discipline are not shown to the person looked at.

    Ordered by a document, proposed and confirmed by two security administrators, itself audited.
    """

    person_id = models.BigIntegerField("人员", db_index=True)
    until = models.DateField("至")
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="+")
    set_at = models.DateTimeField("设定时间", auto_now_add=True)

    history = RowHistory()

    class Meta:
        verbose_name = "查看记录暂缓公开"
