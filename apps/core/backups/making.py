"""Making a backup. The portal goes on working meanwhile."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone

from . import manifest, programs
from .errors import BackupRefused
from .manifest import DATABASE, FILES, MANIFEST, SEAL, Manifest, Member

LAST = "last.json"
BLOCK = 1 << 20
MODE = 0o600


def make(folder: Path, *, keep: int | None = None) -> Path:
    """Write one backup into `folder` and return its file. Raises BackupRefused.

    keep   how many backups of this name remain afterwards; None: all
    The dump, the counts and the list of migrations are of one moment (one snapshot); files that
    come later than it are in the backup too, and harmless. A backup has its final name only when
    it is whole and on disk.
    """
    began = time.monotonic()
    name = f"bianzhi-{timezone.localtime():%Y%m%d-%H%M%S}.tar"
    whole, part = folder / name, folder / f".{name}.partial"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("xb") as out:
            part.chmod(MODE)
            _write(out, folder)
            out.flush()
            os.fsync(out.fileno())
        part.rename(whole)
        _sync(folder)
    except OSError as problem:
        raise BackupRefused(
            f"备份没有写成（{problem.strerror or problem}）：请检查 {folder} 的空间和权限后重做。"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    if keep is not None:
        for old in list_of(folder)[keep:]:
            old.unlink(missing_ok=True)
    note(
        folder,
        ok=True,
        file=whole.name,
        bytes=whole.stat().st_size,
        seconds=time.monotonic() - began,
    )
    return whole


def list_of(folder: Path) -> list[Path]:
    """Return the backups in `folder`, newest first."""
    return sorted(folder.glob("bianzhi-*.tar"), reverse=True)


def note(folder: Path, *, ok: bool, **facts: Any) -> None:
    """Leave a word about the last attempt, for the page of the system's state."""
    told = {"made_at": timezone.localtime().isoformat(timespec="seconds"), "ok": ok, **facts}
    fresh = folder / f".{LAST}.{os.getpid()}"
    fresh.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    fresh.rename(folder / LAST)


def _write(out: IO[bytes], folder: Path) -> None:
    members: list[Member] = []
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".dump-") as scratch:
            dump = Path(scratch) / DATABASE
            with _snapshot() as (cursor, snapshot):
                about = _about(cursor)
                programs.run(
                    "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}"
                )
            members.append(_add(archive, DATABASE, dump))
        media = Path(settings.MEDIA_ROOT)
        for place in sorted(p for p in media.rglob("*") if p.is_file() and not p.is_symlink()):
            with contextlib.suppress(FileNotFoundError):  # a temporary file that went meanwhile
                members.append(_add(archive, FILES + place.relative_to(media).as_posix(), place))
        raw = Manifest(members=members, **about).as_bytes()
        _add_bytes(archive, MANIFEST, raw)
        _add_bytes(archive, SEAL, manifest.seal(raw).encode())


@contextlib.contextmanager
def _snapshot() -> Iterator[tuple[Any, str]]:
    """Hold one snapshot of the database open; give a cursor in it and its name."""
    held = psycopg2.connect(
        **{
            key: value
            for key, value in connection.get_connection_params().items()
            if key not in ("cursor_factory", "connection_factory", "assume_role")
        }
    )
    try:
        held.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with held.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
    finally:
        held.close()


def _about(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    migrations = [row[0] for row in cursor.fetchall()]
    cursor.execute("SHOW server_version")
    return {
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "version": settings.VERSION,
        "server": cursor.fetchone()[0],
        "tables": counts(cursor),
        "migrations": migrations,
        "key_marks": manifest.key_marks(),
    }


def counts(cursor: Any) -> dict[str, int]:
    """Return the rows of every table, those of partitions counted with their parent."""
    cursor.execute(
        "SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') "
        "AND NOT c.relispartition ORDER BY 1"
    )
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT count(*) FROM public.{table}")  # noqa: S608 - quoted by the server
        found[table] = cursor.fetchone()[0]
    return found


def _add(archive: tarfile.TarFile, name: str, place: Path) -> Member:
    with place.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        hashing = _Hashing(source)
        archive.addfile(_header(name, size), hashing)  # type: ignore[arg-type]
    return Member(name, size, hashing.digest.hexdigest())


def _add_bytes(archive: tarfile.TarFile, name: str, raw: bytes) -> None:
    archive.addfile(_header(name, len(raw)), io.BytesIO(raw))


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, MODE, int(time.time())
    return header


class _Hashing:
    """A file that is hashed while the archive reads it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.source.read(size)
        self.digest.update(block)
        return block


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
