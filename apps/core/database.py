"""What the database does by itself: row history, and the rights of the application's login.

Runs after every migrate, so that a column added today is in tomorrow's history without a thought.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from .history import history_of, tracked_models

#: Login of web, worker and ordinary commands; it owns nothing.
APPLICATION_ROLE = "bianzhi_app"

#: Tables the application may add to and read, never change (design §4).
APPEND_ONLY = ("audit_auditevent", "audit_auditseal")


def after_migrate(**kwargs: Any) -> None:
    """Install history triggers and grants. Safe to run again."""
    if connection.vendor != "postgresql" or not _has_function("core_change_id"):
        return
    for model in tracked_models():
        if _has_table(model._meta.db_table) and _has_table(history_of(model).model._meta.db_table):
            track(model)
            begin_history(model)
    grant_application_role()


def begin_history(model: type[models.Model]) -> None:
    """Give the rows that migrations entered their first history: they came before the triggers.

    Only where the history is empty, which is one look into an index. While only some apps have
    been migrated a table may lack columns of its model: then the next `migrate` does it.
    """
    history = history_of(model).model._meta
    kept = {field.column for field in history.local_concrete_fields}
    columns = [f.column for f in model._meta.local_concrete_fields if f.column in kept]
    if not _has_columns(model._meta.db_table, columns) or not _has_columns(history.db_table, kept):
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(  # names come from our own models
            f'INSERT INTO "{history.db_table}" ({names}, history_date, history_type) '  # noqa: S608
            f"SELECT {names}, clock_timestamp(), '+' FROM \"{model._meta.db_table}\" "
            f'WHERE NOT EXISTS (SELECT 1 FROM "{history.db_table}")'
        )


def track(model: type[models.Model]) -> None:
    """(Re)create the history trigger of one table."""
    with connection.cursor() as cursor:
        for statement in history_statements(model):
            cursor.execute(statement)


def history_statements(model: type[models.Model]) -> list[str]:
    """Return the SQL that makes the database write the history rows of `model`."""
    table = model._meta.db_table
    history = history_of(model).model
    own = {f.column for f in model._meta.local_concrete_fields}
    extra = {"history_id", "history_date", "history_type", "history_user_id"}
    extra |= {"history_change_reason", "change_id"}
    columns = [
        f.column
        for f in history._meta.local_concrete_fields
        if f.column in own and f.column not in extra
    ]
    pk = model._meta.pk.column
    names = ", ".join(f'"{c}"' for c in columns)
    target = (  # names come from our own models
        f'INSERT INTO "{history._meta.db_table}" ({names}, history_date, history_type, '
        "history_user_id, history_change_reason, change_id) "
    )

    def rows(alias: str, source: str, sign: str) -> str:
        picked = ", ".join(f'{alias}."{c}"' for c in columns)
        return (
            f"{target} SELECT {picked}, the_moment, '{sign}', the_actor, the_reason, the_change "  # noqa: S608
            f"FROM {source}"
        )

    changed = " OR ".join(f'n."{c}" IS DISTINCT FROM o."{c}"' for c in columns if c != pk)
    function = f"history_of_{table}"
    body = f"""
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
    -- the plan of the first call serves the session: made for one row, a nested loop over the
    -- transition tables would take minutes for a bulk update (20,000 rows: 78 s, hashed 0.5 s)
    SET enable_nestloop = off AS $f$
    -- asked once for the statement, not once for each of its rows
    DECLARE
      the_moment timestamptz := clock_timestamp();
      the_actor bigint := core_actor();
      the_reason text := core_reason();
      the_change uuid := core_change_id();
    BEGIN
      IF TG_OP = 'INSERT' THEN
        {rows("n", "new_rows n", "+")};
      ELSIF TG_OP = 'DELETE' THEN
        {rows("o", "old_rows o", "-")};
      ELSE
        {rows("n", f'new_rows n JOIN old_rows o ON n."{pk}" = o."{pk}"', "~")}
        WHERE {changed or "FALSE"};
      END IF;
      RETURN NULL;
    END $f$"""  # noqa: S608 - names come from our own models
    statements = [body]
    for verb, transition in (
        ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
        ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "REFERENCING OLD TABLE AS old_rows"),
    ):
        trigger = f"a_history_{verb.lower()}"
        statements.append(
            f'CREATE OR REPLACE TRIGGER {trigger} AFTER {verb} ON "{table}" {transition} '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    return statements


def grant_application_role() -> None:
    """Give the application's login what it needs and no more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE])
        if cursor.fetchone() is None:
            return
        role = APPLICATION_ROLE
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for name in APPEND_ONLY:
            if not _has_table(name):
                continue
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
                [name],
            )
            for table in [name, *(row[0] for row in cursor.fetchall())]:
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
        for model in tracked_models():
            table = history_of(model).model._meta.db_table
            if _has_table(table):
                cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')


def _has_columns(table: str, columns: Iterable[str | None]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[] <@ array_agg(attname::text) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [list(columns), f'"{table}"'],
        )
        return bool(cursor.fetchone()[0])


def _has_table(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'public."{name}"'])
        return bool(cursor.fetchone()[0])


def _has_function(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_proc WHERE proname = %s LIMIT 1", [name])
        return cursor.fetchone() is not None
