"""Where a request comes from, when proxies of ours stand in between (docs/rules.md A-03).

X-Forwarded-For is read from its end: each proxy of ours adds who called it. The first address
that is none of ours is the caller; whatever stands before it may be invented and is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

Address = IPv4Address | IPv6Address


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[tuple[Any, ...], bool]:
    return tuple(ip_network(n, strict=False) for n in names if n != "unix"), "unix" in names


def client_of(meta: Mapping[str, Any]) -> str | None:
    """Return the caller's address; None when it cannot be known (a local socket)."""
    networks, by_socket = _networks(tuple(getattr(settings, "TRUSTED_PROXIES", ())))
    near = _read(str(meta.get("REMOTE_ADDR") or ""))
    if near is None and not by_socket:
        return None
    if near is not None and not _ours(near, networks):
        return str(near)
    found = near
    for part in reversed(str(meta.get("HTTP_X_FORWARDED_FOR") or "").split(",")):
        said = _read(part.strip())
        if said is None:
            break  # nothing, or nonsense: the last proxy is all we know
        found = said
        if not _ours(said, networks):
            break
    return str(found) if found is not None else None


def _ours(address: Address, networks: tuple[Any, ...]) -> bool:
    return any(address in network for network in networks)


def _read(text: str) -> Address | None:
    text = text.strip().strip("[]")
    if text.count(":") == 1:  # an IPv4 address with a port
        text = text.split(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
