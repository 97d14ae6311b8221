"""What the dated cells must be, counted from the facts: queries that return only differences."""

from __future__ import annotations

from . import uneven
from .refresh import PERIODS
from .sources import sources

_STALE = "SELECT unit_id, kind FROM quotas_stalecell"
_STALE_UNITS = "SELECT unit_id FROM quotas_stalecell"


def checks() -> dict[str, str]:
    """Return {name: SQL of (where, kept, counted)}. Cells that wait for a refresh are left out:
    they are read from the facts."""
    facts = " UNION ALL ".join(source.steps() for source in sources())
    spans = f"""
    WITH steps AS (
      SELECT unit_id, kind, day, sum(places) AS places, sum(taken) AS taken,
             sum(reserved) AS reserved
        FROM ({facts}) x GROUP BY 1, 2, 3
      HAVING (sum(places), sum(taken), sum(reserved)) IS DISTINCT FROM (0, 0, 0)
    ), running AS (
      SELECT unit_id, kind, day, lead(day) OVER cell AS until, sum(places) OVER cell AS places,
             sum(taken) OVER cell AS taken, sum(reserved) OVER cell AS reserved
        FROM steps WINDOW cell AS (PARTITION BY unit_id, kind ORDER BY day)
    ), held AS (
      SELECT unit_id, kind, day AS starts_on, until AS ends_on, places, taken, reserved
        FROM running WHERE (places, taken, reserved) IS DISTINCT FROM (0, 0, 0)
    ), counted AS (
      SELECT x.*, u.path FROM (
        SELECT unit_id, kind, starts_on AS day, ends_on AS until, places, taken, reserved FROM held
        UNION ALL SELECT unit_id, kind, day, until, 1, 1, 0 FROM ({uneven.spans("held")}) sets
      ) x JOIN units_unit u ON u.id = x.unit_id
    ), kept AS (SELECT * FROM quotas_cellspan)
    SELECT coalesce(c.unit_id, k.unit_id) || '/' || coalesce(c.kind, k.kind) || '/'
           || coalesce(c.day, k.starts_on),
           ROW(k.ends_on, k.places, k.taken, k.reserved, k.scope)::text,
           ROW(c.until, c.places, c.taken, c.reserved, c.path)::text
      FROM counted c FULL JOIN kept k
        ON k.unit_id = c.unit_id AND k.kind = c.kind AND k.starts_on = c.day
     WHERE (k.ends_on, k.places, k.taken, k.reserved, k.scope)
           IS DISTINCT FROM (c.until, c.places, c.taken, c.reserved, c.path)
       AND (coalesce(c.unit_id, k.unit_id), coalesce(c.kind, k.kind)) NOT IN ({_STALE})
       AND NOT ({uneven.IS_SET.format("k.")} AND k.unit_id IN ({_STALE_UNITS}))
       AND NOT ({uneven.IS_SET.format("c.")} AND c.unit_id IN ({_STALE_UNITS}))
    """  # noqa: S608 - names of our own
    changes = "(SELECT 1 AS sign, s.* FROM quotas_cellspan s) all_spans"
    key = "depth, period, starts_on, path, kind"
    figures = "places, taken, reserved, vacant, excess, over_cells"
    kept, counted = (
        ", ".join(f"coalesce({alias}.{name}, 0)" for name in figures.split(", ")) for alias in "kc"
    )
    periods = f"""
    SELECT concat_ws('/', depth, path, kind, period, starts_on),
           ROW({kept})::text, ROW({counted})::text
      FROM ({PERIODS.format(changes=changes)}) c FULL JOIN quotas_periodsum k USING ({key})
     WHERE ({kept}) IS DISTINCT FROM ({counted})
    """  # noqa: S608
    return {"某日余额": spans, "期间变化": periods}
