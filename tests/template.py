"""One migrated database that test databases are copied from.

Running every migration takes a minute of a core; copying its result takes a second. The template's
name carries a digest of all that makes a schema, so a changed migration makes a new one, and the
old ones are dropped.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.conf import settings
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "bianzhi_tests_"
#: Libraries whose migrations or SQL go into the schema.
LIBRARIES = ("Django", "django-guardian", "django-simple-history", "django-celery-beat")


def ready(host: str) -> str:
    """Return the name of the template on the server at `host` (socket folder), made if missing."""
    name = PREFIX + digest()
    with open(settings.VAR / "run" / "test-template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = psycopg2.connect(host=host, user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bianzhi_tests_%'")
            present = {row[0] for row in cursor.fetchall()}
            if name not in present:
                _make(cursor, host, name)
            for old in present - {name}:
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old))
                )
        connection.close()
    return name


def _make(cursor: psycopg2.extensions.cursor, host: str, name: str) -> None:
    half = f"{name}_half"
    for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
        cursor.execute(sql.SQL(statement).format(sql.Identifier(half)))
    address = f"postgresql://postgres@/{half}?host={quote(host)}"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address, "BIANZHI_VAR": str(settings.VAR)},
        check=True,
    )
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    cursor.execute(rename.format(sql.Identifier(half), sql.Identifier(name)))


def digest() -> str:
    """Return twelve hex digits of everything a schema is made from."""
    found = hashlib.sha256()
    for library in LIBRARIES:
        found.update(f"{library}={version(library)};".encode())
    for file in _sources():
        found.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    yield from sorted((ROOT / "apps").glob("*/migrations/*.py"))
    yield ROOT / "apps" / "core" / "database.py"
    yield ROOT / "apps" / "core" / "history.py"
    yield ROOT / "apps" / "core" / "migrating.py"
    yield from sorted((ROOT / "apps").glob("*/models*.py"))
    yield from sorted((ROOT / "apps").glob("*/models/*.py"))
