"""What a backup says of itself, and the seal that shows whether somebody changed it."""

from __future__ import annotations

import hmac as compare
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, hmac
from django.conf import settings

from .. import keys
from .errors import BackupRefused

FORMAT: Final = 1
DATABASE: Final = "database.dump"
FILES: Final = "files/"
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.mac"


@dataclass(frozen=True)
class Member:
    """One file of the archive. size in bytes, sha256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """made_at: ISO moment with offset; tables: rows of each table in the dumped snapshot.

    migrations   "app.name" of every applied migration
    key_marks    use.kid → mark of a data key: shows whether a key is the right one, not the key
    """

    made_at: str
    version: str
    server: str
    tables: dict[str, int]
    migrations: list[str]
    key_marks: dict[str, str]
    members: list[Member] = field(default_factory=list)
    format: int = FORMAT

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, raw: bytes) -> Manifest:
        """Return the manifest in `raw`. Raises BackupRefused."""
        try:
            values: dict[str, Any] = json.loads(raw)
            if values.get("format") != FORMAT:
                raise BackupRefused(
                    f"备份的格式是第 {values.get('format')} 版，本程序只认得第 {FORMAT} 版："
                    "请用做这份备份的版本恢复。"
                )
            members = [Member(**one) for one in values.pop("members")]
            return cls(members=members, **values)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BackupRefused(
                "备份里的清单读不出来，这份备份已损坏，没有恢复任何内容。"
            ) from None


def seal(raw: bytes) -> str:
    """Return the HMAC-SM3 of a manifest in hex, under a key that lies outside of every backup."""
    return _mac(_sealing_key(), raw).hex()


def check_seal(raw: bytes, given: str) -> None:
    """Raise BackupRefused unless `given` seals `raw` under this installation's keys."""
    if not compare.compare_digest(seal(raw), given.strip()):
        raise BackupRefused(
            "备份的封印与清单对不上：清单被改动过，或密钥目录不是做备份时的那一套。"
            "没有恢复任何内容，请核对 BIANZHI_KEYS_DIR 后重试，或换一份备份。"
        )


def key_marks() -> dict[str, str]:
    """Return use.kid → mark for every data key of this installation."""
    ring = _ring()
    found = {f"encrypt.{kid}": key for kid, key in ring.encrypt.items()}
    found |= {"index": ring.index, "tail": ring.tail}
    return {name: _mac(key, b"bianzhi key mark")[:8].hex() for name, key in found.items()}


def check_keys(marks: dict[str, str]) -> None:
    """Raise BackupRefused unless every key the backup was made with is here."""
    mine = key_marks()
    absent = sorted(name for name, mark in marks.items() if mine.get(name) != mark)
    if absent:
        raise BackupRefused(
            f"密钥目录 {settings.BIANZHI_KEYS_DIR} 里的 {'、'.join(absent)} 不是做备份时的密钥，"
            "恢复后证件号将无法读取。没有恢复任何内容，请先放回当时的密钥文件。"
        )


def check_known(migrations: Iterable[str], known: Iterable[str]) -> None:
    """Raise BackupRefused when the backup comes from a later version of the portal."""
    later = sorted(set(migrations) - set(known))
    if later:
        raise BackupRefused(
            f"备份来自更新的版本（含 {later[0]} 等 {len(later)} 项结构变更），"
            "请先升级程序再恢复。没有恢复任何内容。"
        )


def _ring() -> keys.KeyRing:
    try:
        return keys.load(settings.BIANZHI_KEYS_DIR)
    except keys.KeysRefused as refusal:
        raise BackupRefused(f"{refusal}。备份和恢复都要用到做备份时的密钥。") from None


def _sealing_key() -> bytes:
    """Derived from the index key, so that a backup can be checked wherever it can be read."""
    return _mac(_ring().index, b"bianzhi backup seal v1")


def _mac(key: bytes, raw: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(raw)
    return mac.finalize()
