"""Bring the marked cells up to date: their spans, and the sums of the periods above them."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from . import uneven
from .sources import sources

#: first half of the advisory lock “somebody refreshes”
LOCK = 71002
#: units of one transaction: a province is done in some ten of them
BATCH = 12_000
#: cells after which the planner must learn the sizes anew
MANY = 2_000

#: up to a unit, not those of a list: fresh marks are unknown to the planner, who joined them one by
#: one with the list
_TAKE = """
CREATE TEMP TABLE dated_cell ON COMMIT DROP AS
WITH taken AS (
  DELETE FROM quotas_stalecell WHERE unit_id <= (
    SELECT max(unit_id) FROM (
      SELECT DISTINCT unit_id FROM quotas_stalecell ORDER BY unit_id LIMIT %s) units)
  RETURNING unit_id, kind
) SELECT DISTINCT unit_id, kind FROM taken
"""

_UNITS = """
CREATE TEMP TABLE dated_unit ON COMMIT DROP AS SELECT DISTINCT unit_id FROM dated_cell
"""

_CHANGES = """
CREATE TEMP TABLE dated_change (
  sign int, kind varchar COLLATE "C", scope varchar COLLATE "C", starts_on date, ends_on date,
  places int, taken int, reserved int
) ON COMMIT DROP
"""

#: what was kept of the cells, and the sets of kinds of their units
_CHANGE = f"""
WITH gone AS (
  DELETE FROM quotas_cellspan s USING dated_unit u
   WHERE s.unit_id = u.unit_id
     AND ((s.unit_id, s.kind) IN (SELECT unit_id, kind FROM dated_cell)
          OR {uneven.IS_SET.format("s.")})
  RETURNING s.kind, s.scope, s.starts_on, s.ends_on, s.places, s.taken, s.reserved
) INSERT INTO dated_change SELECT -1, gone.* FROM gone
"""  # noqa: S608 - names of our own

_SPANS = """
WITH steps AS (
  SELECT unit_id, kind, day, sum(places) AS places, sum(taken) AS taken, sum(reserved) AS reserved
    FROM ({facts}) x GROUP BY 1, 2, 3
  HAVING (sum(places), sum(taken), sum(reserved)) IS DISTINCT FROM (0, 0, 0)
), running AS (
  SELECT unit_id, kind, day, lead(day) OVER cell AS until, sum(places) OVER cell AS places,
         sum(taken) OVER cell AS taken, sum(reserved) OVER cell AS reserved
    FROM steps WINDOW cell AS (PARTITION BY unit_id, kind ORDER BY day)
), made AS (
  INSERT INTO quotas_cellspan (unit_id, kind, starts_on, ends_on, places, taken, reserved, scope)
  SELECT r.unit_id, r.kind, r.day, r.until, r.places, r.taken, r.reserved, u.path
    FROM running r JOIN units_unit u ON u.id = r.unit_id
   WHERE (r.places, r.taken, r.reserved) IS DISTINCT FROM (0, 0, 0)
  RETURNING kind, scope, starts_on, ends_on, places, taken, reserved
)
INSERT INTO dated_change
SELECT 1, kind, scope, starts_on, ends_on, places, taken, reserved FROM made
"""

_SETS = """
WITH made AS (
  INSERT INTO quotas_cellspan (unit_id, kind, starts_on, ends_on, places, taken, reserved, scope)
  SELECT r.unit_id, r.kind, r.day, r.until, 1, 1, 0, u.path
    FROM ({spans}) r JOIN units_unit u ON u.id = r.unit_id
  RETURNING kind, scope, starts_on, ends_on, places, taken, reserved
)
INSERT INTO dated_change
SELECT 1, kind, scope, starts_on, ends_on, places, taken, reserved FROM made
"""
_OF_UNITS = (
    "(SELECT s.* FROM quotas_cellspan s WHERE s.unit_id IN (SELECT unit_id FROM dated_unit)) kept"
)

_FIGURES = ("places", "taken", "reserved", "vacant", "excess", "over_cells")
_SUMS = ", ".join(f"sum({name})::int AS {name}" for name in _FIGURES)
#: condition: something is left
_SOMETHING = f"({', '.join(_FIGURES)}) IS DISTINCT FROM (0, 0, 0, 0, 0, 0)"

#: what the spans of `{changes}` (with a sign) change in each period, on each level
PERIODS = f"""
WITH steps AS (
  SELECT kind, scope, starts_on AS day, sign AS n, places, taken, reserved FROM {{changes}}
  UNION ALL
  SELECT kind, scope, ends_on, -sign, places, taken, reserved FROM {{changes}}
   WHERE ends_on IS NOT NULL
), lowest AS (
  SELECT left(scope, 12) AS path, kind, day, sum(n * places)::int AS places,
         sum(n * taken)::int AS taken, sum(n * reserved)::int AS reserved,
         sum(n * greatest(places - taken, 0))::int AS vacant,
         sum(n * greatest(taken - places, 0))::int AS excess,
         sum(n * (taken > places)::int)::int AS over_cells
    FROM steps GROUP BY 1, 2, 3
), days AS (
  SELECT depth, left(path, depth * 4) AS path, kind, day AS starts_on, {_SUMS}
    FROM lowest, generate_series(1, 3) depth WHERE {_SOMETHING} GROUP BY 1, 2, 3, 4
), months AS (
  SELECT depth, path, kind, date_trunc('month', starts_on)::date AS starts_on, {_SUMS}
    FROM days GROUP BY 1, 2, 3, 4
), years AS (
  SELECT depth, path, kind, date_trunc('year', starts_on)::date AS starts_on, {_SUMS}
    FROM months GROUP BY 1, 2, 3, 4
)
SELECT depth, period, starts_on, path, kind, {", ".join(_FIGURES)}
  FROM (SELECT 'd' AS period, * FROM days UNION ALL SELECT 'm', * FROM months
        UNION ALL SELECT 'y', * FROM years) sums
 WHERE {_SOMETHING}
"""  # noqa: S608 - names of our own

#: in the order of the key, so that neighbours of the index are written together
_FOLD = f"""
INSERT INTO quotas_periodsum AS p (depth, period, starts_on, path, kind, {", ".join(_FIGURES)})
{PERIODS.format(changes="dated_change")}
 ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (depth, period, starts_on, path, kind) DO UPDATE
   SET {", ".join(f"{name} = p.{name} + excluded.{name}" for name in _FIGURES)}
"""  # noqa: S608

#: written as the condition of its index is
_EMPTY = """
DELETE FROM quotas_periodsum
 WHERE places = 0 AND taken = 0 AND reserved = 0 AND vacant = 0 AND excess = 0 AND over_cells = 0
"""


def waiting() -> bool:
    """Say whether any cell is marked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM quotas_stalecell)")
        return bool(cursor.fetchone()[0])


def settle(on: dt.date) -> None:
    """Refresh when a mark reaches the day, for lists that sort and filter by the spans."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM quotas_stalecell WHERE from_on <= %s)", [on])
        stale = cursor.fetchone()[0]
    if stale:
        refresh(wait=True)


def refresh(batch: int = BATCH, *, wait: bool = False) -> int:
    """Recompute all marked cells; return how many. Safe to run twice and beside writers.

    Each batch of units is one transaction. Marks are taken before the facts are read, so a writer
    that commits in between leaves its mark for the next run. Whoever comes second does nothing,
    or with `wait` goes on when the first has done.
    """
    done = 0
    while True:
        found = _one_batch(batch, wait)
        done += found
        if not found:
            break
    if done >= MANY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT quotas_analyze_dated()")
    return done


def _one_batch(batch: int, wait: bool) -> int:
    """Return how many cells were recomputed; 0 when none waits or another run has the lock."""
    facts = " UNION ALL ".join(source.steps("dated_cell") for source in sources())
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        # sorts of some hundred thousand rows; to compile a statement costs more than it saves
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        cursor.execute("DROP TABLE IF EXISTS dated_cell, dated_unit, dated_change")
        cursor.execute(_TAKE, [batch])
        cursor.execute("ANALYZE dated_cell")
        cursor.execute("SELECT count(*) FROM dated_cell")
        found = int(cursor.fetchone()[0])
        if found:
            cursor.execute(_UNITS)
            cursor.execute("ANALYZE dated_unit")
            cursor.execute(_CHANGES)
            cursor.execute(_CHANGE)
            cursor.execute(_SPANS.format(facts=facts))
            cursor.execute(_SETS.format(spans=uneven.spans(_OF_UNITS)))
            cursor.execute("ANALYZE dated_change")
            cursor.execute(_FOLD)
            cursor.execute(_EMPTY)
        return found
