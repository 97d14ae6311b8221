"""Make the application's login on a server of your own: it may use the tables, not own them.

Reads DATABASE_OWNER_URL and APP_PASSWORD, or the files that DATABASE_OWNER_URL_FILE and
APP_PASSWORD_FILE name. Run once before the first migration; the migrations
grant it what it needs. Safe to run again: it then sets the password anew.
"""

import os
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql

LOGIN = "bianzhi_app"


def main() -> None:
    """Create the login or change its password."""
    address, password = (_given(name) for name in ("DATABASE_OWNER_URL", "APP_PASSWORD"))
    connection = psycopg2.connect(address)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [LOGIN])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(LOGIN), sql.Literal(password)
            )
        )
    connection.close()


def _given(name: str) -> str:
    by_file = os.environ.get(f"{name}_FILE")
    if by_file:
        try:
            return Path(by_file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            sys.exit(f"环境变量 {name}_FILE 指向的文件读不出来（{problem.strerror}），请检查。")
    if not os.environ.get(name):
        sys.exit(f"缺少环境变量 {name}（或 {name}_FILE），请先设置后再运行。")
    return os.environ[name]


if __name__ == "__main__":
    main()
