"""Reading a backup: nothing of it is believed before all of it has been checked."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from django.db.migrations.loader import MigrationLoader

from . import manifest as manifests
from .errors import BackupRefused
from .manifest import DATABASE, FILES, MANIFEST, SEAL, Manifest, Member

BLOCK = 1 << 20
#: bytes; a manifest of a million files stays below it
LARGEST_MANIFEST = 512 << 20
DAMAGED = "这份备份已损坏（{what}），没有恢复任何内容。请换一份备份，并检查存放它的磁盘。"


def damaged(what: str) -> BackupRefused:
    return BackupRefused(DAMAGED.format(what=what))


@dataclass
class Backup:
    """An opened backup whose seal holds. Its members are hashed when they are read."""

    manifest: Manifest
    archive: tarfile.TarFile
    places: dict[str, tarfile.TarInfo]

    @contextmanager
    def opened(self, member: Member) -> Iterator[IO[bytes]]:
        """Give the content of a member as a file."""
        source = self.archive.extractfile(self.places[member.name])
        if source is None:
            raise damaged(f"{member.name} 不是文件")
        with source:
            yield source

    def copy(self, member: Member, place: Path | None) -> None:
        """Copy a member to `place`, or nowhere; raise BackupRefused unless its hash is right."""
        digest = hashlib.sha256()
        out = place.open("xb") if place is not None else None
        try:
            with self.opened(member) as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    if out is not None:
                        out.write(block)
        finally:
            if out is not None:
                out.close()
        if digest.hexdigest() != member.sha256:
            raise damaged(f"{member.name} 的校验值不对")


@contextmanager
def opened(file: Path) -> Iterator[Backup]:
    """Open a backup; check its list, its seal, its keys and its version. Raises BackupRefused."""
    try:
        with tarfile.open(file, mode="r:") as archive:
            places = _places(archive)
            if file.stat().st_size % tarfile.RECORDSIZE:  # it is written in whole records
                raise damaged("末尾不完整")
            raw = _small(archive, places, MANIFEST, LARGEST_MANIFEST)
            manifests.check_seal(
                raw, _small(archive, places, SEAL, 1024).decode("ascii", "replace")
            )
            manifest = Manifest.read(raw)
            _compare(manifest, places)
            manifests.check_keys(manifest.key_marks)
            known = MigrationLoader(None).disk_migrations
            manifests.check_known(manifest.migrations, {f"{app}.{name}" for app, name in known})
            yield Backup(manifest, archive, places)
    except FileNotFoundError:
        raise BackupRefused(f"找不到备份文件 {file}，请检查路径。") from None
    except tarfile.TarError:
        raise damaged("不是完整的备份文件") from None
    except OSError as problem:
        raise BackupRefused(f"备份文件 {file} 读不出来（{problem.strerror}）。") from None


def check(file: Path) -> Manifest:
    """Read every byte of a backup against its list; return the manifest. Raises BackupRefused."""
    with opened(file) as backup:
        for member in backup.manifest.members:
            backup.copy(member, None)
        return backup.manifest


def _places(archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    places: dict[str, tarfile.TarInfo] = {}
    for entry in archive:
        path = PurePosixPath(entry.name)
        if not entry.isreg() or path.is_absolute() or ".." in path.parts:
            raise damaged(f"含有不该有的条目 {entry.name[:80]}")
        if entry.name in places:
            raise damaged(f"{entry.name[:80]} 出现两次")
        places[entry.name] = entry
    return places


def _small(
    archive: tarfile.TarFile, places: dict[str, tarfile.TarInfo], name: str, largest: int
) -> bytes:
    entry = places.get(name)
    if entry is None:
        raise damaged(f"缺少 {name}")
    source = archive.extractfile(entry) if entry.size <= largest else None
    if source is None:
        raise damaged(f"{name} 过大")
    with source:
        return source.read()


def _compare(manifest: Manifest, places: dict[str, tarfile.TarInfo]) -> None:
    listed = {member.name: member.size for member in manifest.members}
    held = {name: e.size for name, e in places.items() if name not in (MANIFEST, SEAL)}
    if listed != held:
        odd = sorted(set(listed.items()) ^ set(held.items()))[0][0]
        raise damaged(f"内容与清单不符：{odd[:80]}")
    if DATABASE not in listed:
        raise damaged(f"缺少 {DATABASE}")
    if any(name != DATABASE and not name.startswith(FILES) for name in listed):
        raise damaged("清单里有不认得的条目")
