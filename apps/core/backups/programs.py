"""PostgreSQL's own programs, pointed at the portal's database.

They get address and password by environment, so that neither shows in the process list.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Any

from django.db import connection

from bianzhi import embedded

from .errors import BackupRefused


def addressed(database: str | None = None) -> dict[str, str]:
    """Return the environment that leads a PostgreSQL program to the portal's server."""
    where = connection.settings_dict
    options = where.get("OPTIONS", {})
    values = {
        "PGHOST": where["HOST"],
        "PGPORT": str(where["PORT"] or ""),
        "PGUSER": where["USER"],
        "PGPASSWORD": where["PASSWORD"],
        "PGDATABASE": database or where["NAME"],
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
        "PGAPPNAME": "bianzhi-backup",
    }
    return {**os.environ, "LC_ALL": "C", **{name: v for name, v in values.items() if v}}


def run(name: str, *arguments: str, database: str | None = None, **options: Any) -> str:
    """Run one program to its end; return its output. Raises BackupRefused with its last words."""
    program = embedded.program(name)
    if program is None:
        raise BackupRefused(
            f"找不到程序 {name}：请重新运行 make setup，或安装与数据库同版本的 PostgreSQL 客户端。"
        )
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=addressed(database),
        text=True,
        **options,
    )
    if done.returncode != 0:
        raise BackupRefused(f"{name} 没有成功：{last_words(done.stderr.splitlines())}")
    return done.stdout


def last_words(lines: Sequence[str]) -> str:
    """Return the end of what a program complained about, on one line."""
    told = [line.strip() for line in lines if line.strip()]
    return "；".join(told[-2:])[:400] or "程序没有说明原因"
