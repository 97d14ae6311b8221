"""Who calls: the key or signature, the address, the rate; one audit event for every call.

Order: key → client still standing → address → signature → rate → operation. Calls without a key
or signature that holds are counted by address, so that guessing is slowed down too.
Source: docs/rules.md PI-01 to PI-04, PI-07 to PI-09.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.audit import services as audit
from apps.core.request_facts import current

from .. import client_keys
from ..models import Client, ClientKey
from . import signing
from .problems import Problem
from .sizes import refuse_large

#: Calls of one client in one minute.
LIMIT: Final = 120
#: Calls in one minute from one address that carry no key that holds.
STRANGERS: Final = 30
#: Counters older than this are thrown away.
KEPT: Final = dt.timedelta(days=8)


@dataclass(frozen=True)
class Caller:
    """A client as the actor of audit events: no account, but a name."""

    client: Client
    pk: None = None
    is_authenticated: bool = True

    @property
    def name(self) -> str:
        return self.client.name

    def __str__(self) -> str:
        return f"{self.client.name}（接口）"


def admit(request: HttpRequest) -> Client:
    """Return the client that calls. Raises Problem 401, 403, 413, 429."""
    address = current.get().address or ""
    try:
        signature = signing.read(request) if signing.is_signed(request) else None
    except Problem:
        _slow_down(f"address:{address}", STRANGERS)
        raise
    row = _named(signature) if signature is not None else _sent(request)
    if row is None:
        _slow_down(f"address:{address}", STRANGERS)
        raise _unknown("请求没有带密钥或签名，或密钥不存在")
    client, now = row.client, timezone.now()
    if not row.holds(now) or client.revoked_at is not None or client.is_over:
        _refused(client, request, "密钥已失效")
        _slow_down(f"address:{address}", STRANGERS)
        raise _unknown("密钥已更换、停用或过期，请联系编办的安全管理员")
    if not is_allowed(client, address):
        _refused(client, request, f"来自未登记的地址 {address}")
        raise Problem(403, "address", f"{address} 不在这个接口客户端登记的地址之内")
    try:
        _check(request, row, signature)
    except Problem as problem:
        _refused(client, request, problem.detail)
        _slow_down(f"address:{address}", STRANGERS)
        raise
    _slow_down(f"client:{client.pk}", LIMIT)
    return client


def _check(request: HttpRequest, row: ClientKey, signature: signing.Signature | None) -> None:
    if signature is not None:
        refuse_large(request)  # its digest is taken of the whole body
        signing.check(request, row, signature)
    elif row.client.must_sign:
        raise Problem(
            401,
            "unsigned",
            "这个接口客户端的每个请求都须签名，不能直接发送密钥，请按接口说明签名后再调用",
            headers=signing.asking(request.method or "GET"),
        )


def _named(signature: signing.Signature) -> ClientKey | None:
    """Return the key a signature names, if it is one that can sign."""
    rows = ClientKey.objects.select_related("client__unit")
    return rows.filter(prefix=signature.keyid, signing_ct__isnull=False).first()


def _sent(request: HttpRequest) -> ClientKey | None:
    """Return the key that came with the request itself."""
    key = _bearer(request)
    if not key:
        return None
    rows = ClientKey.objects.select_related("client__unit")
    return rows.filter(digest=client_keys.digest(key)).first()


def is_allowed(client: Client, address: str) -> bool:
    """Say whether a client may call from an address; unknown addresses may not."""
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in ip_network(one, strict=False) for one in client.addresses)


def _bearer(request: HttpRequest) -> str:
    word, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if word.lower() != "bearer" or not key.startswith(client_keys.PREFIX) or len(key) > 100:
        return ""
    return key if key.isascii() else ""


def _unknown(detail: str) -> Problem:
    return Problem(401, "key", detail, headers={"WWW-Authenticate": 'Bearer realm="bianzhi"'})


def _refused(client: Client, request: HttpRequest, why: str) -> None:
    with transaction.atomic():
        audit.record(
            "api.refuse",
            target=client,
            by=Caller(client),
            note=f"{request.method} {request.path}：{why}"[:300],
            refused=True,
            scope=client.unit.path,
        )


def _slow_down(who: str, limit: int) -> None:
    """Count a call. Raises Problem 429 beyond the limit of the minute."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_calls (who, minute, calls) VALUES (%s, %s, 1) "
            "ON CONFLICT (who, minute) DO UPDATE SET calls = approvals_calls.calls + 1 "
            "RETURNING calls",
            [who, minute],
        )
        calls = cursor.fetchone()[0]  # type: ignore[index]
        if calls == 1:
            cursor.execute("DELETE FROM approvals_calls WHERE minute < %s", [minute - KEPT])
            signing.forget(now)
    if calls > limit:
        wait = 60 - now.second
        raise Problem(
            429,
            "rate",
            f"一分钟内的调用超过 {limit} 次，请 {wait} 秒后再试",
            headers={"Retry-After": str(wait)},
        )
