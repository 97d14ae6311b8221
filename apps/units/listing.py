"""Lists of units as of a past day: who existed, under which name, with which figures."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django_tables2.utils import OrderByTuple

from . import past
from .models import Unit

Units = TypeVar("Units", bound=QuerySet)

#: adds the figures of a past day to a query of units; set by the app that keeps them (quotas)
_figures: list[Callable[[Any, dt.date], Any]] = []


def figures_by(add: Callable[[Any, dt.date], Any]) -> None:
    """Register what adds `then_total` (and `then_approved` … to order by) to a query of units."""
    _figures[:] = [add]


def of_day(units: Units, on: dt.date) -> Units:
    """Return the units that existed on the day, with that day's figures."""
    units = units.filter(past.existed_on(on))
    for add in _figures:
        units = add(units, on)
    return units


def table_of_day(table: type[Any], on: dt.date | None) -> type[Any]:
    """Return the table for a past day: it orders by that day's sums and names units as then."""
    if on is None:
        return table
    day = on

    class Then(table):  # type: ignore[misc, valid-type]
        caption = table.caption

        def paginate_for(self, request: Any) -> None:
            super().paginate_for(request)
            dress(self.page.object_list, day)

        def export_rows(self) -> Any:
            dress(self.data, day)
            return super().export_rows()

    for name, column in Then.base_columns.items():
        terms = [str(term) for term in column.order_by or ()]
        if any("total__" in term for term in terms):
            own = copy.copy(column)
            own.order_by = OrderByTuple(term.replace("total__", "then_", 1) for term in terms)
            Then.base_columns[name] = own
    return Then


def dress(rows: Iterable[Any], on: dt.date) -> None:
    """Give the units of some rows (or the rows, being units) the names and ranks of a past day."""
    units = []
    for row in rows:
        record = getattr(row, "record", row)
        if isinstance(record, Unit):
            units.append(record)
        elif isinstance(getattr(record, "unit", None), Unit):
            units.append(record.unit)
    then = past.named(on, [unit.pk for unit in units])
    for unit in units:
        as_of(unit, then)


def as_of(unit: Unit, then: past.Past) -> Unit:
    """Set the attributes of a unit to what they were; it must not be saved."""
    for column, value in then.facts.get(unit.pk, {}).items():
        if hasattr(unit, column):
            setattr(unit, column, value)
    return unit
