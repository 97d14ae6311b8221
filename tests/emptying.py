"""Emptying the database after a test that commits, for the price of what it wrote.

Django's `flush` truncates every table, two files and their indexes each, and sends `post_migrate`
afterwards, which makes all permissions and history triggers again: more than a second of a core for
tests that write thirty rows. Here only tables with something in them are emptied, by DELETE, with
triggers and foreign keys asleep. What the migrations themselves have written stays.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

#: all that a migrated database holds, and nothing else
KEPT = ["auth_permission", "django_content_type", "django_migrations"]
#: what a migrated database holds and tests add to: which rows are a test's own
BEYOND = {
    "approvals_kindversion": "note NOT LIKE '系统%'",
    "approvals_phrase": "owner_id IS NOT NULL OR unit_id IS NOT NULL",
}
BEYOND |= {name.replace("_", "_historical"): own for name, own in BEYOND.items()}

_STATEMENTS = """
SELECT string_agg(format('DELETE FROM ONLY %%I', relname), '; ')
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
   AND pg_relation_size(oid) > 0 AND relname <> ALL (%s)
"""


def empty(test_case: Any = None) -> None:
    """Leave no row of a test behind; stands in for TransactionTestCase._fixture_teardown."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STATEMENTS, [[*KEPT, *BEYOND]])
        (statements,) = cursor.fetchone()
        cursor.execute("SET LOCAL session_replication_role = replica")
        if statements:
            cursor.execute(statements)
        for name, own in BEYOND.items():
            cursor.execute(f"DELETE FROM {name} WHERE {own}")
