"""接口客户端: made, given keys and stopped by two security administrators (PI-01, A-13).

A confirmed proposal lets somebody take a key; the key is made when it is taken and shown once. It
is kept nowhere, neither in a proposal nor in a log: see client_keys for what is kept of it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import proposals
from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import CannotApply
from apps.accounts.models import Proposal, User
from apps.accounts.services import propose
from apps.audit import services as audit
from apps.core.writes import write
from apps.units.models import Unit

from .. import client_keys
from ..choices import Partner
from ..models import Client, ClientKey

#: A key may be taken so long after it was confirmed.
TO_TAKE: Final = dt.timedelta(days=3)
#: The key before it holds so long beside a new one, so that the partner can change over.
OVERLAP: Final = dt.timedelta(hours=24)


class NoKeyDue(Exception):
    """Nobody confirmed a key for this client, or it was taken already."""


def propose_client(
    *,
    name: str,
    partner: str,
    unit: Unit,
    addresses: list[str],
    reads_numbers: bool,
    must_sign: bool,
    expires_on: dt.date,
    reason: str,
    by: User,
) -> Proposal:
    """Propose a new client. Raises as accounts.services.propose."""
    numbers = "，可读完整公民身份号码" if reads_numbers else ""
    signs = "每个请求须签名" if must_sign else "请求不签名，直接发送密钥"
    where = "、".join(addresses)
    return propose(
        kind="client.make",
        payload={
            "name": name,
            "partner": partner,
            "unit": unit.pk,
            "addresses": addresses,
            "reads_numbers": reads_numbers,
            "must_sign": must_sign,
            "expires_on": expires_on.isoformat(),
        },
        summary=(
            f"为{Partner(partner).label}建立接口客户端“{name}”，范围为{unit.name}及下级，"
            f"只许从 {where} 调用，{signs}，有效期至 {expires_on:%Y-%m-%d}{numbers}"
        ),
        reason=reason,
        once=f"client.make:{name}",
        by=by,
    )


def propose_key(*, client: Client, reason: str, by: User) -> Proposal:
    """Propose a new key for a client (轮换)."""
    return propose(
        kind="client.key",
        payload={"client": client.pk},
        summary=f"为接口客户端“{client.name}”更换密钥，原密钥在领取后再用 24 小时",
        reason=reason,
        once=f"client.key:{client.pk}",
        by=by,
    )


def propose_signing(*, client: Client, reason: str, by: User) -> Proposal:
    """Propose that an older client signs its requests from now on. Raises CannotApply."""
    _can_sign(client)
    return propose(
        kind="client.sign",
        payload={"client": client.pk},
        summary=f"要求接口客户端“{client.name}”的每个请求签名，确认后不签名的一律拒绝",
        reason=reason,
        once=f"client.sign:{client.pk}",
        by=by,
    )


def propose_stop(*, client: Client, reason: str, by: User) -> Proposal:
    """Propose to stop a client; its keys end at once."""
    return propose(
        kind="client.stop",
        payload={"client": client.pk},
        summary=f"停用接口客户端“{client.name}”，密钥立即失效",
        reason=reason,
        once=f"client.stop:{client.pk}",
        by=by,
    )


def apply_make(proposal: Proposal, by: Any) -> None:
    """Carry out client.make."""
    said = proposal.payload
    unit = Unit.objects.active().filter(pk=said["unit"]).first()
    expires_on = dt.date.fromisoformat(said["expires_on"])
    if unit is None:
        raise CannotApply("所选单位已撤销，请重新提出")
    if expires_on < timezone.localdate():
        raise CannotApply("有效期已过，请重新提出")
    try:
        with transaction.atomic():
            client = Client.objects.create(
                name=said["name"],
                partner=said["partner"],
                unit=unit,
                addresses=said["addresses"],
                reads_numbers=said["reads_numbers"],
                # proposed before there were signatures: as both have read it
                must_sign=said.get("must_sign", False),
                expires_on=expires_on,
                key_until=timezone.now() + TO_TAKE,
            )
    except IntegrityError:
        raise CannotApply("已有同名的接口客户端，请换一个名称重新提出") from None
    audit.record(
        "client.make",
        target=client,
        by=by,
        after={**said, "unit": unit.name},
        scope=unit.path,
    )


def apply_key(proposal: Proposal, by: Any) -> None:
    """Carry out client.key."""
    client = _standing(proposal)
    client.key_until = timezone.now() + TO_TAKE
    client.save(update_fields=["key_until"])
    audit.record("client.allow_key", target=client, by=by, scope=client.unit.path)


def apply_sign(proposal: Proposal, by: Any) -> None:
    """Carry out client.sign."""
    client = _standing(proposal)
    _can_sign(client)
    client.must_sign = True
    client.save(update_fields=["must_sign"])
    audit.record("client.sign", target=client, by=by, note=proposal.reason, scope=client.unit.path)


def _can_sign(client: Client) -> None:
    if client.must_sign:
        raise CannotApply("这个接口客户端的请求已经须签名")
    if not client.keys.filter(ends_at__isnull=True, signing_ct__isnull=False).exists():
        raise CannotApply("现有密钥是启用签名之前领取的，不能用来签名，请先更换密钥")


def apply_stop(proposal: Proposal, by: Any) -> None:
    """Carry out client.stop."""
    client, now = _standing(proposal), timezone.now()
    client.revoked_at, client.revoke_reason = now, proposal.reason
    client.key_until = None
    client.save(update_fields=["revoked_at", "revoke_reason", "key_until"])
    for key in client.keys.all():
        if key.holds(now):
            key.ends_at = now
            key.save(update_fields=["ends_at"])
    audit.record("client.stop", target=client, by=by, note=proposal.reason, scope=client.unit.path)


def _standing(proposal: Proposal) -> Client:
    client: Client = (
        Client.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=proposal.payload["client"])
    )
    if client.revoked_at is not None:
        raise CannotApply("这个接口客户端已经停用")
    return client


@write
def take_key(*, client: Client, by: User) -> tuple[ClientKey, str]:
    """Make the key that was confirmed; return its row and the key, which nobody sees again.

    Raises PermissionDenied, NoKeyDue.
    """
    if by.admin_kind != AdministratorKind.SECURITY:
        raise PermissionDenied
    row: Client = (
        Client.objects.select_for_update(of=("self",)).select_related("unit").get(pk=client.pk)
    )
    if not row.key_is_due or row.revoked_at is not None:
        raise NoKeyDue
    now = timezone.now()
    for old in row.keys.filter(ends_at__isnull=True):
        old.ends_at = now + OVERLAP
        old.save(update_fields=["ends_at"])
    key = client_keys.make()
    made = ClientKey.objects.create(
        client=row,
        prefix=key[: client_keys.NAME],
        digest=client_keys.digest(key),
        signing_ct=client_keys.seal(key, client=row),
        made_by=by,
    )
    row.key_until = None
    row.save(update_fields=["key_until"])
    audit.record(
        "client.key", target=row, by=by, after={"prefix": made.prefix}, scope=row.unit.path
    )
    return made, key


def register() -> None:
    """Tell what may be proposed. Called when the app is ready."""
    take, see = ("去领取密钥", "approvals:clients"), ("查看接口客户端", "approvals:clients")
    for code, label, apply, goes_on in (
        ("client.make", "建立接口客户端", apply_make, take),
        ("client.key", "更换接口密钥", apply_key, take),
        ("client.sign", "要求接口请求签名", apply_sign, see),
        ("client.stop", "停用接口客户端", apply_stop, see),
    ):
        proposals.register(code, label=label, apply=apply, goes_on=goes_on)
