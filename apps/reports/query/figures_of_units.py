"""The figures of each unit on a day, as expressions of a queryset of units.

Today they are the kept sums; on a past day they are counted from the dated facts of the unit.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Func, IntegerField
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.core.models import CodeValue
from apps.quotas.models import QuotaEntry
from apps.staff.models import Occupancy

#: figure → what is summed over the types of one unit that count in totals
SUMS = {
    "approved": "sum(a)",
    "actual": "sum(c)",
    "vacant": "sum(greatest(a - c, 0))",
    "excess": "sum(greatest(c - a, 0))",
    "over_types": "count(*) FILTER (WHERE c > a)",
}


class OnDay(Func):
    """One figure of the unit of a row on a past day; a sub-select over its facts."""

    output_field = IntegerField()

    def __init__(self, unit: Any, *, name: str, day: dt.date) -> None:
        super().__init__(unit)
        self.name, self.day = name, day

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        unit, parameters = compiler.compile(self.source_expressions[0])
        # names of our own tables, an aggregate of the list above, days as parameters
        sql = f"""
        (SELECT coalesce({SUMS[self.name]}, 0)::int FROM (
           SELECT sum(a) AS a, sum(c) AS c FROM (
             SELECT quota_type_id, change AS a, 0 AS c FROM {QuotaEntry._meta.db_table}
              WHERE unit_id = {unit} AND "on" <= %s
             UNION ALL
             SELECT quota_type_id, 0, 1 FROM {Occupancy._meta.db_table}
              WHERE unit_id = {unit} AND counts AND starts_on <= %s
                AND (ends_on IS NULL OR ends_on > %s)
           ) facts JOIN {CodeValue._meta.db_table} v ON v.key = facts.quota_type_id
           WHERE coalesce((v.attrs->>'in_total')::boolean, true) GROUP BY quota_type_id
         ) cells)
        """  # noqa: S608
        return sql, (*parameters, self.day, *parameters, self.day, self.day)


def figure(name: str, day: dt.date) -> Any:
    """Return one figure of a unit on a day: whole places or people. KeyError for another name."""
    if name not in SUMS:
        raise KeyError(name)
    if day >= timezone.localdate():
        return Coalesce(F(f"total__{name}"), 0)
    return OnDay(F("pk"), name=name, day=day)
