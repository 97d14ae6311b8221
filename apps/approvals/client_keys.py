"""Keys of clients: how they look and what is kept of them. Source: docs/rules.md PI-01, PI-07.

Kept are a keyed digest, by which a key that is sent is found, and the ciphertext of a signing key
derived from it. Neither gives back the key, and the signing key opens nothing as a Bearer key.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac

from apps.core import crypto

from .models import Client, ClientKey

PREFIX: Final = "bz_"
#: First characters of a key: its name on the pages, and `keyid` in a signature.
NAME: Final = 9
#: What the signing key is derived with; another use of the key would say another word.
PURPOSE: Final = b"bianzhi-signature-v1"
_FIELD: Final = "approvals_clientkey"
_SIGNING: Final = "approvals_clientkey.signing"


def make() -> str:
    """Return a new key: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """Return what is kept of a key, and by which it is found."""
    return crypto.blind_index(key, field=_FIELD)


def signing_key(key: str) -> bytes:
    """Return the key that signs requests: HMAC-SM3 of PURPOSE. One step is enough of a
    derivation, because the key it starts from is uniform already (RFC 5869 §3.3).
    """
    return mac(key.encode(), PURPOSE)


def seal(key: str, *, client: Client) -> bytes:
    """Return the ciphertext of a key's signing key, for the row that its name belongs to."""
    text = signing_key(key).hex()
    return crypto.encrypt(text, field=_SIGNING, row=_row(client, key[:NAME]))


def opened(row: ClientKey) -> bytes:
    """Return the signing key of a row. Raises BadCiphertext, also where there is none."""
    if row.signing_ct is None:
        raise crypto.BadCiphertext(_SIGNING)
    text = crypto.decrypt(row.signing_ct, field=_SIGNING, row=_row(row.client, row.prefix))
    return bytes.fromhex(text)


def mac(key: bytes, text: bytes) -> bytes:
    """Return HMAC-SM3."""
    made = hmac.HMAC(key, hashes.SM3())
    made.update(text)
    return made.finalize()


def _row(client: Client, name: str) -> uuid.UUID:
    return uuid.uuid5(client.uid, name)
