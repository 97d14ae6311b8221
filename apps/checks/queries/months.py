"""The figures of a subtree at the end of every month, in one statement from dated facts.

A cell (unit × type) is a staircase of its entries and spells; what it adds to its subtrees' vacant
places, excess and over-staffed units changes only where it steps. The steps are summed and then
run up over the months, so the cost follows the number of facts, not facts × months.
Equal to quotas.figures(node, on) for every month end (docs/rules.md CK-04).
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from apps.core.scope import PAST_PATHS
from apps.quotas.models import Bucket
from apps.units.models import Unit

#: The first month kept; what happened before is in it. Before it no office has figures to compare.
FIRST = dt.date(2012, 1, 1)
#: Nodes lie at most this deep: the steps are summed for each path of this length first.
DEEPEST = Bucket.DEPTH * Unit.steplen


def last_month_end(today: dt.date | None = None) -> dt.date:
    """Return the last day of the latest month that is over."""
    return (today or timezone.localdate()).replace(day=1) - dt.timedelta(days=1)


def counted(nodes: str, last: str, inside: str = "TRUE") -> str:
    """Return SQL that counts the months anew.

    nodes    SQL of (unit_id, path) of the subtrees
    last     SQL of the last month end wanted
    inside   condition on `scope` of the facts, to spare the rest
    Columns: unit_id, family, "on", approved, actual, vacant, excess, over_units. Months in which a
    family has nothing at all are left out.
    """
    first = f"DATE '{FIRST.isoformat()}'"
    return f"""
    WITH nodes AS MATERIALIZED ({nodes}), moves AS (
      SELECT unit_id, quota_type_id, date_trunc('month', "on")::date AS m, sum(change) AS a,
             0 AS c FROM quotas_quotaentry WHERE {inside} GROUP BY 1, 2, 3
      UNION ALL
      SELECT unit_id, quota_type_id, date_trunc('month', starts_on)::date, 0, count(*)
        FROM staff_occupancy WHERE {inside} AND counts GROUP BY 1, 2, 3
      UNION ALL
      SELECT unit_id, quota_type_id, date_trunc('month', ends_on)::date, 0, -count(*)
        FROM staff_occupancy WHERE {inside} AND counts AND ends_on IS NOT NULL GROUP BY 1, 2, 3
    ), cells AS (
      SELECT x.unit_id, x.quota_type_id, greatest(x.m, {first}) AS m, sum(x.a)::int AS a,
             sum(x.c)::int AS c,
             coalesce(max(v.attrs->>'family'), 'OTHER') AS family
        FROM moves x JOIN core_codevalue v ON v.key = x.quota_type_id
       WHERE coalesce((v.attrs->>'in_total')::boolean, true) AND x.m <= {last}
       GROUP BY 1, 2, 3
    ), run AS (
      SELECT unit_id, quota_type_id, family, m, a, c,
             sum(a) OVER cell AS approved, sum(c) OVER cell AS actual
        FROM cells WINDOW cell AS (PARTITION BY unit_id, quota_type_id ORDER BY m)
    ), steps AS (
      SELECT unit_id, family, m, a, c,
             greatest(approved - actual, 0) - lag(greatest(approved - actual, 0), 1, 0::bigint)
               OVER cell AS v,
             greatest(actual - approved, 0) - lag(greatest(actual - approved, 0), 1, 0::bigint)
               OVER cell AS e,
             (actual > approved)::int - lag((actual > approved)::int, 1, 0) OVER cell AS o
        FROM run WINDOW cell AS (PARTITION BY unit_id, quota_type_id ORDER BY m)
    ), over_types AS (
      SELECT unit_id, m, sum(sum(o)) OVER (PARTITION BY unit_id ORDER BY m) AS n
        FROM steps GROUP BY 1, 2
    ), over_steps AS (
      SELECT unit_id, m, (n > 0)::int - lag((n > 0)::int, 1, 0)
               OVER (PARTITION BY unit_id ORDER BY m) AS u
        FROM over_types
    ), sums AS (
      SELECT left(t.path, {DEEPEST}) AS path, s.family, s.m, sum(s.a) AS a, sum(s.c) AS c,
             sum(s.v) AS v, sum(s.e) AS e, 0::bigint AS u
        FROM steps s JOIN units_unit t ON t.id = s.unit_id GROUP BY 1, 2, 3
      UNION ALL
      SELECT left(t.path, {DEEPEST}), '', s.m, sum(s.a), sum(s.c), sum(s.v), sum(s.e), 0
        FROM steps s JOIN units_unit t ON t.id = s.unit_id GROUP BY 1, 3
      UNION ALL
      SELECT left(t.path, {DEEPEST}), '', s.m, 0, 0, 0, 0, sum(s.u)
        FROM over_steps s JOIN units_unit t ON t.id = s.unit_id WHERE s.u <> 0 GROUP BY 1, 3
    ), of_nodes AS (
      SELECT n.unit_id, s.family, s.m, sum(s.a) AS a, sum(s.c) AS c, sum(s.v) AS v,
             sum(s.e) AS e, sum(s.u) AS u
        FROM nodes n JOIN sums s ON s.path >= n.path AND s.path < n.path || '{PAST_PATHS}'
       GROUP BY 1, 2, 3
    ), months AS (
      SELECT g::date AS m FROM generate_series({first}, {last}, interval '1 month') g
    ), filled AS (  -- every month of every line, also those without a step
      SELECT unit_id, family, m, sum(a) AS a, sum(c) AS c, sum(v) AS v, sum(e) AS e, sum(u) AS u
        FROM (SELECT * FROM of_nodes
              UNION ALL
              SELECT k.unit_id, k.family, months.m, 0, 0, 0, 0, 0
                FROM (SELECT DISTINCT unit_id, family FROM of_nodes) k CROSS JOIN months) x
       GROUP BY 1, 2, 3
    ), grid AS (
      SELECT unit_id, family, m, sum(a) OVER line AS approved, sum(c) OVER line AS actual,
             sum(v) OVER line AS vacant, sum(e) OVER line AS excess, sum(u) OVER line AS over_units
        FROM filled WINDOW line AS (PARTITION BY unit_id, family ORDER BY m)
    )
    SELECT unit_id, family, (m + interval '1 month - 1 day')::date AS "on", approved::int,
           actual::int, vacant::int, excess::int, over_units::int
      FROM grid WHERE approved <> 0 OR actual <> 0
    """  # noqa: S608 - no value comes from a reader


#: What check_facts compares: nodes computed once and not marked stale since, to the month last
#: computed. Marks still waiting in the queue make their months stale too.
DRIFT = f"""
WITH fresh AS (
  SELECT n.unit_id, u.path, (date_trunc('month', n.computed_at AT TIME ZONE 'Asia/Shanghai')
                             - interval '1 day')::date AS until
    FROM checks_statisticnode n JOIN units_unit u ON u.id = n.unit_id
   WHERE n.computed_at IS NOT NULL AND n.stale_since IS NULL
     AND NOT EXISTS (SELECT 1 FROM checks_dirtyunit d WHERE d.since IS NOT NULL
                      AND starts_with(d.path, u.path))
), counted AS ({
    counted(
        "SELECT unit_id, path FROM fresh",
        "coalesce((SELECT max(until) FROM fresh), DATE '1900-01-01')",
    )
})
SELECT coalesce(c.unit_id, f.unit_id) || '/' || coalesce(c."on", f."on") || '/'
         || coalesce(c.family, f.family),
       ROW(f.approved, f.actual, f.vacant, f.excess, f.over_units)::text,
       ROW(c.approved, c.actual, c.vacant, c.excess, c.over_units)::text
  FROM (SELECT c.* FROM counted c JOIN fresh USING (unit_id) WHERE c."on" <= fresh.until) c
  FULL JOIN (SELECT f.* FROM checks_monthlyfigure f JOIN fresh USING (unit_id)) f
    ON f.unit_id = c.unit_id AND f."on" = c."on" AND f.family = c.family
 WHERE (f.approved, f.actual, f.vacant, f.excess, f.over_units)
       IS DISTINCT FROM (c.approved, c.actual, c.vacant, c.excess, c.over_units)
"""  # noqa: S608
