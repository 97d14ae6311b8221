"""Sums of subtrees on a past day from spans and periods; stale cells come from the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.core.scope import PAST_PATHS
from apps.units.models import Unit

from ..models import Period
from . import uneven
from .day import Day
from .sources import sources

#: deepest node that keeps sums of its own; below it spans are added up
DEPTH = 3
DEEPEST = DEPTH * Unit.steplen

#: approved, actual, reserved, vacant, excess, cells above their places
CellSums = tuple[int, int, int, int, int, int]
#: low ≤ path < high, paths of today
Span = tuple[str, str]

_RICH = (
    "places, taken, reserved, greatest(places - taken, 0) AS vacant, "
    "greatest(taken - places, 0) AS excess, (taken > places)::int AS over_cells"
)
_COLUMNS = ("places", "taken", "reserved", "vacant", "excess", "over_cells")
_HOLDS = "s.starts_on <= %(on)s AND (s.ends_on IS NULL OR s.ends_on > %(on)s)"
_OF_FAMILY = "{0}kind >= %(family)s AND {0}kind < %(family)s || '~'"
#: put before a short read whose rows the planner takes for many: to start workers takes longer
#: than to read. Holds for the statement, within a transaction for its rest.
_ALONE = "SET LOCAL max_parallel_workers_per_gather = 0; "


@dataclass
class Dated:
    """Sums of one group (a subtree, or one below a node).

    kinds         {kind: sums}
    over, short   units with any of the counted kinds above, below its places
    """

    kinds: dict[str, CellSums] = field(default_factory=dict)
    over: int = 0
    short: int = 0


def _inside(paths: Sequence[str | Span], column: str, values: dict[str, Any]) -> str:
    """Return the condition “column lies in one of the subtrees”, its bounds put into `values`."""
    for number, path in enumerate(paths):
        low, high = (path, path + PAST_PATHS) if isinstance(path, str) else path
        values[f"p{number}"], values[f"q{number}"] = low, high
    parts = [f"({column} >= %(p{n})s AND {column} < %(q{n})s)" for n in range(len(paths))]
    return f"({' OR '.join(parts)})" if parts else "FALSE"


@dataclass(frozen=True)
class _Stale:
    """The parts of a read that stand for marked cells; empty when none is marked.

    ctes       WITH …: `stale`, the marked cells whose change reaches the day, and `counted`, what
               these hold by the facts, at today's path of their unit
    fresh      condition “the span s is of no marked cell”
    """

    ctes: str = "WITH nothing AS (SELECT 1)"
    fresh: str = ""

    def rows(self, sql: str) -> str:
        return f" UNION ALL {sql}" if self.fresh else ""


def _stale(paths: Sequence[str | Span], family: str | None, values: dict[str, Any]) -> _Stale:
    """family   first part of the kinds that are read; None: all"""
    read = [source for source in sources() if family in (None, source.family)]
    values["family"] = f"{family}."
    if not Day.of(values["on"]).marked & {source.family for source in read}:
        return _Stale()
    of_family = _OF_FAMILY.format("") if family else f"NOT {uneven.IS_SET.format('')}"
    facts = " UNION ALL ".join(source.on_day("stale") for source in read)
    ctes = f"""
    WITH stale AS MATERIALIZED (
      SELECT DISTINCT unit_id, kind FROM quotas_stalecell WHERE from_on <= %(on)s AND {of_family}
    ), counted AS MATERIALIZED (
      SELECT x.unit_id, u.path AS scope, x.kind, sum(places)::int AS places,
             sum(taken)::int AS taken, sum(reserved)::int AS reserved
        FROM ({facts}) x JOIN units_unit u ON u.id = x.unit_id
       WHERE {_inside(paths, "u.path", values)} GROUP BY 1, 2, 3
    )"""  # noqa: S608 - names of our own, values as parameters
    return _Stale(ctes, " AND (s.unit_id, s.kind) NOT IN (SELECT unit_id, kind FROM stale)")


def cells_sql(
    paths: Sequence[str | Span], on: dt.date, family: str, units: Sequence[int] | None = None
) -> tuple[str, dict[str, Any]]:
    """Return SQL and values of the cells on a day: unit_id, scope, kind, places, taken, reserved.

    paths    subtrees of today; or ranges of today's paths (past.Past.ranges): what lay that day in
             subtrees of that day
    family   first part of the kinds: "quota_type" or "post_kind"
    units    only these; None: all of the subtrees
    """
    values: dict[str, Any] = {"on": Day.of(on), "units": list(units or ())}
    stale = _stale(paths, family, values)
    only = " AND {0}unit_id = ANY (%(units)s)" if units is not None else ""
    counted = f"""
    SELECT unit_id, scope, kind, places, taken, reserved FROM counted
     WHERE (places, taken, reserved) IS DISTINCT FROM (0, 0, 0){only.format("")}"""  # noqa: S608
    sql = f"""{stale.ctes}
    SELECT s.unit_id, s.scope, s.kind, s.places, s.taken, s.reserved FROM quotas_cellspan s
     WHERE {_inside(paths, "s.scope", values)} AND {_HOLDS} AND {_OF_FAMILY.format("s.")}
       {stale.fresh}{only.format("s.")}{stale.rows(counted)}
    """  # noqa: S608
    return sql, values


def dated(
    paths: Sequence[str],
    on: dt.date,
    family: str,
    *,
    length: int | None = None,
    counted: Sequence[str] | None = None,
) -> dict[str, Dated]:
    """Return {group: Dated} of disjoint subtrees on a day. Two queries, once for a `Day`.

    length   None: all subtrees as one group ""; else groups are paths of this length, and what
             lies above them (one path only) stands under its own path
    counted  the kinds that make a unit count as over or short; None: every kind
    """
    on = Day.of(on)
    step = length
    if length is None and len(paths) == 1 and len(paths[0]) < DEEPEST:
        step = len(paths[0]) + Unit.steplen  # a page shows what is below as well: one read for both
    key = (tuple(paths), step)
    if key not in on.read:
        on.read[key] = _read(paths, on, step)
    found: dict[str, Dated] = {}
    for grp, kind, *row in on.read[key]:
        one = found.setdefault(grp if length is not None else "", Dated())
        if kind.startswith(f"{family}."):
            old = one.kinds.get(kind, (0,) * len(row))
            one.kinds[kind] = tuple(a + b for a, b in zip(old, row, strict=True))  # type: ignore[assignment]
        elif (side := uneven.read(kind, family, counted)) == "over":
            one.over += row[0]
        elif side:
            one.short += row[0]
    return found


def _read(paths: Sequence[str], on: Day, length: int | None) -> list[tuple[Any, ...]]:
    """Return (group, kind, sums) of every family, sets of kinds among them."""
    values: dict[str, Any] = {"on": on, "year": on.replace(month=1, day=1)}
    values["month"] = on.replace(day=1)
    inside = _inside(paths, "s.scope", values)
    stale = _stale(paths, None, values)
    group = f"left({{0}}scope, {int(length)})" if length is not None else "''::text"
    layer = _from_layer(paths, length, group, values)
    if stale.fresh:
        less = (
            "-places, -taken, -reserved, -greatest(places - taken, 0), "
            "-greatest(taken - places, 0), -(taken > places)::int FROM quotas_cellspan s"
        )
        held = f"""
            SELECT unit_id, scope, kind, places, taken FROM counted UNION ALL
            SELECT s.unit_id, s.scope, s.kind, s.places, s.taken FROM quotas_cellspan s
             WHERE s.unit_id IN (SELECT unit_id FROM stale) AND {_HOLDS} AND {inside}
               AND NOT {uneven.IS_SET.format("s.")} {stale.fresh}"""  # noqa: S608
        layer += [
            f"SELECT {group.format('s.')}, s.kind, {less} JOIN stale USING (unit_id, kind) "
            f"WHERE {_HOLDS} AND {inside}",
            f"SELECT {group.format('')}, kind, {_RICH} FROM counted",  # noqa: S608
            # a unit with a marked cell is over or short by what it holds now
            f"SELECT {group.format('s.')}, s.kind, {less} "  # noqa: S608
            f"WHERE s.unit_id IN (SELECT unit_id FROM stale) AND {_HOLDS} AND {inside} "
            f"AND {uneven.IS_SET.format('s.')}",
            f"SELECT {group.format('')}, kind, 1, 1, 0, 0, 0, 0 "  # noqa: S608
            f"FROM ({uneven.on_day(held)}) sets",
        ]
    sql = f"""{_ALONE}{stale.ctes},
    layer (grp, kind, places, taken, reserved, vacant, excess, over_cells) AS (
      {" UNION ALL ".join(layer)}
    )
    SELECT grp, kind, sum(places)::bigint, sum(taken)::bigint, sum(reserved)::bigint,
           sum(vacant)::bigint, sum(excess)::bigint, sum(over_cells)::bigint
      FROM layer GROUP BY 1, 2
    HAVING (sum(places), sum(taken), sum(reserved), sum(vacant), sum(excess), sum(over_cells))
           IS DISTINCT FROM (0, 0, 0, 0, 0, 0)
    """  # noqa: S608 - names of our own, values as parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def units_over(
    paths: Sequence[str | Span],
    on: dt.date,
    family: str,
    counted: Sequence[str],
    limit: int | None = None,
) -> list[tuple[int, int]]:
    """Return (unit id, excess) of the units with a counted kind above, the greatest first.

    paths   as for `cells_sql`
    """
    values: dict[str, Any] = {"on": Day.of(on), "counted": list(counted), "limit": limit}
    stale = _stale(paths, family, values)
    facts = (
        "SELECT unit_id, taken - places FROM counted "
        "WHERE taken > places AND kind = ANY (%(counted)s)"
    )
    # spans that ended later and those that hold still: two stretches of one index
    spans = " UNION ALL ".join(
        f"SELECT s.unit_id, s.taken - s.places AS excess FROM quotas_cellspan s "  # noqa: S608
        f"WHERE s.taken > s.places AND {_inside(paths, 's.scope', values)} AND {ends} "
        f"AND s.starts_on <= %(on)s AND s.kind = ANY (%(counted)s){stale.fresh}"
        for ends in ("s.ends_on > %(on)s", "s.ends_on IS NULL")
    )
    sql = f"""{_ALONE}{stale.ctes}
    SELECT unit_id, sum(excess)::int FROM ({spans}{stale.rows(facts)}) x
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
    """  # noqa: S608 - names of our own, values as parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _from_layer(
    paths: Sequence[str], length: int | None, group: str, values: dict[str, Any]
) -> list[str]:
    """Return the SQL of what the kept sums say; below their depth, of the spans."""
    if length is None:
        shallow = [p for p in paths if len(p) <= DEEPEST]
    else:
        shallow = list(paths) if length <= DEEPEST else []
    deep = [p for p in paths if p not in shallow]
    parts = []
    if deep:
        parts.append(
            f"SELECT {group.format('s.')}, s.kind, {_RICH} FROM quotas_cellspan s "  # noqa: S608
            f"WHERE {_inside_of(paths, deep, 's.scope')} AND {_HOLDS}"
        )
    for path in shallow:
        name = f"p{list(paths).index(path)}"
        if length is None:
            parts += _periods("''::text", len(path) // Unit.steplen, f"path = %({name})s")
        else:
            # each group is a node of that depth, and the path's own cells stand under itself
            below = f"path >= %({name})s AND path < %({name})s || '~'"
            parts += _periods("path", length // Unit.steplen, below)
    return parts


def _periods(group: str, depth: int, where: str) -> list[str]:
    """Return SQL of the years before the day, the months of its year, the days of its month."""
    return [
        f"SELECT {group}, kind, {', '.join(_COLUMNS)} FROM quotas_periodsum "  # noqa: S608
        f"WHERE depth = {depth} AND period = '{period.value}' AND {where} AND {when}"
        for period, when in (
            (Period.YEAR, "starts_on < %(year)s"),
            (Period.MONTH, "starts_on >= %(year)s AND starts_on < %(month)s"),
            (Period.DAY, "starts_on >= %(month)s AND starts_on <= %(on)s"),
        )
    ]


def _inside_of(paths: Sequence[str], some: Sequence[str], column: str) -> str:
    """Return the condition on a part of `paths`, whose bounds are among the values already."""
    numbers = [number for number, path in enumerate(paths) if path in some]
    return (
        "(" + " OR ".join(f"({column} >= %(p{n})s AND {column} < %(q{n})s)" for n in numbers) + ")"
    )
