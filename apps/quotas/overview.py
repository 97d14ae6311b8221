"""单位编制台账: units × quota types, one row a unit, its cells read with the row (ux.md §11.7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from apps.core.models import CodeValue
from apps.units.models import Unit

from .models import Balance, UnitTotal

SUMS = ("approved", "actual", "reserved", "vacant", "excess")


def with_cells(units: QuerySet) -> QuerySet:
    """Add `cells` ([{k, a, c, r}] by type) and `posts` ({d, f, o, s}) to each unit of a query.

    Read for the rows of a page only, in the page's own query. The posts' table belongs to an app
    above this one and is found through its relation to Unit.
    """
    balances = (
        Balance.objects.filter(unit=OuterRef("pk"))
        .order_by()
        .values("unit")
        .annotate(j=JSONBAgg(JSONObject(k="quota_type_id", a="approved", c="actual", r="reserved")))
    )
    posts = (
        Unit._meta.get_field("post_balances")
        .related_model._default_manager.filter(unit=OuterRef("pk"))  # type: ignore[union-attr]
        .order_by()
        .values("unit")
        .annotate(
            j=JSONObject(d=Sum("due"), f=Sum("filled"), o=Sum("over"), s=Sum("short")),
        )
    )
    return units.annotate(cells=Subquery(balances.values("j")), posts=Subquery(posts.values("j")))


def holding(units: QuerySet, quota_type: CodeValue) -> QuerySet:
    """Return the units that have places or people of one type."""
    cells = Balance.objects.filter(unit=OuterRef("pk"), quota_type=quota_type).exclude(
        approved=0, actual=0, reserved=0
    )
    return units.filter(Exists(cells))


def totals_of(units: QuerySet, types: Iterable[CodeValue]) -> dict[str, Any]:
    """Return the 合计 row: sums of all types that count, and (核定, 实有) of each. Two queries."""
    keys = units.order_by().values("pk")
    found = UnitTotal.objects.filter(unit__in=keys).aggregate(
        **{name: Sum(name, default=0) for name in SUMS}
    )
    rows = (
        Balance.objects.filter(unit__in=keys)
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
