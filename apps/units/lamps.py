"""The lamp of a unit: 空编, 满编, 超编, in tone and words. Source: ux.md §2 (6)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from .choices import EntityKind
from .models import Unit

Lamp = tuple[str, str]

UNSET: Lamp = ("grey", "未核编")

#: What the query bar offers, and the condition on the sums of the unit. The sums are rows of the
#: quotas app, kept by the database; here they are known by the name of the relation, `total`.
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "over": ("超编", {"total__over_types__gt": 0}),
    "full": (
        "满编",
        {"total__approved__gt": 0, "total__vacant": 0, "total__over_types": 0},
    ),
    "vacant": ("空编", {"total__vacant__gt": 0, "total__over_types": 0}),
}


def total_of(unit: Unit) -> Any:
    """Return the sums of the unit over the types that count, or None.

    A list of a past day reads them with its rows, as `then_total`.
    """
    if hasattr(unit, "then_total"):
        return SimpleNamespace(**unit.then_total) if unit.then_total else None
    try:
        return unit.total  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return None


def lamp_of(unit: Unit) -> Lamp | None:
    """Return (tone, word); None for groupings. Read the unit with select_related("total")."""
    if not unit.is_active:
        return "grey", "已撤销"
    if unit.entity_kind == EntityKind.GROUPING:
        return None
    total = total_of(unit)
    if total is None or not (total.approved or total.actual):
        return UNSET if unit.entity_kind == EntityKind.BODY else None
    if total.over_types:
        return "red", f"超编 {total.excess}"
    if total.vacant:
        return "green", f"空编 {total.vacant}"
    return "amber", "满编"
