"""The people registered last in a reader's scope, fast for a bureau and for a province alike.

Asked plainly, the planner walks the primary key backwards and filters: for a county somewhere in
the middle of a province that reads half of the table. So the newest of each part of the tree
(three levels: 省、市、县) come from an index of their own, and the newest of those are the answer.
Measured against guardian's own way: docs/benchmarks.md P4.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from apps.core.scope import PAST_PATHS, roots
from apps.units.models import Unit

from .models import Occupancy
from .tables import CODES, RELATED

#: Levels of the tree that make a part; index occupancy_latest_by_part.
LEVELS: Final = 3
WIDTH: Final = LEVELS * Unit.steplen
#: With more parts than this the scope is wide, and the newest rows of all are soon in it.
MOST_PARTS: Final = 300


def latest(user: Any, limit: int = 50) -> list[Occupancy]:
    """Return the spells in the user's scope that were registered last, newest first.

    Open and ended ones. Three queries for any number of units.
    """
    rows = Occupancy.objects.visible_to(user).filter(pk__in=ids(user, limit))
    return list(rows.select_related(*RELATED).with_codes(*CODES).order_by("-pk"))


def ids(user: Any, limit: int) -> list[int]:
    """Return the ids of the same, in the same order. One query; two where the scope is wide."""
    paths = roots(user.subtrees("view_subtree"))
    if not paths:
        return []
    found = _newest(paths, limit)
    if found is None:
        rows = Occupancy.objects.visible_to(user).order_by("-pk")
        return list(rows.values_list("pk", flat=True)[:limit])
    return found


def _newest(paths: list[str], limit: int) -> list[int] | None:
    """Return the newest ids below some subtree roots; None: more parts than MOST_PARTS.

    `id + 0` keeps the planner from walking the primary key.
    """
    spells, units = Occupancy._meta.db_table, Unit._meta.db_table
    parts, pieces = [], []
    parameters: list[Any] = []
    bounds: list[Any] = []
    for path in paths:
        if len(path) <= WIDTH:
            parts.append("(path >= %s AND path < %s)")
            bounds += [path, path + PAST_PATHS]
        else:
            pieces.append(
                f"(SELECT id FROM {spells} WHERE scope >= %s AND scope < %s "  # noqa: S608
                "ORDER BY id + 0 DESC LIMIT %s)"
            )
            parameters += [path, path + PAST_PATHS, limit]
    pieces.append(
        f"SELECT t.id FROM parts, LATERAL (SELECT id FROM {spells} "  # noqa: S608
        f"WHERE left(scope, {WIDTH}) = parts.path ORDER BY id DESC LIMIT %s) t"
    )
    sql = f"""
    WITH parts AS MATERIALIZED (
      SELECT path FROM {units} WHERE depth <= {LEVELS} AND ({" OR ".join(parts) or "FALSE"})
       LIMIT {MOST_PARTS + 1}
    )
    SELECT (SELECT count(*) FROM parts), ARRAY(
      SELECT id FROM ({" UNION ".join(pieces)}) x
       WHERE (SELECT count(*) FROM parts) <= {MOST_PARTS} ORDER BY id DESC LIMIT %s)
    """  # noqa: S608 - names from our own models, values as parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, [*bounds, *parameters, limit, limit])
        parts_found, found = cursor.fetchone()
    return None if parts_found > MOST_PARTS else list(found)
