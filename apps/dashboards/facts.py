"""Every derived figure computed anew from the facts, and what differs from what is kept.

Each check is one query that returns only drifts. Nothing is repaired here: a drift is a fault of
a trigger, and is to be found. Source: design.md §10 (`check_facts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

from apps.checks.queries.months import DRIFT as MONTHS
from apps.core.history import tracked_models
from apps.quotas import dated


@dataclass(frozen=True)
class Drift:
    """One derived figure that is not what the facts say."""

    check: str
    where: str
    kept: str
    counted: str

    def __str__(self) -> str:
        return f"{self.check} {self.where}：库存 {self.kept}，应为 {self.counted}"


#: cells counted from the facts; one whose facts cancel out may be kept as zeros or not at all
_CELLS = """
SELECT unit_id, quota_type_id, sum(a)::int AS approved, sum(c)::int AS actual,
       sum(r)::int AS reserved, sum(o)::int AS over_allowed
  FROM (
    SELECT unit_id, quota_type_id, change AS a, 0 AS c, 0 AS r, 0 AS o FROM quotas_quotaentry
    UNION ALL
    SELECT o.unit_id, o.quota_type_id, 0, 1, 0, 0
      FROM staff_occupancy o JOIN core_codevalue s ON s.key = o.status_id
     WHERE o.ends_on IS NULL AND o.occupies_slot
       AND coalesce((s.attrs->>'in_quota')::boolean, true)
    UNION ALL
    SELECT unit_id, quota_type_id, 0, 0, places, 0 FROM quotas_reservation
     WHERE released_at IS NULL
    UNION ALL
    SELECT unit_id, quota_type_id, 0, 0, 0, places FROM quotas_overageentry
  ) facts GROUP BY 1, 2
 HAVING (sum(a), sum(c), sum(r), sum(o)) IS DISTINCT FROM (0, 0, 0, 0)
"""

#: cells with their unit's path, excess and vacancy, and whether the type counts in totals
_RICH = f"""
SELECT c.*, u.path, greatest(actual - approved, 0) AS excess,
       greatest(approved - actual, 0) AS vacant,
       coalesce((v.attrs->>'in_total')::boolean, true) AS in_total
  FROM ({_CELLS}) c JOIN units_unit u ON u.id = c.unit_id
  JOIN core_codevalue v ON v.key = c.quota_type_id
"""  # noqa: S608

_BALANCES = f"""
SELECT coalesce(c.unit_id, b.unit_id) || '/' || coalesce(c.quota_type_id, b.quota_type_id),
       ROW(b.approved, b.actual, b.reserved, b.over_allowed, b.scope)::text,
       ROW(c.approved, c.actual, c.reserved, c.over_allowed, c.path)::text
  FROM ({_RICH}) c FULL JOIN quotas_balance b
    ON b.unit_id = c.unit_id AND b.quota_type_id = c.quota_type_id
 WHERE (b.approved, b.actual, b.reserved, b.over_allowed)
       IS DISTINCT FROM (coalesce(c.approved, 0), coalesce(c.actual, 0),
                         coalesce(c.reserved, 0), coalesce(c.over_allowed, 0))
    OR (c.path IS NOT NULL AND b.scope IS DISTINCT FROM c.path)
"""  # noqa: S608

_TOTALS = f"""
SELECT coalesce(c.unit_id, t.unit_id)::text,
       ROW(t.approved, t.actual, t.reserved, t.excess, t.vacant, t.over_types, t.scope)::text,
       ROW(c.approved, c.actual, c.reserved, c.excess, c.vacant, c.over_types, c.path)::text
  FROM (SELECT unit_id, path, sum(approved) AS approved, sum(actual) AS actual,
               sum(reserved) AS reserved, sum(excess) AS excess, sum(vacant) AS vacant,
               count(*) FILTER (WHERE excess > 0) AS over_types
          FROM ({_RICH}) x WHERE in_total GROUP BY 1, 2) c
  FULL JOIN quotas_unittotal t ON t.unit_id = c.unit_id
 WHERE (t.approved, t.actual, t.reserved, t.excess, t.vacant, t.over_types)
       IS DISTINCT FROM (coalesce(c.approved, 0), coalesce(c.actual, 0), coalesce(c.reserved, 0),
                         coalesce(c.excess, 0), coalesce(c.vacant, 0), coalesce(c.over_types, 0))
    OR (c.path IS NOT NULL AND t.scope IS DISTINCT FROM c.path)
"""  # noqa: S608

_BUCKETS = f"""
WITH rich AS MATERIALIZED ({_RICH}), counted AS (
  SELECT left(path, 16) AS path, quota_type_id, sum(approved) AS approved, sum(actual) AS actual,
         sum(reserved) AS reserved, sum(excess) AS excess, sum(vacant) AS vacant,
         count(*) FILTER (WHERE excess > 0) AS over_cells, 0::bigint AS over_units
    FROM rich GROUP BY 1, 2
  UNION ALL
  SELECT left(path, 16), '', sum(approved), sum(actual), sum(reserved), sum(excess), sum(vacant),
         count(*) FILTER (WHERE excess > 0), count(DISTINCT unit_id) FILTER (WHERE excess > 0)
    FROM rich WHERE in_total GROUP BY 1
)
SELECT coalesce(c.path, b.path) || '/' || coalesce(c.quota_type_id, b.quota_type_id),
       ROW(b.approved, b.actual, b.reserved, b.excess, b.vacant, b.over_cells, b.over_units)::text,
       ROW(c.approved, c.actual, c.reserved, c.excess, c.vacant, c.over_cells, c.over_units)::text
  FROM counted c FULL JOIN quotas_bucket b
    ON b.path = c.path AND b.quota_type_id = c.quota_type_id
 WHERE (b.approved, b.actual, b.reserved, b.excess, b.vacant, b.over_cells, b.over_units)
       IS DISTINCT FROM (coalesce(c.approved, 0), coalesce(c.actual, 0), coalesce(c.reserved, 0),
                         coalesce(c.excess, 0), coalesce(c.vacant, 0), coalesce(c.over_cells, 0),
                         coalesce(c.over_units, 0))
"""  # noqa: S608

_POSTS = """
SELECT coalesce(c.unit_id, b.unit_id) || '/' || coalesce(c.post_kind_id, b.post_kind_id),
       ROW(b.due, b.filled, b.scope)::text, ROW(c.due, c.filled, c.path)::text
  FROM (SELECT unit_id, post_kind_id, u.path, sum(d)::int AS due, sum(f)::int AS filled
          FROM (SELECT unit_id, post_kind_id, change AS d, 0 AS f FROM posts_leadershipentry
                UNION ALL
                SELECT unit_id, post_kind_id, 0, 1 FROM staff_postholding
                 WHERE counted AND ends_on IS NULL) x
          JOIN units_unit u ON u.id = x.unit_id GROUP BY 1, 2, 3
         HAVING (sum(d), sum(f)) IS DISTINCT FROM (0, 0)) c
  FULL JOIN posts_postbalance b ON b.unit_id = c.unit_id AND b.post_kind_id = c.post_kind_id
 WHERE (b.due, b.filled) IS DISTINCT FROM (coalesce(c.due, 0), coalesce(c.filled, 0))
    OR (c.path IS NOT NULL AND b.scope IS DISTINCT FROM c.path)
"""

_POST_BUCKETS = """
SELECT coalesce(c.path, b.path) || '/' || coalesce(c.post_kind_id, b.post_kind_id),
       ROW(b.due, b.filled, b.over, b.short)::text, ROW(c.due, c.filled, c.over, c.short)::text
  FROM (SELECT left(u.path, 16) AS path, post_kind_id, sum(d) AS due, sum(f) AS filled,
               sum(greatest(f - d, 0)) AS over, sum(greatest(d - f, 0)) AS short
          FROM (SELECT unit_id, post_kind_id, sum(d) AS d, sum(f) AS f
                  FROM (SELECT unit_id, post_kind_id, change AS d, 0 AS f
                          FROM posts_leadershipentry
                        UNION ALL
                        SELECT unit_id, post_kind_id, 0, 1 FROM staff_postholding
                         WHERE counted AND ends_on IS NULL) x GROUP BY 1, 2) y
          JOIN units_unit u ON u.id = y.unit_id GROUP BY 1, 2) c
  FULL JOIN posts_postbucket b ON b.path = c.path AND b.post_kind_id = c.post_kind_id
 WHERE (b.due, b.filled, b.over, b.short)
       IS DISTINCT FROM (coalesce(c.due, 0), coalesce(c.filled, 0), coalesce(c.over, 0),
                         coalesce(c.short, 0))
"""

_COUNTS = """
SELECT o.id::text, o.counts::text, (NOT o.counts)::text
  FROM staff_occupancy o JOIN core_codevalue s ON s.key = o.status_id
 WHERE o.counts IS DISTINCT FROM (o.occupies_slot AND coalesce(
   (s.attrs->>'in_quota')::boolean
   OR (o.ends_on IS NOT NULL AND coalesce((s.attrs->>'left')::boolean, false)), true))
"""

_ROOM = """
SELECT unit_id || '/' || quota_type_id, over_allowed::text,
       greatest(0, actual + reserved - approved)::text
  FROM quotas_balance WHERE actual + reserved > approved + over_allowed
"""

_RETIREMENTS = """
SELECT coalesce(c.path, k.path) || '/' || coalesce(c.type, k.type) || '/'
       || coalesce(c.month, k.month), k.n::text, c.n::text
  FROM (SELECT left(o.scope, d.n) AS path, o.quota_type_id AS type, o.retires_on AS month,
               count(*) AS n
          FROM staff_occupancy o CROSS JOIN (VALUES (0), (4), (8), (12)) d(n)
         WHERE o.counts AND o.ends_on IS NULL AND o.retires_on IS NOT NULL
           AND length(o.scope) >= d.n GROUP BY 1, 2, 3) c
  FULL JOIN (SELECT path, quota_type_id AS type, month, sum(number) AS n
               FROM staff_retirementshift GROUP BY 1, 2, 3 HAVING sum(number) <> 0) k
    ON k.path = c.path AND k.type = c.type AND k.month = c.month
 WHERE k.n IS DISTINCT FROM c.n
"""

_ESTIMATES = """
SELECT o.id::text, o.retires_on::text,
       coalesce(c.month, staff_retires_on(staff_retires_as(p.sex_id, o.identity_id),
                                          p.birth_month))::text
  FROM staff_occupancy o JOIN staff_person p ON p.id = o.person_id
  LEFT JOIN staff_retirementchoice c ON c.person_id = p.id
 WHERE o.retires_as IS DISTINCT FROM staff_retires_as(p.sex_id, o.identity_id)
    OR o.retires_on IS DISTINCT FROM
       coalesce(c.month, staff_retires_on(staff_retires_as(p.sex_id, o.identity_id),
                                          p.birth_month))
"""

#: tables whose rows carry the path of their unit
_SCOPED = (
    "units_unitevent",
    "units_documentunit",
    "quotas_quotaentry",
    "quotas_overageentry",
    "quotas_reservation",
    "posts_leadershipentry",
    "staff_occupancy",
    "staff_postholding",
    "staff_correction",
    "staff_publicity",
    "checks_finding",
)

CHECKS: dict[str, str] = {
    "编制余额": _BALANCES,
    "单位合计": _TOTALS,
    "汇总桶": _BUCKETS,
    "职数余额": _POSTS,
    "职数汇总桶": _POST_BUCKETS,
    "是否计入实有": _COUNTS,
    "容纳": _ROOM,
    "预计退休": _ESTIMATES,
    "退休推算": _RETIREMENTS,
    "月度统计": MONTHS,
    **{
        f"范围 {table}": (
            f"SELECT f.id::text, f.scope, u.path FROM {table} f "  # noqa: S608
            "JOIN units_unit u ON u.id = f.unit_id WHERE f.scope <> u.path"
        )
        for table in _SCOPED
    },
}


def drifts(
    limit: int = 1000, progress: Callable[[str, int], None] | None = None
) -> Iterator[Drift]:
    """Yield every difference, at most `limit` for each check.

    progress   told the name of each check and how many drifts it found
    """
    for name, sql in {**CHECKS, **dated.checks()}.items():
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s", [limit])
            rows = cursor.fetchall()
        if progress is not None:
            progress(name, len(rows))
        for where, kept, counted in rows:
            yield Drift(name, where, str(kept), str(counted))
    for model in tracked_models():
        missing = _untold(model)
        if missing:
            yield Drift("历史", model._meta.db_table, "无记录", f"{missing} 行各有最近一条")


def _untold(model: type) -> int:
    """Return how many rows have no history row at all: written past the trigger."""
    meta = model._meta  # type: ignore[attr-defined]
    pk = meta.pk.column
    history = model.history.model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{meta.db_table}" t WHERE NOT EXISTS '  # noqa: S608
            f'(SELECT 1 FROM "{history}" h WHERE h."{pk}" = t."{pk}")'
        )
        return int(cursor.fetchone()[0])
