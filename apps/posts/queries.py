"""Reads of leadership posts: 应配, 实配, 超配, 缺配. Kinds never net out (docs/rules.md L-01)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum, Value
from django.db.models.functions import Left

from apps.core.models import CodeValue
from apps.core.scope import PAST_PATHS, within
from apps.quotas import dated
from apps.quotas.queries.figures import DEEPEST_BUCKET, paths_of
from apps.quotas.running import RunningGroup, RunningLine
from apps.units.models import Unit

from .models import LeadershipEntry, PostBalance, PostBucket

#: the kinds of the dated cells that are kinds of posts
FAMILY = "post_kind"


@dataclass(frozen=True, slots=True)
class PostSums:
    """Whole posts; over_units, short_units count units with any kind over or short."""

    due: int = 0
    filled: int = 0
    over: int = 0
    short: int = 0

    def __add__(self, other: PostSums) -> PostSums:
        return PostSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class PostRow:
    post_kind: CodeValue
    sums: PostSums

    @property
    def lamp(self) -> tuple[str, str]:
        if self.sums.over:
            return ("red", "超配")
        if self.sums.short:
            return ("blue", "缺配")
        return ("green", "配齐")


@dataclass(frozen=True)
class PostFigures:
    """Posts of some subtrees on one day; on is None for today."""

    on: dt.date | None
    total: PostSums
    over_units: int
    short_units: int
    kinds: list[PostRow] = field(default_factory=list)


def figures(at: Unit | str | Iterable[str], on: dt.date | None = None) -> PostFigures:
    """Return the posts of one subtree or several: by kind and in all. Two or three queries."""
    paths = paths_of(at)
    if on is not None:
        on = dated.Day.of(on)
        by_kind, over_units, short_units = _on_day(paths, on)
        kinds = on.once("post_kinds", post_kinds)
    else:
        by_kind = _kept(paths)
        over_units, short_units = _uneven(paths)
        kinds = post_kinds()
    found = [PostRow(kinds[key], sums) for key, sums in by_kind.items() if sums != PostSums()]
    found.sort(key=lambda row: (row.post_kind.sort, row.post_kind.value))
    total = sum((row.sums for row in found), PostSums())
    return PostFigures(on, total, over_units, short_units, found)


def _uneven(paths: list[str]) -> tuple[int, int]:
    """Return how many units have any kind over, any kind short. One query, an index for each."""
    rows = PostBalance.objects.order_by().filter(within(paths, "scope"))
    over, short = (
        rows.filter(**{f"{side}__gt": 0})
        .values_list(Value(side))
        .annotate(n=Count("unit", distinct=True))
        for side in ("over", "short")
    )
    found = dict(over.union(short, all=True))
    return found.get("over", 0), found.get("short", 0)


def post_kinds() -> dict[str, CodeValue]:
    return {value.key: value for value in CodeValue.objects.of("post_kind")}


_SUMS = {name: Sum(name, default=0) for name in ("due", "filled", "over", "short")}


def _sums(row: Mapping[str, Any]) -> PostSums:
    return PostSums(*(int(row[name]) for name in _SUMS))


def _kept(paths: list[str]) -> dict[str, PostSums]:
    """Return {kind: sums} of today from the buckets, or below their depth from the balances."""
    found: dict[str, PostSums] = {}
    shallow = [path for path in paths if len(path) <= DEEPEST_BUCKET]
    deep = [path for path in paths if len(path) > DEEPEST_BUCKET]
    sources = [
        PostBucket.objects.filter(within(shallow, "path")) if shallow else None,
        PostBalance.objects.order_by().filter(within(deep, "scope")) if deep else None,
    ]
    for rows in sources:
        if rows is None:
            continue
        for row in rows.values("post_kind_id").annotate(**_SUMS):
            kind = row["post_kind_id"]
            found[kind] = found.get(kind, PostSums()) + _sums(row)
    return found


def children_figures(node: Unit | str, on: dt.date | None = None) -> dict[str, PostSums]:
    """Return {child path: sums over all kinds}; the node's own posts stand under its own path."""
    path = node.path if isinstance(node, Unit) else node
    length = len(path) + Unit.steplen
    if on is not None:
        found = dated.dated_then([path], on, FAMILY, length=length)
        return {key: sum(_sums_of(row).values(), PostSums()) for key, row in found.items()}
    rows: QuerySet
    if length <= DEEPEST_BUCKET:
        rows = PostBucket.objects.filter(within([path], "path"))
        rows = rows.annotate(child=Left("path", length))
    else:
        rows = PostBalance.objects.order_by().filter(within([path], "scope"))
        rows = rows.annotate(child=Left("scope", length))
    return {row["child"]: _sums(row) for row in rows.values("child").annotate(**_SUMS)}


def cells(unit: Unit, on: dt.date | None = None) -> list[PostRow]:
    """Return the posts of one unit by kind, in code order. One query, two on a past day."""
    if on is not None:
        return _cells_on_day(unit, on)
    rows = (
        PostBalance.objects.filter(unit=unit)
        .select_related("post_kind")
        .order_by("post_kind__sort", "post_kind__value")
    )
    return [
        PostRow(row.post_kind, PostSums(row.due, row.filled, row.over, row.short))
        for row in rows
        if row.due or row.filled
    ]


@dataclass(frozen=True)
class LedgerLine(RunningLine):
    """One movement and the posts after it."""

    @property
    def note(self) -> str:
        level = self.entry.post_level.label if self.entry.post_level else ""
        return "；".join(filter(None, (level, self.entry.note)))


@dataclass
class LedgerGroup(RunningGroup):
    """The lines of one kind."""

    post_kind: CodeValue

    @property
    def title(self) -> str:
        return self.post_kind.label

    @property
    def anchor(self) -> str:
        """The id that a link to this kind's lines jumps to."""
        return f"p{self.post_kind.value}"


def ledger(unit: Unit, on: dt.date | None = None) -> list[LedgerGroup]:
    """Return the 职数台账 of one unit up to a day, kinds in code order, lines oldest first."""
    entries = (
        LeadershipEntry.objects.filter(unit=unit)
        .select_related("document", "post_kind", "post_level")
        .order_by("post_kind__sort", "post_kind__value", "on", "pk")
    )
    if on is not None:
        entries = entries.filter(on__lte=on)
    groups: list[LedgerGroup] = []
    for entry in entries:
        if not groups or groups[-1].post_kind.pk != entry.post_kind_id:
            groups.append(LedgerGroup(entry.post_kind))
        group = groups[-1]
        group.lines.append(LedgerLine(entry, group.balance + entry.change))
    return groups


def latest_changes(
    at: Unit | str | Iterable[str], limit: int = 20, on: dt.date | None = None
) -> list[LeadershipEntry]:
    """Return the latest movements of the post ledger, newest first. One query."""
    entries = LeadershipEntry.objects.filter(within(paths_of(at), "scope"))
    if on is not None:
        entries = entries.filter(on__lte=on)
    return list(
        entries.select_related("unit", "post_kind", "document").order_by("-on", "-pk")[:limit]
    )


# -- a day, from facts ----------------------------------------------------------------------------


def _facts_on_day(paths: list[str], on: dt.date) -> tuple[str, list[Any]]:
    """Return SQL of the post cells on a day: unit_id, post_kind_id, due, filled.

    The holders' table belongs to an app above this one and is found through its relation to Unit.
    """
    holders = Unit._meta.get_field("postings").related_model._meta.db_table  # type: ignore[union-attr]
    inside = " OR ".join(["(scope >= %s AND scope < %s)"] * len(paths)) or "FALSE"
    bounds = [bound for path in paths for bound in (path, path + PAST_PATHS)]
    sql = f"""
    SELECT unit_id, post_kind_id, sum(d)::int AS due, sum(f)::int AS filled FROM (
      SELECT unit_id, post_kind_id, change AS d, 0 AS f FROM {LeadershipEntry._meta.db_table}
       WHERE ({inside}) AND "on" <= %s
      UNION ALL
      SELECT unit_id, post_kind_id, 0, 1 FROM {holders}
       WHERE ({inside}) AND counted AND starts_on <= %s AND (ends_on IS NULL OR ends_on > %s)
    ) x GROUP BY 1, 2
    """  # noqa: S608 - table names from our own models, values as parameters
    return sql, [*bounds, on, *bounds, on, on]


def _on_day(paths: list[str], on: dt.date) -> tuple[dict[str, PostSums], int, int]:
    row = dated.dated_then(paths, on, FAMILY).get("", dated.Dated())
    return _sums_of(row), row.over, row.short


def _sums_of(row: dated.Dated) -> dict[str, PostSums]:
    """Return {kind: sums}: places and people of a dated cell are 应配 and 实配."""
    return {
        kind: PostSums(due, filled, over, short)
        for kind, (due, filled, _, short, over, _) in row.kinds.items()
    }


def figures_from_facts(
    at: Unit | str | Iterable[str], on: dt.date
) -> tuple[dict[str, PostSums], int, int]:
    """Return sums by kind, units over and short, counted from the facts alone; for tests."""
    facts, parameters = _facts_on_day(paths_of(at), on)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH facts AS MATERIALIZED ({facts}) "  # noqa: S608
            "SELECT post_kind_id, sum(due), sum(filled), sum(greatest(filled - due, 0)), "
            "sum(greatest(due - filled, 0)), NULL, NULL FROM facts GROUP BY 1 UNION ALL "
            "SELECT '', 0, 0, 0, 0, count(DISTINCT unit_id) FILTER (WHERE filled > due), "
            "count(DISTINCT unit_id) FILTER (WHERE filled < due) FROM facts",
            parameters,
        )
        rows = cursor.fetchall()
    by_kind = {row[0]: PostSums(*(int(n) for n in row[1:5])) for row in rows if row[0]}
    over, short = next(row[5:] for row in rows if not row[0])
    return by_kind, over, short


def _cells_on_day(unit: Unit, on: dt.date) -> list[PostRow]:
    sql, values = dated.cells_sql([unit.path], on, FAMILY, [unit.pk])
    kinds = post_kinds()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = [row[2:5] for row in cursor.fetchall()]
    found = [
        PostRow(kinds[key], PostSums(d, f, max(0, f - d), max(0, d - f))) for key, d, f in rows
    ]
    return sorted(found, key=lambda row: (row.post_kind.sort, row.post_kind.value))
