"""Keys for personal data: files outside database, dumps, repository and task arguments.

One directory (mode 0700), one file per key (mode 0400), named `<use>.<kid>.key`, holding hex:
    encrypt.<kid>.key  16 bytes, SM4; every kid stays readable, the highest one writes
    index.<kid>.key    32 bytes, HMAC-SM3 of blind indexes; the highest one counts
    tail.<kid>.key     32 bytes, HMAC-SM3 of last-four buckets; the highest one counts
    seal.1.key         32 bytes, HMAC-SM3 of the seals over audit events (apps.audit.sealing)
Each key has one use. A new index or tail key means recomputing that column; a new encrypt key
does not (crypto.rotate moves rows over one by one).

Needs no Django, so that `python -m apps.core.keys DIR` makes keys for a production host.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

#: Use to length in bytes.
USES: Final = {"encrypt": 16, "index": 32, "tail": 32}
MAX_KID: Final = 255

_NAME = re.compile(r"(encrypt|index|tail)\.([1-9][0-9]{0,2})\.key")


class KeysRefused(Exception):
    """The keys are missing or cannot be trusted. str() is a Chinese sentence for the operator."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one directory. encrypt maps kid to key; the newest kid writes."""

    encrypt: dict[int, bytes] = field(repr=False)
    newest: int
    index: bytes = field(repr=False)
    tail: bytes = field(repr=False)


@lru_cache(maxsize=4)
def load(directory: Path, *, create: bool = False) -> KeyRing:
    """Return the keys in `directory`, read once per process. Raises KeysRefused.

    create  make a first set where none is (development and tests)
    """
    if create:
        make(directory)
    if not directory.is_dir():
        raise KeysRefused(
            f"找不到密钥目录 {directory}，请先运行 python -m apps.core.keys {directory} 生成密钥"
        )
    found: dict[str, dict[int, bytes]] = {use: {} for use in USES}
    for file in sorted(directory.iterdir()):
        if match := _NAME.fullmatch(file.name):
            use, kid = match[1], int(match[2])
            if kid > MAX_KID:
                raise KeysRefused(f"密钥文件 {file} 的编号超过 {MAX_KID}，请改用较小的编号")
            found[use][kid] = _read(file, USES[use])
    for use, keys in found.items():
        if not keys:
            raise KeysRefused(f"密钥目录 {directory} 缺少 {use}.1.key，请从备份恢复后再启动")
    newest = max(found["encrypt"])
    return KeyRing(
        encrypt=found["encrypt"],
        newest=newest,
        index=found["index"][max(found["index"])],
        tail=found["tail"][max(found["tail"])],
    )


SEAL: Final = "seal.1.key"
SEAL_LENGTH: Final = 32


@lru_cache(maxsize=4)
def seal_key(directory: Path, *, create: bool = False) -> bytes:
    """Return the key of the audit seals. Raises KeysRefused.

    create  make it where it is missing (development and tests); keys of earlier releases lack it
    """
    file = directory / SEAL
    if not file.exists() and create:
        make_seal_key(directory)
    if not file.exists():
        raise KeysRefused(
            f"密钥目录 {directory} 缺少 {SEAL}，请运行 python -m apps.core.keys {directory} 生成；"
            "封存过审计记录的，请从备份恢复原来的密钥"
        )
    return _read(file, SEAL_LENGTH)


def make_seal_key(directory: Path) -> list[Path]:
    """Make the key of the audit seals where there is none; return the file made."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory):
        if (directory / SEAL).exists():
            return []
        return [add(directory, "seal", 1, length=SEAL_LENGTH)]


def make(directory: Path) -> list[Path]:
    """Make a first key of each use in a directory without keys; return the files made.

    Does nothing where a key exists: a lost key among present ones must be restored, not replaced.
    Processes that start together wait for each other and end with one set.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory):
        if any(_NAME.fullmatch(file.name) for file in directory.iterdir()):
            return []
        return [add(directory, use, 1) for use in USES]


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def add(directory: Path, use: str, kid: int, *, length: int = 0) -> Path:
    """Write a fresh random key; return its file. Raises FileExistsError: no key is overwritten."""
    file = directory / f"{use}.{kid}.key"
    fresh = directory / f"{use}.{kid}.{secrets.token_hex(4)}.new"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as out:
        out.write(secrets.token_hex(length or USES[use]) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, file)  # whole or not at all
    finally:
        fresh.unlink()
    return file


def rotate(directory: Path) -> Path:
    """Add the next encrypt key; return its file. Running processes read it at their next start."""
    newest = load.__wrapped__(directory).newest
    if newest >= MAX_KID:
        raise KeysRefused(f"密钥编号已用到 {MAX_KID}，不能再增加")
    with _locked(directory):
        return add(directory, "encrypt", newest + 1)


def _read(file: Path, length: int) -> bytes:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise KeysRefused(f"密钥文件 {file} 可被他人读取，请执行 chmod 0400 {file} 后再启动")
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise KeysRefused(f"密钥文件 {file} 无法读取，请从备份恢复后再启动") from None
    if len(key) != length:
        raise KeysRefused(f"密钥文件 {file} 应为 {length} 字节，请从备份恢复后再启动")
    return key


def main(arguments: list[str]) -> int:
    """Make keys in the named directory, or with --rotate add the next encrypt key."""
    names = [argument for argument in arguments if argument != "--rotate"]
    if len(names) != 1:
        print("用法：python -m apps.core.keys 目录 [--rotate]", file=sys.stderr)
        return 2
    directory = Path(names[0]).absolute()
    try:
        made = [rotate(directory)] if "--rotate" in arguments else make(directory)
        made += make_seal_key(directory)
    except KeysRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for file in made:
        print(f"已生成 {file}")
    if not made:
        print(f"{directory} 已有密钥，未作改动")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
