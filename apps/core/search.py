"""The search indexes (GIN over grams; fields.Holds asks them), and SQL for the first rows found."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from .fields import prefix

LAST = chr(0x10FFFF)

#: A statement, or a condition, and its parameters.
SQL = tuple[str, tuple[Any, ...]]


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


def begins(column: str, text: str) -> SQL:
    """Return the condition that a column begins with `text`: a range, which its index answers.

    Columns are sorted by code point.
    """
    said = f"{column} >= %s AND {column} < %s AND {column} LIKE %s"
    return said, (text, text + LAST, prefix(text))


def compiled(rows: QuerySet) -> SQL | None:
    """Return a queryset as SQL, or None when it can hold nothing (a reader without any scope)."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None


def union(seen: SQL, selects: Iterable[SQL]) -> list[tuple[Any, ...]]:
    """Return the rows of some SELECTs from `seen`, which stands for those a reader may see.

    The planner looks through it, so that each SELECT is answered by its own index. One query.
    """
    sql, params = seen
    arms = []
    for select, own in selects:
        arms.append(f"({select})")
        params = (*params, *own)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH seen AS NOT MATERIALIZED ({sql}) {' UNION ALL '.join(arms)}", params)
        return cursor.fetchall()
