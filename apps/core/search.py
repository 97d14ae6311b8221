"""Upkeep of the search indexes (GIN over core_grams; fields.Holds asks them)."""

from __future__ import annotations

from django.db import connection


def settle() -> int:
    """Work what was written lately into the indexes; return how many pages that was.

    Beat does it each minute; bulk loads do it when they are done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_settle_search()")
        return cursor.fetchone()[0]
