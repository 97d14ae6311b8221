"""Accounts. Grants on subtrees are rows of the units app; roles are code (roles.py)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.core.history import RowHistory
from apps.core.scope import covers

from . import scopes
from .choices import AdministratorKind


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

    class Meta:
        verbose_name = "登录计数"
