"""Query bars of the quota lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from apps.core import filters as f
from apps.core.models import CodeValue
from apps.units.choices import EntityKind, UnitStatus
from apps.units.filters import UnitFilter
from apps.units.models import Unit
from apps.units.place import Place

from .overview import holding


class OverviewFilter(UnitFilter):
    """Living 法人单位 and their quotas."""

    primary = ("q", "type", "lamp", "under")
    presumed = {"kind": EntityKind.BODY.value, "status": UnitStatus.NORMAL.value}

    type = f.CodeFilter(label="编制类型", table="quota_type", method="by_type")

    class Meta:
        model = Unit
        fields: list[str] = []

    def by_type(self, rows: Any, name: str, value: CodeValue) -> QuerySet:
        return holding(rows, value, self.on)


class CellFilter(f.FilterSet):
    """Conditions on rows that belong to a unit and carry its scope."""

    q = f.TextFilter(label="单位", placeholder="名称、简称、编码或拼音首字母", method="by_text")
    under = f.PickerFilter(
        label="所属机构（含下级）",
        url_name="units:suggest",
        lookups=("code", "name"),
        queryset=Unit.objects.none(),
        method="by_subtree",
    )
    system = f.CodeFilter(label="系统类别", table="system_class", field_name="unit__system_class")

    def __init__(self, *args: Any, on: dt.date | None = None, **kw: Any) -> None:
        self.on = on
        super().__init__(*args, **kw)
        if self.user is not None:
            self.filters["under"].field.queryset = Unit.objects.visible_to(self.user)

    def by_text(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.filter(unit__in=Unit.objects.found_by(value).order_by().values("pk"))

    def by_subtree(self, rows: Any, name: str, value: Unit) -> QuerySet:
        return rows.filter(Place.of(value, self.on).inside())


class OverFilter(CellFilter):
    primary = ("q", "quota_type", "under", "system")

    quota_type = f.CodeFilter(label="编制类型", table="quota_type", field_name="quota_type")
