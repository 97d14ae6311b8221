"""Sums over subtrees, by quota type, by family and in all.

Net, gross vacancy and gross excess are three figures: `net = vacant − excess` always (domain.md
§5.2, docs/rules.md Q-02). Whole places. `over` counts cells in a type's row and units in a total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from apps.core import wording
from apps.core.models import CodeValue
from apps.core.scope import PAST_PATHS, roots, within
from apps.units.models import Unit

from ..choices import QuotaFamily
from ..dated import Day, Span, cells_sql, dated_then
from ..models import Balance, Bucket, QuotaEntry, Reservation, UnitTotal

#: the "type" of a sum over all types that count in totals
ALL_TYPES = ""
#: the kinds of the dated cells that are quota types
FAMILY = "quota_type"
DEEPEST_BUCKET = Bucket.DEPTH * Unit.steplen


@dataclass(frozen=True, slots=True)
class Sums:
    """Figures of one row of a board."""

    approved: int = 0
    actual: int = 0
    reserved: int = 0
    vacant: int = 0
    excess: int = 0
    over: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Sums:
        """Return the figures of an aggregated row: its other columns are left out, null is 0."""
        return cls(**{one.name: row.get(one.name) or 0 for one in fields(cls)})

    @property
    def net(self) -> int:
        """净空编: may be negative."""
        return self.approved - self.actual

    @property
    def use_rate(self) -> str:
        return wording.percent(self.actual, self.approved)

    @property
    def vacancy_rate(self) -> str:
        return wording.percent(self.net, self.approved) if self.net >= 0 else wording.NOTHING

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class TypeRow:
    quota_type: CodeValue
    sums: Sums

    @property
    def family(self) -> str:
        return self.quota_type.attrs.get("family", QuotaFamily.OTHER)

    @property
    def in_total(self) -> bool:
        return self.quota_type.attrs.get("in_total", True)


@dataclass(frozen=True)
class Figures:
    """All figures of some subtrees on one day; on is None for today.

    types   rows in the order of the code table, those without any figure left out
    total   over the types that count in totals (Q-07)
    """

    on: dt.date | None
    total: Sums
    types: list[TypeRow] = field(default_factory=list)

    @property
    def families(self) -> dict[QuotaFamily, Sums]:
        """Sums by family, in the order of QuotaFamily; `over` counts cells, so it is left 0."""
        sums = dict.fromkeys(QuotaFamily, Sums())
        for row in self.types:
            if row.in_total:
                family = QuotaFamily(row.family)
                sums[family] = sums[family] + row.sums
        return {
            family: Sums(s.approved, s.actual, s.reserved, s.vacant, s.excess)
            for family, s in sums.items()
        }


def figures(at: Unit | str | Iterable[str], on: dt.date | None = None) -> Figures:
    """Return the figures of one subtree, or of several.

    at   unit, tree path, or tree paths of subtree roots (those inside another one count once)
    on   None: today, from the kept sums; a date: exactly, from the dated cells
    """
    paths = paths_of(at)
    if on is None:
        return _figures(_kept(paths), None, quota_types())
    on = Day.of(on)
    return _figures(_dated(paths, on).get("", {}), on, types_on(on))


def paths_of(at: Unit | str | Iterable[str]) -> list[str]:
    """Return the disjoint subtree roots that `at` names."""
    if isinstance(at, Unit):
        return [at.path]
    return roots([at] if isinstance(at, str) else at)


def _figures(by_type: dict[str, Sums], on: dt.date | None, types: dict[str, CodeValue]) -> Figures:
    total = by_type.pop(ALL_TYPES, Sums())
    rows = [
        TypeRow(types[key], sums)
        for key, sums in by_type.items()
        if sums != Sums() and key in types
    ]
    rows.sort(key=lambda row: (row.quota_type.sort, row.quota_type.value))
    return Figures(on=on, total=total, types=rows)


def quota_types() -> dict[str, CodeValue]:
    """Return every quota type by key, past ones too."""
    return {value.key: value for value in CodeValue.objects.of("quota_type")}


def types_on(on: dt.date) -> dict[str, CodeValue]:
    """Return every quota type by key, read once for the page of a past day."""
    return Day.of(on).once("quota_types", quota_types)


def counted_on(on: dt.date) -> list[str]:
    """Return the keys of the types that count in totals."""
    return [key for key, kind in types_on(on).items() if kind.attrs.get("in_total", True)]


# -- today ----------------------------------------------------------------------------------------


def _kept(paths: list[str]) -> dict[str, Sums]:
    """Return {type: Sums} from the buckets, or below their depth from the balances."""
    shallow = [path for path in paths if len(path) <= DEEPEST_BUCKET]
    deep = [path for path in paths if len(path) > DEEPEST_BUCKET]
    found: dict[str, Sums] = {}

    def add(rows: Iterable[Mapping[str, Any]], key: str = "quota_type_id") -> None:
        for row in rows:
            kind = row.get(key, ALL_TYPES)
            found[kind] = found.get(kind, Sums()) + Sums.of(row)

    if shallow:
        rows = Bucket.objects.filter(within(shallow, "path")).values("quota_type_id")
        add(
            rows.annotate(
                **sums_of(Bucket, over=None),
                over=Sum("over_cells", filter=~Q(quota_type_id=""), default=0)
                + Sum("over_units", filter=Q(quota_type_id=""), default=0),
            )
        )
    if deep:
        balances = Balance.objects.order_by().filter(within(deep, "scope"))
        add(balances.values("quota_type_id").annotate(**sums_of(Balance, over=Q(excess__gt=0))))
        totals = UnitTotal.objects.filter(within(deep, "scope"))
        add([totals.aggregate(**sums_of(UnitTotal, over=Q(over_types__gt=0)))])
    return found


def sums_of(model: Any, *, over: Q | None) -> dict[str, Any]:
    """Return the aggregates of one row of Sums."""
    # `over` first: after "excess" is a sum, its condition would mean the sum
    found: dict[str, Any] = {} if over is None else {"over": Count("pk", filter=over)}
    for name in ("approved", "actual", "reserved", "vacant", "excess"):
        found[name] = Sum(name, default=0)
    return found


def children_figures(node: Unit | str, on: dt.date | None = None) -> dict[str, dict[str, Sums]]:
    """Return {child path: {type: Sums}} of the subtrees right below a node; type "" is the total.

    The node's own places stand under its own path. One query for any number of children.
    """
    path = node.path if isinstance(node, Unit) else node
    length = len(path) + Unit.steplen
    if on is not None:
        return _children_on_day(path, length, on)
    found: dict[str, dict[str, Sums]] = {}

    def add(rows: QuerySet) -> None:
        for row in rows:
            of_child = found.setdefault(row["child"], {})
            of_child[row.get("quota_type_id", ALL_TYPES)] = Sums.of(row)

    if length <= DEEPEST_BUCKET:
        rows = Bucket.objects.filter(within([path], "path")).annotate(child=Left("path", length))
        add(
            rows.values("child", "quota_type_id").annotate(
                **sums_of(Bucket, over=None),
                over=Sum("over_cells", filter=~Q(quota_type_id=""), default=0)
                + Sum("over_units", filter=Q(quota_type_id=""), default=0),
            )
        )
    else:
        balances = Balance.objects.order_by().filter(within([path], "scope"))
        add(
            balances.annotate(child=Left("scope", length))
            .values("child", "quota_type_id")
            .annotate(**sums_of(Balance, over=Q(excess__gt=0)))
        )
        totals = UnitTotal.objects.filter(within([path], "scope"))
        add(
            totals.annotate(child=Left("scope", length))
            .values("child")
            .annotate(**sums_of(UnitTotal, over=Q(over_types__gt=0)))
        )
    return found


# -- a day ----------------------------------------------------------------------------------------


def _children_on_day(path: str, length: int, on: dt.date) -> dict[str, dict[str, Sums]]:
    return _dated([path], Day.of(on), length)


def _dated(paths: list[str], on: Day, length: int | None = None) -> dict[str, dict[str, Sums]]:
    """Return {group: {type: Sums}} from the dated cells, with a total of each group.

    length   None: one group ""; else groups are paths of this length
    """
    counted = counted_on(on)
    found: dict[str, dict[str, Sums]] = {}
    for group, row in dated_then(paths, on, FAMILY, length=length, counted=counted).items():
        sums = {
            kind: Sums(places, taken, reserved, vacant, excess, over)
            for kind, (places, taken, reserved, vacant, excess, over) in row.kinds.items()
        }
        whole = sum((sums[kind] for kind in counted if kind in sums), Sums())
        found[group] = {**sums, ALL_TYPES: replace(whole, over=row.over)}
    return found


def cells_on_day(
    paths: Sequence[str | Span], on: dt.date, units: Sequence[int] | None = None
) -> list[tuple[int, str, str, int, int, int]]:
    """Return (unit id, path, type, approved, actual, reserved) of the cells on a day. One query.

    paths   subtrees of today, or ranges of today's paths that were subtrees of that day
    units   only these
    """
    sql, values = cells_sql(paths, on, FAMILY, units)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


# -- a day, counted from the facts: what the dated cells must equal --------------------------------


def figures_from_facts(at: Unit | str | Iterable[str], on: dt.date) -> Figures:
    """Return what `figures` returns, counted from the facts alone. Slow; for checks and tests."""
    return _figures(
        _grouped_from_facts(paths_of(at), on, "''::text").get("", {}), on, quota_types()
    )


def children_from_facts(node: Unit | str, on: dt.date) -> dict[str, dict[str, Sums]]:
    """Return what `children_figures` returns, counted from the facts alone."""
    path = node.path if isinstance(node, Unit) else node
    return _grouped_from_facts([path], on, f"left(scope, {len(path) + Unit.steplen})")


def facts_on_day(paths: list[str], on: dt.date) -> tuple[str, list[Any]]:
    """Return SQL (and its parameters) of the cells on a day.

    Columns: unit_id, scope, quota_type_id, approved, actual, reserved, excess, vacant, in_total.
    The spells' table belongs to an app above this one and is found through its relation to Unit.
    """
    spells = Unit._meta.get_field("occupancies").related_model._meta.db_table  # type: ignore[union-attr]
    inside = " OR ".join(["(scope >= %s AND scope < %s)"] * len(paths)) or "FALSE"
    bounds = [bound for path in paths for bound in (path, path + PAST_PATHS)]
    sql = f"""
    WITH moves AS (
      SELECT unit_id, quota_type_id, change AS a, 0 AS c, 0 AS r
        FROM {QuotaEntry._meta.db_table} WHERE ({inside}) AND "on" <= %s
      UNION ALL
      SELECT unit_id, quota_type_id, 0, 1, 0 FROM {spells}
       WHERE ({inside}) AND counts AND starts_on <= %s AND (ends_on IS NULL OR ends_on > %s)
      UNION ALL
      SELECT unit_id, quota_type_id, 0, 0, places FROM {Reservation._meta.db_table}
       WHERE ({inside}) AND (created_at AT TIME ZONE 'Asia/Shanghai')::date <= %s
         AND (released_at IS NULL OR (released_at AT TIME ZONE 'Asia/Shanghai')::date > %s)
    ), cells AS (
      SELECT unit_id, quota_type_id, sum(a)::int AS approved, sum(c)::int AS actual,
             sum(r)::int AS reserved
        FROM moves GROUP BY 1, 2
    )
    SELECT x.unit_id, u.path AS scope, x.quota_type_id, x.approved, x.actual, x.reserved,
           greatest(x.actual - x.approved, 0) AS excess,
           greatest(x.approved - x.actual, 0) AS vacant,
           coalesce((v.attrs->>'in_total')::boolean, true) AS in_total
      FROM cells x JOIN {Unit._meta.db_table} u ON u.id = x.unit_id
      JOIN {CodeValue._meta.db_table} v ON v.key = x.quota_type_id
    """  # noqa: S608 - table names from our own models, values as parameters
    return sql, [*bounds, on, *bounds, on, on, *bounds, on, on]


def _grouped_from_facts(paths: list[str], on: dt.date, group: str) -> dict[str, dict[str, Sums]]:
    """Return {group: {type: Sums}} on a day; one query."""
    facts, parameters = facts_on_day(paths, on)
    sql = f"""
    WITH facts AS MATERIALIZED ({facts}), units AS (
      SELECT {group} AS grp, unit_id, sum(approved) a, sum(actual) c, sum(reserved) r,
             sum(vacant) v, sum(excess) e, (max(excess) > 0)::int AS o
        FROM facts WHERE in_total GROUP BY 1, 2
    )
    SELECT {group}, quota_type_id, sum(approved), sum(actual), sum(reserved), sum(vacant),
           sum(excess), count(*) FILTER (WHERE excess > 0)
      FROM facts GROUP BY 1, 2
    UNION ALL
    SELECT grp, '', sum(a), sum(c), sum(r), sum(v), sum(e), sum(o) FROM units GROUP BY 1
    """  # noqa: S608
    found: dict[str, dict[str, Sums]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for key, kind, *row in cursor.fetchall():
            found.setdefault(key, {})[kind] = Sums(*(int(n) for n in row))
    return found


__all__ = [
    "ALL_TYPES",
    "Figures",
    "Sums",
    "TypeRow",
    "cells_on_day",
    "children_figures",
    "children_from_facts",
    "counted_on",
    "facts_on_day",
    "figures",
    "figures_from_facts",
    "paths_of",
    "quota_types",
    "types_on",
]
