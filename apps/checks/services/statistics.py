"""Keeping the monthly statistics: which subtrees, and computing them anew. Source: CK-04."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.scope import PAST_PATHS, roots, within
from apps.quotas.queries.figures import facts_on_day
from apps.units.choices import EntityKind
from apps.units.models import Office, Unit, UnitUserPermission

from ..models import MonthlyExcess, StatisticNode
from ..queries.months import DEEPEST, counted, last_month_end

log = logging.getLogger(__name__)

#: Groupings down to this depth are kept: province, city, county, and the systems of one county.
DEPTH = 3
#: First half of the advisory locks of this app: (72001, 1) statistics, (72001, 2) rules.
LOCK_CLASS = 72001


def nodes_of_interest() -> list[Unit]:
    """Return the subtrees whose months are kept: the office's own, groupings, roots of grants."""
    granted = UnitUserPermission.objects.order_by().values("content_object")
    homes = Office.objects.values("home")
    wanted = Q(entity_kind=EntityKind.GROUPING, depth__lte=DEPTH) | Q(pk__in=homes)
    units = Unit.objects.filter(wanted | Q(pk__in=granted), depth__lte=DEEPEST // Unit.steplen)
    return list(units.order_by("path"))


def hold(number: int, *, wait: bool = True) -> bool:
    """Take the lock of one sort of run until the transaction ends; say whether it was had."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, number])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, number])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def refresh_statistics(*, only_stale: bool = False, today: dt.date | None = None) -> int:
    """Compute the months anew and keep what differs; return how many rows were corrected.

    only_stale   leave nodes alone whose facts did not change and whose last month is there
    Rows of a month that is new are no corrections. Safe to run twice; two runs queue.
    """
    hold(1)
    today = today or timezone.localdate()
    last = last_month_end(today)
    _keep_nodes()
    rows = StatisticNode.objects.select_related("unit").order_by("unit__path")
    if only_stale:
        due = Q(computed_at=None) | Q(stale_since__isnull=False)
        rows = rows.filter(due | Q(computed_at__date__lte=last))
    nodes = list(rows)
    if not nodes:
        return 0
    corrected = _write_months(
        [node.unit_id for node in nodes], [node.unit.path for node in nodes], last
    )
    StatisticNode.objects.filter(pk__in=[node.pk for node in nodes]).update(
        computed_at=timezone.now(), stale_since=None
    )
    _write_excess([node.unit.path for node in nodes], last)
    if corrected:
        log.info("statistics.corrected %s", corrected)
    return corrected


def mark_stale(marks: Iterable[tuple[str, dt.date]]) -> None:
    """Note that figures of the subtrees above these paths may differ from these days on."""
    earliest: dict[str, dt.date] = {}
    for path, since in marks:
        for end in range(Unit.steplen, len(path) + 1, Unit.steplen):
            above = path[:end]
            earliest[above] = min(since, earliest.get(above, since))
    nodes = list(StatisticNode.objects.filter(unit__path__in=earliest).select_related("unit"))
    for node in nodes:
        since = earliest[node.unit.path]
        node.stale_since = min(since, node.stale_since or since)
    StatisticNode.objects.bulk_update(nodes, ["stale_since"])


def _keep_nodes() -> None:
    wanted = {unit.pk for unit in nodes_of_interest()}
    known = set(StatisticNode.objects.values_list("pk", flat=True))
    StatisticNode.objects.bulk_create(StatisticNode(unit_id=pk) for pk in sorted(wanted - known))


def _write_months(keys: Sequence[int], paths: Sequence[str], last: dt.date) -> int:
    """Replace what differs in one statement; return how many rows were there and wrong."""
    tops = roots(paths)
    inside = " OR ".join(["(scope >= %s AND scope < %s)"] * len(tops))
    bounds = [bound for path in tops for bound in (path, path + PAST_PATHS)]
    sql = counted(
        "SELECT id AS unit_id, path FROM units_unit WHERE id = ANY(%s)", "%s::date", f"({inside})"
    )
    parameters: list[Any] = [list(keys), *bounds, *bounds, *bounds, last, last]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling takes longer than a county's months
        cursor.execute(
            f"""
            WITH counted AS MATERIALIZED ({sql}), written AS (
              INSERT INTO checks_monthlyfigure AS f (unit_id, family, "on", approved, actual,
                                                     vacant, excess, over_units)
              SELECT * FROM counted
              ON CONFLICT (unit_id, family, "on") DO UPDATE
                SET approved = excluded.approved, actual = excluded.actual,
                    vacant = excluded.vacant, excess = excluded.excess,
                    over_units = excluded.over_units
              WHERE (f.approved, f.actual, f.vacant, f.excess, f.over_units) IS DISTINCT FROM
                    (excluded.approved, excluded.actual, excluded.vacant, excluded.excess,
                     excluded.over_units)
              RETURNING (xmax <> 0)::int AS corrected
            ), dropped AS (
              DELETE FROM checks_monthlyfigure f
               WHERE f.unit_id = ANY(%s) AND NOT EXISTS (
                 SELECT 1 FROM counted c
                  WHERE c.unit_id = f.unit_id AND c.family = f.family AND c."on" = f."on")
              RETURNING 1
            )
            SELECT coalesce((SELECT sum(corrected) FROM written), 0)
                   + (SELECT count(*) FROM dropped)
            """,  # noqa: S608 - our own statement around our own statement
            [*parameters, list(keys)],
        )
        return int(cursor.fetchone()[0])


def _write_excess(paths: Sequence[str], last: dt.date) -> None:
    """Keep each unit's gross excess at the end of the last month (rule Q02 compares with it)."""
    facts, parameters = facts_on_day(roots(paths), last)
    inside = Unit.objects.filter(within(paths, "path")).order_by().values("pk")
    MonthlyExcess.objects.filter(on=last, unit__in=inside).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO checks_monthlyexcess (unit_id, "on", excess) '  # noqa: S608
            f"SELECT unit_id, %s, sum(excess) FROM ({facts}) x WHERE in_total "
            "GROUP BY unit_id HAVING sum(excess) > 0",
            [last, *parameters],
        )
