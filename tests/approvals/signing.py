"""Signing as a partner's program does it, written out once more and not taken from the portal."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
import uuid
from hashlib import new as hash_of
from typing import Any

from django.test import Client as Browser


def mac(key: bytes, text: str | bytes) -> bytes:
    return hmac.new(key, text.encode() if isinstance(text, str) else text, "sm3").digest()


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def digest(body: bytes) -> str:
    return f"sm3=:{b64(hash_of('sm3', body).digest())}:"


def signed(
    key: str,
    method: str,
    path: str,
    query: str = "",
    body: bytes = b"",
    *,
    again: str = "",
    off: int = 0,
    **other: Any,
) -> dict[str, str]:
    """Return the headers of a request. off: seconds its clock is off; other: what it says instead.

    nonce, keyid, covered, after (text behind the parameters), algorithm ("sm3")
    """
    headers = {"Content-Digest": digest(body)}
    values = {"@method": method, "@path": path, "@query": f"?{query}"}
    names = ["@method", "@path", "@query", "content-digest"]
    if method == "POST":
        headers["Idempotency-Key"] = again or str(uuid.uuid4())
        names.append("idempotency-key")
    values |= {name.lower(): value for name, value in headers.items()}
    names = other.get("covered", names)
    covered = " ".join(f'"{name}"' for name in names)
    created = int(time.time()) + off
    keyid, nonce = other.get("keyid", key[:9]), other.get("nonce") or secrets.token_urlsafe(18)
    params = f'({covered});created={created};keyid="{keyid}";nonce="{nonce}"'
    params += other.get("after", "")
    lines = [f'"{name}": {values.get(name, "")}' for name in names]
    text = "\n".join([*lines, f'"@signature-params": {params}'])
    secret = mac(key.encode(), b"bianzhi-signature-v1")
    value = hmac.new(secret, text.encode(), other.get("algorithm", "sm3")).digest()
    return {**headers, "Signature-Input": f"sig={params}", "Signature": f"sig=:{b64(value)}:"}


def call(
    headers: dict[str, str], method: str, path: str, query: str = "", body: bytes = b""
) -> Any:
    """Send a request with these headers, whatever they were made for."""
    return Browser().generic(
        method,
        path,
        body,
        content_type="application/json" if method == "POST" else "",
        headers=headers,
        QUERY_STRING=query,
    )


def ask(key: str, method: str, path: str, query: str = "", body: Any = None, **other: Any) -> Any:
    """Sign and send."""
    whole = f"/api/v1/{path}"
    data = b"" if body is None else json.dumps(body).encode()
    return call(signed(key, method, whole, query, data, **other), method, whole, query, data)
