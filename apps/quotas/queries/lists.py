"""Over-staffed units and latest movements of a subtree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet

from apps.core.models import CodeValue
from apps.core.scope import within
from apps.units.models import Unit

from ..models import Balance, QuotaEntry, UnitTotal
from .figures import facts_on_day, paths_of, quota_types


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
    facts, parameters = facts_on_day(paths, on)
    types = quota_types()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id, sum(approved), sum(actual), sum(excess), "  # noqa: S608
            "json_agg(json_build_array(quota_type_id, approved, actual)) "
            f"FILTER (WHERE excess > 0) FROM ({facts}) x WHERE in_total GROUP BY unit_id "
            "HAVING sum(excess) > 0 ORDER BY sum(excess) DESC, unit_id LIMIT %s",
            [*parameters, limit],
        )
        rows = cursor.fetchall()
    units = Unit.objects.in_bulk([row[0] for row in rows])
    found = []
    for unit_id, approved, actual, excess, over in rows:
        one = OverUnit(units[unit_id], int(approved), int(actual), int(excess))
        one.types = [(types[kind], a, c) for kind, a, c in over]
        one.types.sort(key=lambda row: row[0].sort)
        found.append(one)
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
