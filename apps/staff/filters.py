"""The query bars of the people lists. Identity numbers are asked by POST, never here (V14.2.1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from apps.core import filters as f
from apps.units.models import Unit
from apps.units.place import Place

from . import finding  # noqa: F401 - the lookup of names
from .models import PINYIN_RUN, Occupancy, Person


def by_name(text: str) -> Q:
    """Return the condition that a spell's person is found by part of a name or by pinyin.

    Pinyin may be typed in one go (zhangsan). People are found first, each way by its own index:
    asked through the join, all three ways would be tried on every spell.
    """
    small = text.strip().lower().replace(" ", "")
    found = Q(name__name_holds=text.strip())
    if small.isascii():
        found |= Q(name_initials__startswith=small) | Q(run__startswith=small)
    people = Person.objects.alias(run=PINYIN_RUN).filter(found).order_by()
    return Q(person__in=people.values("pk"))


class PeopleFilter(f.FilterSet):
    q = f.TextFilter(label="姓名", placeholder="姓名、拼音或首字母", method="by_text")
    under = f.PickerFilter(
        label="单位（含下级）",
        url_name="units:suggest",
        lookups=("code", "name"),
        queryset=Unit.objects.none(),
        method="by_subtree",
    )
    quota_type = f.CodeFilter(label="编制类型", table="quota_type")

    class Meta:
        model = Occupancy
        fields: list[str] = []

    def __init__(self, *args: Any, on: dt.date | None = None, **kw: Any) -> None:
        self.on = on
        super().__init__(*args, **kw)
        if self.user is not None:
            self.filters["under"].field.queryset = Unit.objects.visible_to(self.user)

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(by_name(value)) if value.strip() else rows

    def by_subtree(self, rows: QuerySet, name: str, value: Unit | None) -> QuerySet:
        return rows.filter(Place.of(value, self.on).inside()) if value is not None else rows


class RosterFilter(PeopleFilter):
    primary = ("q", "under", "quota_type", "status")

    status = f.CodeFilter(label="状态", table="person_status")
    identity = f.CodeFilter(label="身份", table="person_identity")
    entered = f.DayRangeFilter(label="入编时间", field_name="starts_on")
    education = f.CodeFilter(label="学历", table="education", field_name="person__education")
    civil_rank = f.CodeFilter(label="职级", table="civil_rank")
    position_grade = f.CodeFilter(label="岗位等级", table="position_grade")


class LeaverFilter(PeopleFilter):
    primary = ("q", "under", "mode", "left")

    mode = f.CodeFilter(label="退出方式", table="exit_mode", field_name="exit_mode")
    left = f.DayRangeFilter(label="出编时间", field_name="ends_on")
