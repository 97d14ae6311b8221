"""The leader's board of one node: its figures, the nodes below it, who is over, what changed.

A board never counts people: today comes from the kept sums, a past day from dated facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Concat

from apps.core.scope import PAST_PATHS, within
from apps.posts import queries as posts
from apps.posts.models import PostBalance
from apps.posts.queries import PostSums
from apps.quotas import dated
from apps.quotas import queries as quotas
from apps.quotas.models import QuotaEntry, UnitTotal
from apps.quotas.queries import Sums
from apps.quotas.queries.figures import ALL_TYPES, sums_of
from apps.quotas.standing import Lamp
from apps.units import listing
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import Unit

from .movements import Movement, movements
from .overage import OverLine, over_lines
from .summary import Summary, summary

TOP_OVER = 20
LATEST = 20


@dataclass(frozen=True)
class ChildRow:
    """One node below the board's node, or the places of the node itself (`own`).

    opens   whether there are units below it, so that its own board says more than its page
    """

    unit: Unit
    sums: Sums
    posts: PostSums
    opens: bool = False
    own: bool = False

    @property
    def lamp(self) -> Lamp:
        if self.sums.over:
            many = self.opens or self.unit.entity_kind == EntityKind.GROUPING
            return ("red", f"超编 {self.sums.over} 家" if many else f"超编 {self.sums.excess}")
        if not self.sums.approved and not self.sums.actual:
            return ("grey", "未核编")
        if self.sums.vacant == 0:
            return ("amber", "满编")
        return ("green", "有空编")


@dataclass(frozen=True)
class Board:
    """Everything on the board. node is None when the reader has several subtrees and chose none.

    month   net change of the approved places since the first of the month; None on a past day
    """

    node: Unit | None
    ancestors: list[Unit]
    summary: Summary
    rows: list[ChildRow]
    over: list[OverLine]
    changes: list[Movement]
    month: int | None = None
    roots: list[Unit] = field(default_factory=list)


def board(
    node: Unit | None, paths: Sequence[str], today: dt.date, on: dt.date | None = None
) -> Board:
    """Return the board of `node`, or of all `paths` (the reader's subtree roots) together."""
    on = dated.Day.of(on) if on is not None else None
    at = [node.path] if node is not None else list(paths)
    found = summary(at, on)
    return Board(
        node=node,
        ancestors=ancestors_of(node, paths),
        summary=found,
        rows=rows_below(node, found, on) if node is not None else side_by_side(at, on),
        over=over_lines(at, TOP_OVER, on),
        changes=movements(at, LATEST, on),
        month=_this_month(at, today) if on is None else None,
    )


def ancestors_of(node: Unit | None, paths: Sequence[str]) -> list[Unit]:
    """Return what lies above the node, as far as the reader's own roots."""
    if node is None:
        return []
    above = [node.path[:end] for end in range(Unit.steplen, len(node.path), Unit.steplen)]
    above = [path for path in above if any(path.startswith(root) for root in paths)]
    return list(Unit.objects.filter(path__in=above)) if above else []


def _this_month(paths: Sequence[str], today: dt.date) -> int:
    entries = QuotaEntry.objects.filter(
        within(paths, "scope"), on__gte=today.replace(day=1), on__lte=today
    )
    counted = ~Q(quota_type__attrs__in_total=False)
    return entries.aggregate(n=Sum("change", filter=counted, default=0))["n"]


def units_below() -> Exists:
    """Annotation: whether a living unit or grouping lies below (内设机构 are no units)."""
    inner = Unit.objects.order_by().filter(
        path__gt=OuterRef("path"), path__lt=Concat(OuterRef("path"), Value(PAST_PATHS))
    )
    living = inner.exclude(entity_kind=EntityKind.DEPARTMENT).exclude(status=UnitStatus.ABOLISHED)
    return Exists(living)


def children_of(node: Unit, on: dt.date | None = None) -> QuerySet:
    """Return the nodes right below, 内设机构 left out, with `opens`.

    Living ones for today; on a past day those that stood there, ended since or not.
    """
    if on is None:
        rows = Unit.objects.filter(within([node.path], "path"), depth=node.depth + 1).active()
    else:
        then = dated.Day.of(on).moves
        rows = Unit.objects.filter(then.children(then.path(node.path)))
    rows = rows.exclude(entity_kind=EntityKind.DEPARTMENT)
    return rows.annotate(opens=units_below()).order_by("path")


def rows_below(node: Unit, whole: Summary, on: dt.date | None) -> list[ChildRow]:
    """Return the nodes below in protocol order; what none of them holds is the node's own."""
    sums = quotas.children_figures(node, on)
    held = posts.children_figures(node, on)
    rows = []
    for child in children_of(node, on):
        of_child = sums.get(child.path, {}).get(ALL_TYPES, Sums())
        posts_of_child = held.get(child.path, PostSums())
        empty = of_child == Sums() and posts_of_child == PostSums()
        if on is not None and empty and not existed(child, on):
            continue
        rows.append(ChildRow(child, of_child, posts_of_child, child.opens))
    if on is not None:
        listing.dress((row.unit for row in rows), on)
    own = _rest(whole.quotas.total, [row.sums for row in rows])
    posts_rest = _rest(whole.posts.total, [row.posts for row in rows])
    if own != Sums() or posts_rest != PostSums():
        rows.insert(0, ChildRow(node, own, posts_rest, own=True))
    return rows


def existed(unit: Unit, on: dt.date) -> bool:
    """Say whether a unit had been set up and not yet ended on a day."""
    begun, ended = unit.established_on, unit.abolished_on
    return (begun is None or begun <= on) and (ended is None or ended > on)


def _rest(whole: Any, parts: list[Any]) -> Any:
    """Return what is left of `whole` after its parts; every figure of both adds up."""
    fields = whole.__dataclass_fields__
    return type(whole)(
        *(getattr(whole, name) - sum(getattr(part, name) for part in parts) for name in fields)
    )


def side_by_side(paths: list[str], on: dt.date | None) -> list[ChildRow]:
    """Return the reader's several subtrees, one row each. Three queries; more on a past day."""
    units = list(Unit.objects.filter(path__in=paths).annotate(opens=units_below()).order_by("path"))
    if on is not None:
        return [
            ChildRow(
                unit, quotas.figures(unit, on).total, posts.figures(unit, on).total, unit.opens
            )
            for unit in units
        ]
    top = Case(
        *(When(within([path], "scope"), then=Value(path)) for path in paths),
        output_field=CharField(),
    )
    totals = {
        row["top"]: Sums.of(row)
        for row in UnitTotal.objects.filter(within(paths, "scope"))
        .annotate(top=top)
        .values("top")
        .annotate(**sums_of(UnitTotal, over=Q(over_types__gt=0)))
    }
    held = {
        row["top"]: PostSums(row["d"], row["f"], row["o"], row["s"])
        for row in PostBalance.objects.order_by()
        .filter(within(paths, "scope"))
        .annotate(top=top)
        .values("top")
        .annotate(d=Sum("due"), f=Sum("filled"), o=Sum("over"), s=Sum("short"))
    }
    return [
        ChildRow(unit, totals.get(unit.path, Sums()), held.get(unit.path, PostSums()), unit.opens)
        for unit in units
    ]
