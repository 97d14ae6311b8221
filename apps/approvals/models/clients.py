"""Systems of partners that call the interface (/api/v1/). Source: docs/rules.md PI-01 to PI-09."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.core.history import RowHistory
from apps.units.models import Unit

from ..choices import Partner


class ClientQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Return the clients that may call today."""
        return self.filter(revoked_at__isnull=True, expires_on__gte=timezone.localdate())


class Client(models.Model):
    """One system of one partner: what it may see, from where, until when.

    unit        root of the subtree it acts for
    addresses   networks it may call from, as text (“10.2.0.0/16”); none: from nowhere
    reads_numbers   it may read whole identity numbers; each reading is a look of its own
    must_sign   each request carries a signature; the key itself is never sent
    key_until   until when somebody of the security administrators may take a new key; null: no
                key is due
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=60, unique=True)
    partner = models.CharField("联办部门", max_length=14, choices=Partner, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="范围")
    addresses = models.JSONField("允许的地址", default=list)
    reads_numbers = models.BooleanField("可读公民身份号码", default=False)
    must_sign = models.BooleanField("请求须签名", default=True)
    expires_on = models.DateField("有效期至")
    made_at = models.DateTimeField("建立时间", auto_now_add=True)
    key_until = models.DateTimeField("领取密钥截止", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoke_reason = models.CharField("停用理由", max_length=300, blank=True)

    objects = ClientQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "接口客户端"
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__in=Partner.values), name="client_partner_is_known"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""),
                name="client_revoked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(key_until__isnull=True),
                name="client_revoked_takes_no_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("approvals:client", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.expires_on < timezone.localdate()

    @property
    def key_is_due(self) -> bool:
        return self.key_until is not None and self.key_until > timezone.now()


class ClientKey(models.Model):
    """One key of a client. The key itself is shown once and not kept.

    prefix      first characters: by these people tell keys apart, and a signature names its key
    digest      keyed digest, by which a key that is sent is found
    signing_ct  what requests are signed with, derived from the key (client_keys.py); null: taken
                before there were signatures
    ends_at     set when a newer key was taken or the client was stopped; null: holds
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="keys")
    prefix = models.CharField("密钥开头", max_length=12, db_collation="C")
    digest = models.BinaryField(unique=True, editable=False)
    signing_ct = models.BinaryField(null=True, editable=False)
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="领取人",
    )
    ends_at = models.DateTimeField("失效时间", null=True, blank=True)

    history = RowHistory()

    class Meta:
        verbose_name = "接口密钥"
        ordering = ("-made_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(ends_at__isnull=True),
                name="client_key_one_without_end",
            ),
            models.UniqueConstraint(
                fields=["prefix"],
                condition=Q(signing_ct__isnull=False),
                name="client_key_named_once_in_signatures",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("made_at")),
                name="client_key_ends_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def holds(self, now: dt.datetime) -> bool:
        return self.ends_at is None or self.ends_at > now


class Calls(models.Model):
    """How often somebody called in one minute: the rate limit, and the figures of its page.

    who   "client:<pk>", or "address:<ip>" for calls without a key that holds
    """

    who = models.CharField(max_length=60, db_collation="C")
    minute = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "接口调用次数"
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="calls_by_minute")]
        indexes = [models.Index(fields=["minute"], name="calls_by_age")]


class Nonce(models.Model):
    """A nonce that a signed request has used up. Forgotten when its timestamp is long over."""

    key = models.ForeignKey(ClientKey, models.PROTECT, related_name="+", db_index=False)
    nonce = models.CharField(max_length=64, db_collation="C")
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = "用过的随机数"
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_comes_once")]
        indexes = [models.Index(fields=["signed_at"], name="nonces_by_age")]
