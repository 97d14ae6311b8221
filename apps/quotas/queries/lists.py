"""Over-staffed units and latest movements of a subtree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from apps.core.models import CodeValue
from apps.core.scope import within
from apps.units import listing
from apps.units.models import Unit

from ..dated import Day, units_over
from ..models import Balance, QuotaEntry, UnitTotal
from .figures import FAMILY, cells_on_day, counted_on, paths_of, types_on


@dataclass
class OverUnit:
    """A unit with a type above its places; `types` lists each as (type, approved, actual)."""

    unit: Unit
    approved: int
    actual: int
    excess: int
    types: list[tuple[CodeValue, int, int]] = field(default_factory=list)


def over_units(
    at: Unit | str | Iterable[str], limit: int | None = None, on: dt.date | None = None
) -> list[OverUnit]:
    """Return the units with any type over, the greatest excess first. Two queries."""
    paths = paths_of(at)
    if on is not None:
        return _over_on_day(paths, limit, on)
    totals = (
        UnitTotal.objects.filter(within(paths, "scope"), over_types__gt=0)
        .select_related("unit")
        .order_by("-excess", "unit")[:limit]
    )
    found = {
        row.unit_id: OverUnit(row.unit, row.approved, row.actual, row.excess) for row in totals
    }
    for cell in over_cells(found):
        if cell.quota_type.attrs.get("in_total", True):
            found[cell.unit_id].types.append((cell.quota_type, cell.approved, cell.actual))
    return list(found.values())


def over_cells(units: Iterable[int]) -> QuerySet:
    """Return the cells above their places of some units."""
    return (
        Balance.objects.filter(unit__in=list(units), excess__gt=0)
        .select_related("quota_type")
        .order_by("quota_type__sort", "pk")
    )


def _over_on_day(paths: list[str], limit: int | None, on: dt.date) -> list[OverUnit]:
    """Return the same of a past day: what lay in the subtrees that day, by the tree of that day.

    Three queries: the units over, their cells, the units; and those of the past tree.
    """
    on = Day.of(on)
    spans = on.moves.ranges(on.moves.path(path) for path in paths)
    types, counted = types_on(on), counted_on(on)
    ranked = units_over(spans, on, FAMILY, counted, limit)
    cells: dict[int, list[tuple[CodeValue, int, int]]] = {unit: [] for unit, _ in ranked}
    for unit, _, kind, approved, actual, _ in cells_on_day(spans, on, units=list(cells)):
        if kind in counted:
            cells[unit].append((types[kind], approved, actual))
    units = Unit.objects.in_bulk(list(cells))
    listing.dress(units.values(), on)
    found = []
    for unit, excess in ranked:
        rows = sorted(cells[unit], key=lambda row: (row[0].sort, row[0].value))
        approved, actual = sum(row[1] for row in rows), sum(row[2] for row in rows)
        over = [row for row in rows if row[2] > row[1]]
        found.append(OverUnit(units[unit], approved, actual, excess, over))
    return found


def latest_changes(
    at: Unit | str | Iterable[str], limit: int = 20, on: dt.date | None = None
) -> list[QuotaEntry]:
    """Return the latest movements of the ledger, newest first. One query."""
    entries = QuotaEntry.objects.filter(within(paths_of(at), "scope"))
    if on is not None:
        entries = entries.filter(on__lte=on)
    return list(
        entries.select_related("unit", "quota_type", "document").order_by("-on", "-pk")[:limit]
    )
