"""Make the application's login on a server of your own: it may use the tables, not own them.

Reads DATABASE_OWNER_URL and APP_PASSWORD. Run once before the first migration; the migrations
grant it what it needs. Safe to run again: it then sets the password anew.
"""

import os
import sys

import psycopg2
from psycopg2 import sql

LOGIN = "bianzhi_app"


def main() -> None:
    """Create the login or change its password."""
    absent = [name for name in ("DATABASE_OWNER_URL", "APP_PASSWORD") if not os.environ.get(name)]
    if absent:
        sys.exit(f"缺少环境变量 {'、'.join(absent)}，请先设置后再运行。")
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [LOGIN])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(LOGIN), sql.Literal(os.environ["APP_PASSWORD"])
            )
        )
    connection.close()


if __name__ == "__main__":
    main()
