"""Upkeep of the search indexes (GIN over grams; fields.Holds asks them), and what they hold."""

from __future__ import annotations

import time

from django.db import connection


def settle() -> int:
    """Work what was written lately into the indexes; return how many pages that was.

    Beat does it each minute; bulk loads do it when they are done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_settle_search()")
        return cursor.fetchone()[0]


#: How long statistics of an index are believed, in seconds; nothing but speed hangs on them.
BELIEVED = 600
_known: dict[str, tuple[float, dict[str, float]]] = {}


def rows_with(index: str, gram: str) -> float:
    """Return about how many rows of a gram index hold `gram`; 0 for a rare one.

    From the planner's statistics (ANALYZE; the thousand most common grams), read at most once in
    BELIEVED seconds by each process. 1 query or none.
    """
    read_at, common = _known.get(index, (0.0, {}))
    if not read_at or time.monotonic() - read_at > BELIEVED:
        with connection.cursor() as cursor:
            cursor.execute("SELECT gram, found FROM core_common_grams(%s)", [index])
            common = dict(cursor.fetchall())
        _known[index] = (time.monotonic(), common)
    return common.get(gram, 0.0)
