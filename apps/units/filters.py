"""The query bar of the unit list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from apps.core import filters as f

from .choices import EntityKind, UnitStatus
from .lamps import STATES
from .models import Unit
from .past import existed_on
from .place import Place


class UnitFilter(f.FilterSet):
    """Living 法人单位 unless asked otherwise; an empty choice means all."""

    primary = ("q", "nature", "rank", "lamp")
    presumed = {"kind": EntityKind.BODY.value, "status": UnitStatus.NORMAL.value}

    q = f.TextFilter(label="机构", placeholder="名称、简称、编码或拼音首字母", method="by_text")
    nature = f.CodeFilter(label="机构性质", table="nature")
    rank = f.CodeFilter(label="机构规格", table="institution_rank")
    lamp = f.ChoiceFilter(
        label="编制状态",
        choices=[(key, word) for key, (word, _) in STATES.items()],
        method="by_lamp",
    )
    system = f.CodeFilter(label="系统类别", table="system_class", field_name="system_class")
    kind = f.ChoiceFilter(label="类别", choices=EntityKind.choices, field_name="entity_kind")
    status = f.ChoiceFilter(label="状态", choices=UnitStatus.choices, method="by_status")
    under = f.PickerFilter(
        label="所属机构（含下级）",
        url_name="units:suggest",
        lookups=("code", "name"),
        queryset=Unit.objects.none(),
        method="by_subtree",
    )

    class Meta:
        model = Unit
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, on: dt.date | None = None, **kw: Any) -> None:
        self.on = on
        data = data.copy() if data is not None else None
        for name, value in self.presumed.items():
            if data is not None and name not in data:
                data[name] = value
        super().__init__(data, *args, **kw)
        if self.on is not None:
            # who had ended by that day is not among its units at all
            self.filters["status"].field.choices = [(UnitStatus.NORMAL.value, "当时存在")]
        if self.user is not None:
            self.filters["under"].field.queryset = Unit.objects.visible_to(self.user)

    @property
    def in_use(self) -> bool:
        return any(
            self.form[name].value() not in (None, "", [], self.presumed.get(name))
            for name in self.form.fields
        )

    @property
    def more_in_use(self) -> bool:
        return any(
            field.value() not in (None, "", self.presumed.get(field.name))
            for field in self.second_row
        )

    def by_text(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.found_by(value)

    def by_lamp(self, rows: Any, name: str, value: str) -> QuerySet:
        if self.on is None:
            return rows.filter(**STATES[value][1])
        then = {name.replace("total__", "then_", 1): n for name, n in STATES[value][1].items()}
        return rows.filter(**then)

    def by_status(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.filter(status=value) if self.on is None else rows.filter(existed_on(self.on))

    def by_subtree(self, rows: Any, name: str, value: Unit) -> QuerySet:
        return rows.filter(Place.of(value, self.on).inside("path"))
