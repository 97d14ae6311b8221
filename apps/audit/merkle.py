"""Merkle trees over SM3 (RFC 9162: leaves and nodes hashed under different prefixes)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac

LEAF, NODE = b"\x00", b"\x01"
MARK = 8  # bytes of a leaf that a seal keeps to name the row that differs


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def leaf_of(row: Sequence[Any]) -> bytes:
    """Return the hash of one row: whole numbers, texts and nothing else."""
    return sm3(LEAF + json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode())


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of a tree; of no leaves: the hash of nothing.

    A level's last node without a partner goes up as it is: the same tree as RFC 9162's.
    """
    if not leaves:
        return sm3(b"")
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sm3(NODE + left + right) for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def mac_of(key: bytes, facts: Sequence[Any]) -> bytes:
    """Return HMAC-SM3 over facts (numbers and texts) under the key of the seals."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(json.dumps(list(facts), ensure_ascii=False, separators=(",", ":")).encode())
    return mac.finalize()
