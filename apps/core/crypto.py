"""Personal data at rest: SM4-GCM ciphertext, HMAC-SM3 blind index, last-four buckets.

Ciphertext is  version (1) | kid (1) | nonce (12) | SM4-GCM | tag (16): 48 bytes for an identity
number. Its associated data is "table.field|row uuid", so that a value moved to another row or
column is refused. Source: docs/rules.md P-04 to P-06; GB/T 32907, GB/T 32905, RFC 8998.

The batch functions are for imports: one call of the random source, keyed hashes copied, nothing
else shared between rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from . import keys
from .keys import KeysRefused

VERSION: Final = 1
NONCE: Final = 12
TAG: Final = 16
HEADER: Final = 2
INDEX_LENGTH: Final = 16
BUCKETS: Final = 4096

__all__ = ["BadCiphertext", "CryptoBroken", "KeysRefused"]


class BadCiphertext(Exception):
    """A value that was changed, moved to another row, or written with a key that is gone."""


class CryptoBroken(Exception):
    """The installed library does not compute SM4, SM3 or SM4-GCM as the standards say."""


def keyring() -> keys.KeyRing:
    """Return this process's keys. Raises KeysRefused.

    settings.BIANZHI_KEYS_DIR     where they are
    settings.BIANZHI_KEYS_CREATE  whether a missing set is made; absent means no (production)
    """
    create = bool(getattr(settings, "BIANZHI_KEYS_CREATE", False))
    return keys.load(settings.BIANZHI_KEYS_DIR, create=create)


def encrypt(text: str, *, field: str, row: UUID) -> bytes:
    """Return the ciphertext of `text` for column `field` ("staff_person.id_no") of row `row`."""
    return encrypt_many([text], [row], field=field)[0]


def encrypt_many(texts: Sequence[str], rows: Sequence[UUID], *, field: str) -> list[bytes]:
    """Return one ciphertext per text, in order."""
    ring = keyring()
    algorithm = algorithms.SM4(ring.encrypt[ring.newest])
    header = bytes([VERSION, ring.newest])
    prefix = field.encode() + b"|"
    nonces = os.urandom(NONCE * len(texts))
    results = []
    for at, (text, row) in enumerate(zip(texts, rows, strict=True)):
        nonce = nonces[at * NONCE : (at + 1) * NONCE]
        encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(prefix + str(row).encode())
        sealed = encryptor.update(text.encode()) + encryptor.finalize()
        results.append(header + nonce + sealed + encryptor.tag)
    return results


def decrypt(blob: bytes | memoryview, *, field: str, row: UUID) -> str:
    """Return the text of a ciphertext. Raises BadCiphertext."""
    return decrypt_many([blob], [row], field=field)[0]


def decrypt_many(
    blobs: Iterable[bytes | memoryview], rows: Iterable[UUID], *, field: str
) -> list[str]:
    """Return one text per ciphertext, in order. Raises BadCiphertext at the first bad one."""
    ring = keyring()
    ciphers = {kid: algorithms.SM4(key) for kid, key in ring.encrypt.items()}
    prefix = field.encode() + b"|"
    results = []
    for given, row in zip(blobs, rows, strict=True):
        blob = bytes(given)
        if len(blob) < HEADER + NONCE + TAG or blob[0] != VERSION or blob[1] not in ciphers:
            raise BadCiphertext(f"{field} {row}")
        mode = modes.GCM(blob[HEADER : HEADER + NONCE], blob[-TAG:])
        decryptor = Cipher(ciphers[blob[1]], mode).decryptor()
        decryptor.authenticate_additional_data(prefix + str(row).encode())
        try:
            opened = decryptor.update(blob[HEADER + NONCE : -TAG]) + decryptor.finalize()
        except InvalidTag:
            raise BadCiphertext(f"{field} {row}") from None
        results.append(opened.decode())
    return results


def key_id(blob: bytes | memoryview) -> int:
    """Return the kid a ciphertext was written with."""
    return bytes(blob[1:2])[0]


def rotate(blob: bytes | memoryview, *, field: str, row: UUID) -> bytes | None:
    """Return the value under the newest key, or None when it is already. Raises BadCiphertext."""
    if key_id(blob) == keyring().newest:
        return None
    return encrypt(decrypt(blob, field=field, row=row), field=field, row=row)


def blind_index(text: str, *, field: str) -> bytes:
    """Return 16 bytes by which equal texts of one field are found; `text` is normalised already."""
    return blind_indexes([text], field=field)[0]


def blind_indexes(texts: Iterable[str], *, field: str) -> list[bytes]:
    """Return the blind index of each text, in order."""
    return [digest[:INDEX_LENGTH] for digest in _digests(keyring().index, texts, field)]


def tail_bucket(text: str, *, field: str) -> int:
    """Return the bucket 0 to 4095 of the last four characters.

    A look-up by last four reads one bucket and decrypts what it finds there.
    """
    return tail_buckets([text], field=field)[0]


def tail_buckets(texts: Iterable[str], *, field: str) -> list[int]:
    """Return the bucket of each text's last four characters, in order."""
    ring = keyring()
    tails = [text[-4:] for text in texts]
    known = sorted(set(tails))
    digests = _digests(ring.tail, known, field)
    buckets = {
        tail: int.from_bytes(digest[:4], "big") % BUCKETS
        for tail, digest in zip(known, digests, strict=True)
    }
    return [buckets[tail] for tail in tails]


def _digests(key: bytes, texts: Iterable[str], field: str) -> list[bytes]:
    start = hmac.HMAC(key, hashes.SM3())
    start.update(field.encode() + b"|")
    results = []
    for text in texts:
        mac = start.copy()
        mac.update(text.encode())
        results.append(mac.finalize())
    return results


def self_test() -> None:
    """Compare SM4, SM3 and SM4-GCM with the standards' vectors. Raises CryptoBroken."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    # GB/T 32907-2016 A.1 is one bare block; nothing else here uses ECB.
    block = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305
    if block.update(key).hex() != "681edf34d206965e86b3e94f536e4246":
        raise CryptoBroken("SM4 自检未通过")
    digest = hashes.Hash(hashes.SM3())  # GB/T 32905-2016 A.1
    digest.update(b"abc")
    if digest.finalize().hex() != _SM3_ABC:
        raise CryptoBroken("SM3 自检未通过")
    gcm = Cipher(algorithms.SM4(key), modes.GCM(bytes.fromhex("00001234567800000000abcd")))
    encryptor = gcm.encryptor()  # RFC 8998 A.1
    encryptor.authenticate_additional_data(
        bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    )
    plain = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))
    sealed = encryptor.update(plain) + encryptor.finalize()
    if sealed.hex() != _GCM_TEXT or encryptor.tag.hex() != _GCM_TAG:
        raise CryptoBroken("SM4-GCM 自检未通过")


_SM3_ABC: Final = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
_GCM_TEXT: Final = (
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
)
_GCM_TAG: Final = "83de3541e4c2b58177e065a9bf7b62ec"


def start() -> None:
    """Refuse to go on unless the library computes rightly and the keys are there.

    Web and worker call it once at start. Raises CryptoBroken, KeysRefused.
    """
    self_test()
    keyring()
