"""The board of a past day against counting from row history (issue id P5), on what is seeded.

    python -m bench past             seed a province first for the real figures
    BENCH_DAY=2018-05-17             the day
    BENCH_ROUNDS=3                   alternating rounds, the median counts

Fast: what the board of that day is made of: places and posts by type, both for every node below,
units over and short, the twenty most over, legal bodies and institutions. Slow: the very same
figures counted from simple-history's tables, for each fact its latest row before now, `DISTINCT
ON`. All of them are compared. The dated cells are refreshed first, as beat would have done, and
nothing is measured while a cell is marked. Movements and documents are lists on both sides and left
out.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

DAY = os.environ.get("BENCH_DAY", "2018-05-17")
ROUNDS = max(3, int(os.environ.get("BENCH_ROUNDS", "3")))
AT_MOST = 0.01

_LATEST = """
SELECT DISTINCT ON (id) * FROM {table} WHERE history_date <= %(moment)s
 ORDER BY id, history_date DESC, history_id DESC
"""

#: one temporary table each: quota cells, post cells, and the bodies of the day
_QUOTAS = f"""
CREATE TEMP TABLE past_quotas AS
WITH entries AS ({_LATEST.format(table="quotas_historicalquotaentry")}),
spells AS ({_LATEST.format(table="staff_historicaloccupancy")}),
held AS ({_LATEST.format(table="quotas_historicalreservation")}),
moves AS (
  SELECT unit_id, quota_type_id AS kind, change AS a, 0 AS c, 0 AS r FROM entries
   WHERE history_type <> '-' AND "on" <= %(on)s
  UNION ALL
  SELECT unit_id, quota_type_id, 0, 1, 0 FROM spells
   WHERE history_type <> '-' AND counts AND starts_on <= %(on)s
     AND (ends_on IS NULL OR ends_on > %(on)s)
  UNION ALL
  SELECT unit_id, quota_type_id, 0, 0, places FROM held
   WHERE history_type <> '-' AND (created_at AT TIME ZONE 'Asia/Shanghai')::date <= %(on)s
     AND (released_at IS NULL OR (released_at AT TIME ZONE 'Asia/Shanghai')::date > %(on)s)
)
SELECT m.unit_id, left(u.path, %(length)s) AS child, m.kind, sum(a) AS places, sum(c) AS taken,
       sum(r) AS reserved, coalesce((v.attrs->>'in_total')::boolean, TRUE) AS in_total
  FROM moves m JOIN units_unit u ON u.id = m.unit_id JOIN core_codevalue v ON v.key = m.kind
 WHERE u.path >= %(low)s AND u.path < %(high)s GROUP BY 1, 2, 3, 7
"""
_POSTS = f"""
CREATE TEMP TABLE past_posts AS
WITH entries AS ({_LATEST.format(table="posts_historicalleadershipentry")}),
holders AS ({_LATEST.format(table="staff_historicalpostholding")}),
moves AS (
  SELECT unit_id, post_kind_id AS kind, change AS a, 0 AS c FROM entries
   WHERE history_type <> '-' AND "on" <= %(on)s
  UNION ALL
  SELECT unit_id, post_kind_id, 0, 1 FROM holders
   WHERE history_type <> '-' AND counted AND starts_on <= %(on)s
     AND (ends_on IS NULL OR ends_on > %(on)s)
)
SELECT m.unit_id, left(u.path, %(length)s) AS child, m.kind, sum(a) AS places, sum(c) AS taken
  FROM moves m JOIN units_unit u ON u.id = m.unit_id
 WHERE u.path >= %(low)s AND u.path < %(high)s GROUP BY 1, 2, 3
"""
_BODIES = f"""
WITH latest AS ({_LATEST.format(table="units_historicalunit")})
SELECT count(*), count(*) FILTER (WHERE nature_id = 'nature.104') FROM latest
 WHERE history_type <> '-' AND entity_kind = 'body' AND path >= %(low)s AND path < %(high)s
   AND (established_on IS NULL OR established_on <= %(on)s)
   AND (abolished_on IS NULL OR abolished_on > %(on)s)
"""
#: (group, kind, approved, actual, reserved, vacant, excess) of all and of each node below
_TYPES = """
SELECT {group}, kind, sum(places), sum(taken), sum({reserved}), sum(greatest(places - taken, 0)),
       sum(greatest(taken - places, 0)) FROM {table} GROUP BY 1, 2
"""
#: (group, units over, units short) by the kinds that count
_UNITS = """
SELECT {group}, count(DISTINCT unit_id) FILTER (WHERE taken > places),
       count(DISTINCT unit_id) FILTER (WHERE taken < places) FROM {table} WHERE {counts} GROUP BY 1
"""
_MOST = """
SELECT unit_id, sum(taken - places) FROM past_quotas WHERE taken > places AND in_total
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
"""


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = act()
    return found, (time.perf_counter() - started) * 1000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.dev")
    import django

    from bianzhi import embedded

    django.setup()
    embedded.hold()
    measure(dt.date.fromisoformat(DAY))


def five(sums: Any) -> tuple[int, ...]:
    return (sums.approved, sums.actual, sums.reserved, sums.vacant, sums.excess)


def posts_of(sums: Any) -> tuple[int, ...]:
    return (sums.due, sums.filled, sums.over, sums.short)


def measure(day: dt.date) -> None:
    from django.db import connection
    from django.utils import timezone

    from apps.dashboards.queries.summary import bodies_counted, home_paths
    from apps.posts import queries as posts
    from apps.quotas import dated, queries
    from apps.quotas.models import CellSpan
    from apps.staff.models import Occupancy
    from apps.units.models import Unit

    dated.refresh()
    if dated.waiting():
        raise SystemExit("cells are marked: let nothing write while this is measured")
    root = home_paths()[0]

    def fast() -> Any:
        on = dated.Day.of(day)
        whole, held = queries.figures(root, on), posts.figures(root, on)
        below, held_below = queries.children_figures(root, on), posts.children_figures(root, on)
        most = queries.over_units(root, 20, on)
        return {
            "types": {row.quota_type.pk: five(row.sums) for row in whole.types},
            "below": {
                (child, kind): five(sums)
                for child, kinds in below.items()
                for kind, sums in kinds.items()
                if kind and any(five(sums))
            },
            "over": whole.total.over,
            "over_below": {c: kinds[""].over for c, kinds in below.items() if kinds[""].over},
            "posts": {row.post_kind.pk: posts_of(row.sums) for row in held.kinds},
            "posts_below": {c: posts_of(s) for c, s in held_below.items() if any(posts_of(s))},
            "post_units": (held.over_units, held.short_units),
            "most": [(one.unit.pk, one.excess) for one in most],
            "bodies": bodies_counted([root], on),
        }

    def slow() -> Any:
        values = {
            "on": day,
            "moment": timezone.now(),
            "low": root,
            "high": root + "~",
            "length": len(root) + Unit.steplen,
        }
        quotas_of = {"table": "past_quotas", "reserved": "reserved", "counts": "in_total"}
        posts_table = {"table": "past_posts", "reserved": "0", "counts": "TRUE"}

        with connection.cursor() as cursor:

            def rows(sql: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql, values)
                return [
                    tuple(n if isinstance(n, str) else int(n) for n in row)
                    for row in cursor.fetchall()
                ]

            cursor.execute("DROP TABLE IF EXISTS past_quotas, past_posts")
            cursor.execute(_QUOTAS, values)
            cursor.execute(_POSTS, values)
            held_below: dict[str, list[int]] = {}
            for child, _, due, filled, _, short, over in rows(
                _TYPES.format(group="child", **posts_table)
            ):
                old = held_below.setdefault(child, [0, 0, 0, 0])
                held_below[child] = [
                    a + b for a, b in zip(old, (due, filled, over, short), strict=True)
                ]
            return {
                "types": {
                    row[1]: row[2:]
                    for row in rows(_TYPES.format(group="''", **quotas_of))
                    if any(row[2:])
                },
                "below": {
                    row[:2]: row[2:]
                    for row in rows(_TYPES.format(group="child", **quotas_of))
                    if any(row[2:])
                },
                "over": sum(row[1] for row in rows(_UNITS.format(group="''", **quotas_of))),
                "over_below": {
                    row[0]: row[1]
                    for row in rows(_UNITS.format(group="child", **quotas_of))
                    if row[1]
                },
                "posts": {
                    kind: (due, filled, over, short)
                    for _, kind, due, filled, _, short, over in rows(
                        _TYPES.format(group="''", **posts_table)
                    )
                    if due or filled
                },
                "posts_below": {c: tuple(row) for c, row in held_below.items() if any(row)},
                "post_units": rows(_UNITS.format(group="''", **posts_table))[0][1:],
                "most": rows(_MOST),
                "bodies": rows(_BODIES)[0],
            }

    fast()
    rounds = [(timed(fast), timed(slow)) for _ in range(ROUNDS)]
    differing = sorted({part for a, b in rounds for part in a[0] if a[0][part] != b[0][part]})
    equal = not differing
    quick = statistics.median(a[1] for a, _ in rounds)
    long = statistics.median(b[1] for _, b in rounds)
    line = {
        "id": "P5",
        "what": "board of a past day against counting from row history",
        "ratio": round(quick / long, 5),
        "at_most": AT_MOST,
        "ok": equal and quick / long <= AT_MOST,
        "equal": equal,
        "differing": differing,
        "day": DAY,
        "milliseconds": round(quick, 1),
        "history_milliseconds": round(long, 1),
        "units": Unit.objects.filter(path__startswith=root).count(),
        "people": Occupancy.objects.count(),
        "spans": CellSpan.objects.count(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
