"""单位编制台账: units × quota types, one row a unit, its cells read with the row (ux.md §11.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import (
    Count,
    Exists,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, JSONObject

from apps.core.models import CodeValue
from apps.units.models import Unit

from . import dated
from .models import Balance, PastBalance, ScopedQuerySet, UnitTotal
from .queries.figures import quota_types

SUMS = ("approved", "actual", "reserved", "vacant", "excess")


def balances(on: dt.date | None) -> ScopedQuerySet:
    """Return the balances of today, or of a past day."""
    return Balance.objects.all() if on is None else PastBalance.objects.on_day(on)


def with_totals(units: QuerySet, on: dt.date) -> QuerySet:
    """Add `then_total` (the sums of a UnitTotal, as of a past day) to each unit of a query.

    Each sum can also be ordered and filtered by, as `then_approved`, `then_over_types` ….
    Settles the dated cells first.
    """
    dated.settle(on)
    counted = [k for k, v in quota_types().items() if v.attrs.get("in_total", True)]
    cells = (
        PastBalance.objects.on_day(on)
        .filter(unit=OuterRef("pk"), quota_type__in=counted)
        .order_by()
        .values("unit")
    )
    over = Count("quota_type_id", filter=Q(actual__gt=F("approved")))
    sums = {name: Sum(name) for name in SUMS}
    return units.alias(
        **{
            f"then_{name}": Coalesce(Subquery(cells.annotate(n=found).values("n")), 0)
            for name, found in {**sums, "over_types": over}.items()
        }
    ).annotate(
        then_total=Subquery(
            cells.annotate(j=JSONObject(**sums, over_types=over)).values("j"),
            output_field=JSONField(),
        )
    )


def with_cells(units: QuerySet, on: dt.date | None = None) -> QuerySet:
    """Add `cells` ([{k, a, c, r}] by type) and `posts` ({d, f, o, s}) to each unit of a query.

    on   a past day, whose cells are settled; None: today
    Read for the rows of a page only, in the page's own query. The posts' table belongs to an app
    above this one and is found through its relation to Unit.
    """
    cells = (
        balances(on)
        .filter(unit=OuterRef("pk"))
        .order_by()
        .values("unit")
        .annotate(j=JSONBAgg(JSONObject(k="quota_type_id", a="approved", c="actual", r="reserved")))
    )
    relation = "post_balances" if on is None else "past_post_balances"
    held = Unit._meta.get_field(relation).related_model._default_manager  # type: ignore[union-attr]
    posts = (
        (held.all() if on is None else held.on_day(on))
        .filter(unit=OuterRef("pk"))
        .order_by()
        .values("unit")
        .annotate(
            j=JSONObject(d=Sum("due"), f=Sum("filled"), o=Sum("over"), s=Sum("short")),
        )
    )
    return units.annotate(cells=Subquery(cells.values("j")), posts=Subquery(posts.values("j")))


def holding(units: QuerySet, quota_type: CodeValue, on: dt.date | None = None) -> QuerySet:
    """Return the units that have places or people of one type."""
    cells = balances(on).filter(unit=OuterRef("pk"), quota_type=quota_type)
    cells = cells.exclude(approved=0, actual=0, reserved=0)
    return units.filter(Exists(cells))


def totals_of(
    units: QuerySet, types: Iterable[CodeValue], on: dt.date | None = None
) -> dict[str, Any]:
    """Return the 合计 row: sums of all types that count, and (核定, 实有) of each. Two queries."""
    keys = units.order_by().values("pk")
    sums = {name: Sum(name, default=0) for name in SUMS}
    if on is None:
        found = UnitTotal.objects.filter(unit__in=keys).aggregate(**sums)
    else:
        counted = [k for k, v in quota_types().items() if v.attrs.get("in_total", True)]
        cells = balances(on).filter(unit__in=keys, quota_type__in=counted)
        then = cells.aggregate(**{f"sum_{name}": one for name, one in sums.items()})
        found = {name: then[f"sum_{name}"] for name in SUMS}
    rows = (
        balances(on)
        .filter(unit__in=keys)
        .order_by()
        .values("quota_type_id")
        .annotate(a=Sum("approved"), c=Sum("actual"))
    )
    by_type = {row["quota_type_id"]: row for row in rows}
    for kind in types:
        row = by_type.get(kind.pk, {"a": 0, "c": 0})
        found[f"t{kind.value}"] = (row["a"], row["c"])
    return found


def cell_of(unit: Any, key: str) -> dict[str, int] | None:
    """Return one cell of a unit read by `with_cells`."""
    if not hasattr(unit, "_cells_by_type"):
        unit._cells_by_type = {cell["k"]: cell for cell in unit.cells or ()}
    return unit._cells_by_type.get(key)
