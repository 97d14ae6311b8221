"""The board of a past day against counting from row history (issue id P5), on what is seeded.

    python -m bench past             seed a province first for the real figures
    BENCH_DAY=2018-05-17             the day
    BENCH_ROUNDS=3                   alternating rounds, the median counts

Fast: the quota and post figures, the nodes below, the units most over: what the board of that day
reads. Slow: the same figures counted from simple-history's tables, the latest row before now of
each fact, `DISTINCT ON`. Both answers are compared before anything is told. Nothing is written but
the refresh that brings the dated cells up to date first.
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

_CELLS = f"""
WITH entries AS ({_LATEST.format(table="quotas_historicalquotaentry")}),
spells AS ({_LATEST.format(table="staff_historicaloccupancy")}),
held AS ({_LATEST.format(table="quotas_historicalreservation")}),
moves AS (
  SELECT unit_id, quota_type_id, change AS a, 0 AS c, 0 AS r FROM entries
   WHERE history_type <> '-' AND "on" <= %(on)s
  UNION ALL
  SELECT unit_id, quota_type_id, 0, 1, 0 FROM spells
   WHERE history_type <> '-' AND counts AND starts_on <= %(on)s
     AND (ends_on IS NULL OR ends_on > %(on)s)
  UNION ALL
  SELECT unit_id, quota_type_id, 0, 0, places FROM held
   WHERE history_type <> '-' AND (created_at AT TIME ZONE 'Asia/Shanghai')::date <= %(on)s
     AND (released_at IS NULL OR (released_at AT TIME ZONE 'Asia/Shanghai')::date > %(on)s)
), cells AS (
  SELECT m.unit_id, u.path, m.quota_type_id, sum(a) AS approved, sum(c) AS actual,
         sum(r) AS reserved
    FROM moves m JOIN units_unit u ON u.id = m.unit_id
   WHERE u.path >= %(low)s AND u.path < %(high)s GROUP BY 1, 2, 3
)
SELECT left(path, %(length)s), quota_type_id, sum(approved), sum(actual), sum(reserved),
       sum(greatest(approved - actual, 0)), sum(greatest(actual - approved, 0)),
       count(*) FILTER (WHERE actual > approved)
  FROM cells GROUP BY 1, 2
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


def measure(day: dt.date) -> None:
    from django.db import connection
    from django.utils import timezone

    from apps.dashboards.queries.summary import home_paths
    from apps.posts import queries as posts
    from apps.quotas import dated, queries
    from apps.quotas.models import CellSpan
    from apps.staff.models import Occupancy
    from apps.units.models import Unit

    dated.refresh()
    root = home_paths()[0]

    def fast() -> Any:
        on = dated.Day.of(day)
        below = queries.children_figures(root, on)
        queries.figures(root, on)
        queries.over_units(root, 20, on)
        posts.figures(root, on)
        posts.children_figures(root, on)
        return {
            (group, kind): (s.approved, s.actual, s.reserved, s.vacant, s.excess, s.over)
            for group, kinds in below.items()
            for kind, s in kinds.items()
            if kind
        }

    def slow() -> Any:
        values = {
            "on": day,
            "moment": timezone.now(),
            "low": root,
            "high": root + "~",
            "length": len(root) + Unit.steplen,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CELLS, values)
            rows = cursor.fetchall()
        return {
            (group, kind): tuple(int(n) for n in numbers)
            for group, kind, *numbers in rows
            if any(numbers)
        }

    fast()
    rounds = [(timed(fast), timed(slow)) for _ in range(ROUNDS)]
    equal = all(a[0] == b[0] for a, b in rounds)
    quick = statistics.median(a[1] for a, _ in rounds)
    long = statistics.median(b[1] for _, b in rounds)
    line = {
        "id": "P5",
        "what": "board of a past day against counting from row history",
        "ratio": round(quick / long, 5),
        "at_most": AT_MOST,
        "ok": equal and quick / long <= AT_MOST,
        "equal": equal,
        "day": DAY,
        "milliseconds": round(quick, 1),
        "history_milliseconds": round(long, 1),
        "units": Unit.objects.filter(path__startswith=root).count(),
        "people": Occupancy.objects.count(),
        "spans": CellSpan.objects.count(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
