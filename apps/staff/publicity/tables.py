"""The list of notices: what it shows and what it is asked by."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core import filters as f
from apps.core import tables as t
from apps.core.lamps import lamp
from apps.units.under import UnderFilterSet

from ..models import Publicity

#: Days after the last one within which a notice is closed; then it is overdue (PB-04).
GRACE = dt.timedelta(days=10)


def state_of(publicity: Publicity, today: dt.date) -> tuple[str, str]:
    """Return the lamp of a notice on a day; nothing of it is stored but the closing."""
    if publicity.closed_on is not None:
        return ("green", "已办结")
    if today < publicity.starts_on:
        return ("grey", "未开始")
    if today <= publicity.ends_on:
        return ("blue", "公示中")
    if today <= publicity.ends_on + GRACE:
        return ("amber", "期满待办结")
    return ("red", "逾期未办结")


STATES = ("未开始", "公示中", "期满待办结", "逾期未办结", "已办结")


def in_state(state: str, today: dt.date) -> Q:
    """Return the condition that state_of answers with `state`."""
    still = Q(closed_on__isnull=True)
    return {
        "未开始": still & Q(starts_on__gt=today),
        "公示中": still & Q(starts_on__lte=today, ends_on__gte=today),
        "期满待办结": still & Q(ends_on__lt=today, ends_on__gte=today - GRACE),
        "逾期未办结": still & Q(ends_on__lt=today - GRACE),
        "已办结": Q(closed_on__isnull=False),
    }[state]


class PublicityFilter(UnderFilterSet):
    primary = ("under", "kind", "state", "starts")

    kind = f.ChoiceFilter(label="公示类别", choices=Publicity.Kind.choices)
    state = f.ChoiceFilter(
        label="状态", choices=[(state, state) for state in STATES], method="by_state"
    )
    starts = f.DayRangeFilter(label="公示开始", field_name="starts_on")

    class Meta:
        model = Publicity
        fields: list[str] = []

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(in_state(value, timezone.localdate()))


class PublicityTable(t.Table):
    key = "publicities"
    caption = "单位公示"
    fixed = ("unit", "state")
    empty = t.Empty("还没有公示", "单位发起公示后，会列在这里。")

    unit = t.LinkColumn("公示单位", accessor="unit.name", order_by="scope", width=16)
    kind = t.Column("公示类别", accessor="get_kind_display")
    state = t.LampColumn("状态", accessor="closed_on", phone="lamp")
    starts = t.DayColumn("公示开始", accessor="starts_on", order_by="starts_on")
    ends = t.DayColumn("公示截止", accessor="ends_on", order_by="ends_on")
    people = t.NumberColumn("公示人数", order_by="people")
    objections = t.NumberColumn("异议", accessor="objection_count")
    waiting = t.NumberColumn("未处理", accessor="waiting_count", phone="hide")
    place = t.Column("公示范围", accessor="get_place_display", phone="hide")
    closed = t.DayColumn("办结日期", accessor="closed_on", order_by="closed_on", phone="hide")

    def render_state(self, record: Publicity) -> Any:
        return lamp(*state_of(record, timezone.localdate()))

    def value_state(self, record: Publicity) -> str:
        return state_of(record, timezone.localdate())[1]
