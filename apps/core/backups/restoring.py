"""The way back: everything is put beside what is there, and takes its place in the last step."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from psycopg2 import sql

from . import making, programs, reading
from .errors import BackupRefused
from .manifest import DATABASE, FILES, Manifest
from .reading import Backup, damaged

Say = Callable[[str], None]


def restore(file: Path, *, replace: bool = False, say: Say = lambda sentence: None) -> Manifest:
    """Put a backup in place of the portal's database and files. Raises BackupRefused.

    replace   allow it where accounts exist already; what was there is kept under another name
    Order: check every byte; load the dump into a database of its own and count its rows; unpack
    the files beside the present ones; then change names. Whatever goes wrong before that last
    step leaves the portal as it was.
    """
    with reading.opened(file) as backup, _alone():
        if _in_use() and not replace:
            raise BackupRefused(
                "这里已有账户和数据，没有恢复任何内容。请换一个空的 BIANZHI_VAR（或空数据库）恢复；"
                "确要用备份替换现有数据，请加 --replace，原有数据会改名保留。"
            )
        stamp = f"{timezone.localtime():%Y%m%d%H%M%S}"
        media = Path(settings.MEDIA_ROOT)
        name = connection.settings_dict["NAME"]
        fresh = f"{name}_restoring"
        beside = media.with_name(f"{media.name}.restoring")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            say("正在核对并装入数据库……")
            _load(backup, fresh)
            say("正在核对并取出文件……")
            _unpack(backup, beside)
        except BaseException:
            _drop(fresh)
            shutil.rmtree(beside, ignore_errors=True)
            raise
        say("正在替换……")
        kept = _exchange(name, fresh, stamp, keep=_in_use())
        if media.exists():
            media.rename(media.with_name(f"{media.name}.before-{stamp}"))
        beside.rename(media)
        if kept:
            say(
                f"原来的数据库改名为 {kept}，原来的文件改名为 {media.name}.before-{stamp}，"
                "确认无误后可删除。"
            )
    call_command("migrate", verbosity=0)  # a backup of an earlier version is brought up to date
    return backup.manifest


@contextmanager
def _alone() -> Iterator[None]:
    """Keep `serve` from running meanwhile. Raises BackupRefused when it does already."""
    folder = settings.VAR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "serve.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused("平台正在运行，请先停止它再恢复。") from None
        yield


def _in_use() -> bool:
    try:
        return get_user_model().objects.exists()
    except DatabaseError:  # no tables yet
        return False
    finally:
        connection.close()


def _load(backup: Backup, fresh: str) -> None:
    """Restore the dump into the new database `fresh` and count what arrived."""
    by_name = {member.name: member for member in backup.manifest.members}
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=".restore-") as scratch:
        dump = Path(scratch) / DATABASE
        backup.copy(by_name[DATABASE], dump)
        for member in backup.manifest.members:  # all of it is right before anything is made
            if member.name != DATABASE:
                backup.copy(member, None)
        _drop(fresh)
        with _server() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(fresh))
            )
        arguments = ["--no-owner", "--exit-on-error", "--jobs=2", f"--dbname={fresh}", str(dump)]
        programs.run("pg_restore", *arguments)
    with _server(fresh) as cursor:
        arrived = making.counts(cursor)
        cursor.execute("ANALYZE")
    if arrived != backup.manifest.tables:
        odd = sorted(set(arrived.items()) ^ set(backup.manifest.tables.items()))[0][0]
        raise damaged(f"装入后 {odd} 的行数与清单不符")


def _unpack(backup: Backup, beside: Path) -> None:
    beside.mkdir(mode=0o700, parents=True)
    for member in backup.manifest.members:
        if member.name.startswith(FILES):
            place = beside / member.name.removeprefix(FILES)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            backup.copy(member, place)
            place.chmod(settings.FILE_UPLOAD_PERMISSIONS)


def _exchange(name: str, fresh: str, stamp: str, *, keep: bool) -> str:
    """Let `fresh` take the name of the portal's database; return the old one's new name, or ""."""
    connection.close()
    old = f"{name}_before_{stamp}"
    with _server() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname IN (%s, %s) AND pid <> pg_backend_pid()",
            [name, fresh],
        )
        rename = "ALTER DATABASE {} RENAME TO {}"
        cursor.execute(sql.SQL(rename).format(sql.Identifier(name), sql.Identifier(old)))
        try:
            cursor.execute(sql.SQL(rename).format(sql.Identifier(fresh), sql.Identifier(name)))
        except psycopg2.Error:
            cursor.execute(sql.SQL(rename).format(sql.Identifier(old), sql.Identifier(name)))
            raise
    if not keep:
        _drop(old)
    return old if keep else ""


def _drop(database: str) -> None:
    with suppress(psycopg2.Error), _server() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


@contextmanager
def _server(database: str = "postgres") -> Iterator[Any]:
    """Give a cursor of the schema's owner on another database of the same server."""
    parameters = connection.get_connection_params() | {"dbname": database}
    for name in ("cursor_factory", "connection_factory", "assume_role"):
        parameters.pop(name, None)
    try:
        other = psycopg2.connect(**parameters)
    except psycopg2.OperationalError as problem:
        told = programs.last_words(str(problem).splitlines())
        raise BackupRefused(f"连不上数据库：{told}") from None
    other.autocommit = True
    try:
        with other.cursor() as cursor:
            yield cursor
    except psycopg2.errors.InsufficientPrivilege:
        raise BackupRefused(
            "数据库登录没有建库的权限：请设置 DATABASE_OWNER_URL 为库的所有者后重试。"
        ) from None
    finally:
        other.close()
