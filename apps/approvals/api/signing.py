"""Signed requests: one layout, one algorithm, and each request once.

The shape is that of RFC 9421 (HTTP Message Signatures) with RFC 9530 (Content-Digest), narrowed
until nothing is left for the request to choose: what is covered, its order and HMAC-SM3 are fixed.
docs/partner-api.md §2 has it for partners, with an example to compare with.
Source: docs/rules.md PI-07 to PI-09; security.md R20, X-09 to X-11.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from apps.core.idempotency import HEADER

from .. import client_keys
from ..models import ClientKey
from .problems import Problem

#: Seconds a request may be off the server's clock, either way.
WINDOW: Final = 300
#: A nonce is forgotten when its timestamp is so old that no clock of ours can accept it again.
FORGOTTEN: Final = dt.timedelta(hours=1)
ALGORITHM: Final = "HMAC-SM3"
READS: Final = ("@method", "@path", "@query", "content-digest")
WRITES: Final = (*READS, HEADER.lower())
#: Names in the parameters of a signature; `alg` is none of them.
PARAMETERS: Final = frozenset({"created", "keyid", "nonce"})
HEADERS: Final = ("Signature-Input", "Signature")

_INPUT = re.compile(r'sig=(\((?P<covered>[a-z"@ -]*)\)(?P<said>(?:;[a-z]+=(?:[0-9]+|"[!#-~]*"))+))')
_PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]+)|"([^"]*)")')
_VALUE = re.compile(r"sig=:([A-Za-z0-9+/]{43}=):")
_NONCE = re.compile(r"[A-Za-z0-9+/=_.~-]{16,64}")
_LONGEST = 400


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature. params: the text that is signed, as it was sent."""

    keyid: str
    created: int
    nonce: str
    params: str
    value: bytes


def is_signed(request: HttpRequest) -> bool:
    return any(name in request.headers for name in HEADERS)


def layout(method: str | None) -> tuple[str, ...]:
    """Return what a request of this method has to cover, in this order."""
    return WRITES if method == "POST" else READS


def covering(method: str | None) -> str:
    """Return the same as it stands in Signature-Input."""
    return " ".join(f'"{name}"' for name in layout(method))


def read(request: HttpRequest) -> Signature:
    """Return the signature a request carries. Raises Problem signature-form."""
    if "Authorization" in request.headers:
        raise _form("签名的请求不要再带 Authorization，密钥本身不应发送")
    given = request.headers.get("Signature-Input", "")
    found = _INPUT.fullmatch(given) if len(given) <= _LONGEST else None
    value = _VALUE.fullmatch(request.headers.get("Signature", ""))
    if found is None or value is None:
        raise _form("Signature-Input 或 Signature 的写法不对，请对照接口说明")
    said = _PARAMETER.findall(found["said"])
    names = [name for name, _, _ in said]
    if "alg" in names:
        raise _form(f"不接受 alg：算法固定为 {ALGORITHM}，不由请求选择")
    if len(names) != len(PARAMETERS) or set(names) != PARAMETERS:
        raise _form("Signature-Input 的参数应恰好是 created、keyid、nonce 各一个")
    if found["covered"] != covering(request.method):
        raise _form(f"{request.method} 请求应依次签 {covering(request.method)}，不多不少")
    numbers = {name: number for name, number, _ in said}
    texts = {name: text for name, _, text in said}
    if not 1 <= len(numbers["created"]) <= 12:
        raise _form("created 应是整数秒的 Unix 时间，不加引号")
    if not _NONCE.fullmatch(texts["nonce"]):
        raise _form("nonce 应是 16–64 个字母、数字，每个请求一个新的")
    return Signature(
        keyid=texts["keyid"],
        created=int(numbers["created"]),
        nonce=texts["nonce"],
        params=found[1],
        value=base64.b64decode(value[1]),
    )


def check(request: HttpRequest, row: ClientKey, signature: Signature) -> None:
    """Let the request through once. Raises Problem timestamp, content-digest, signature, nonce.

    The nonce comes last: only who can sign uses one up.
    """
    now = int(timezone.now().timestamp())
    if abs(now - signature.created) > WINDOW:
        raise _refused(
            "timestamp",
            f"created 与服务器时间（现在是 {now}）相差超过 {WINDOW} 秒，请校准时钟后重新签名",
        )
    if _digest_of(request) != digest(request.body):
        raise _refused("content-digest", "Content-Digest 与收到的内容不符，内容或摘要被改动过")
    text = base_of(request, signature)
    made = client_keys.mac(client_keys.opened(row), text)
    if not hmac.compare_digest(made, signature.value):
        raise _refused(
            "signature",
            "签名不符：方法、路径、查询参数或签名参数与所签的不同，或签名密钥不对。"
            "signature_base 是服务器据以计算的文字，请与所签的逐行对照",
            signature_base=text.decode("latin-1"),
        )
    if not _is_new(row, signature):
        raise _refused("nonce", "这个 nonce 已用过：重试也要换新的 nonce 重新签名")


def digest(body: bytes) -> bytes:
    """Return the SM3 of a body."""
    made = hashes.Hash(hashes.SM3())
    made.update(body)
    return made.finalize()


def base_of(request: HttpRequest, signature: Signature) -> bytes:
    """Return the text that is signed (RFC 9421 §2.5), made of the request as it came."""
    values = {
        "@method": request.method or "",
        "@path": escape_uri_path(request.path),
        "@query": "?" + request.META.get("QUERY_STRING", ""),
        "content-digest": request.headers.get("Content-Digest", ""),
        HEADER.lower(): request.headers.get(HEADER, ""),
    }
    lines = [f'"{name}": {values[name]}' for name in layout(request.method)]
    lines.append(f'"@signature-params": {signature.params}')
    # the server hands over bytes as latin-1 (PEP 3333): so they come back as they were sent
    return "\n".join(lines).encode("latin-1")


def _digest_of(request: HttpRequest) -> bytes:
    found = re.fullmatch(r"sm3=:([A-Za-z0-9+/]{43}=):", request.headers.get("Content-Digest", ""))
    if found is None:
        raise _form("请带 Content-Digest: sm3=:…:，只用 SM3；没有内容的请求也要，按空内容计算")
    return base64.b64decode(found[1])


def _is_new(row: ClientKey, signature: Signature) -> bool:
    """Use up a nonce; of two at once one waits for the other, and is told it came second."""
    signed_at = dt.datetime.fromtimestamp(signature.created, dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_nonce (key_id, nonce, signed_at) VALUES (%s, %s, %s) "
            "ON CONFLICT (key_id, nonce) DO NOTHING",
            [row.pk, signature.nonce, signed_at],
        )
        return cursor.rowcount == 1


def forget(now: dt.datetime) -> None:
    """Throw away nonces that no request can use again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM approvals_nonce WHERE signed_at < %s", [now - FORGOTTEN])


def _form(detail: str) -> Problem:
    return _refused("signature-form", detail)


def _refused(code: str, detail: str, **more: str) -> Problem:
    return Problem(401, code, detail, headers=asking(), more=more)


def asking(method: str = "GET") -> dict[str, str]:
    """Return the headers that tell a program how to sign (RFC 9421 §5.1)."""
    return {
        "WWW-Authenticate": 'Signature realm="bianzhi"',
        "Accept-Signature": f"sig=({covering(method)});created;keyid;nonce",
    }
