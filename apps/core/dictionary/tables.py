"""Lists of code tables, values and days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from .. import tables as t
from .. import wording
from ..lamps import lamp
from ..models import CodeTable, CodeValue, Holiday
from . import attributes

WEEKDAYS = "一二三四五六日"


class CodeTableTable(t.Table):
    key = "code_tables"
    caption = "代码表"
    empty = t.Empty("没有符合条件的代码表", "换个名称再查。")

    name = t.LinkColumn(
        "名称", order_by=("name",), url=lambda row: reverse("core:code_table", args=[row.pk])
    )
    code = t.CodeColumn("代码", order_by=("code",))
    standard = t.Column("标准", wide_text=True)
    in_use = t.NumberColumn("在用代码数", order_by=("in_use",))
    ended = t.NumberColumn("停用代码数", order_by=("ended",))
    note = t.Column("说明", wide_text=True)

    def row_label(self, record: CodeTable) -> str:
        return record.name


def state_of(value: CodeValue, today: dt.date) -> tuple[str, str]:
    """Return the lamp of a value: in use, not yet, or no longer."""
    if value.valid_to is not None and value.valid_to <= today:
        return ("grey", "已停用")
    if value.valid_from is not None and value.valid_from > today:
        return ("blue", "未启用")
    return ("green", "在用")


class CodeValueTable(t.Table):
    key = "code_values"
    caption = "代码"
    fixed = ("value", "label")
    hidden = ("sort", "external_map", "valid_from")
    empty = t.Empty("没有符合条件的代码", "换个条件再查，或新增一个代码。")

    value = t.LinkColumn(
        "代码值",
        order_by=("value",),
        url=lambda row: reverse("core:code_value", args=[row.pk]),
    )
    label = t.Column("名称", order_by=("label",), wide_text=True)
    parent = t.Column("上级", accessor="parent.label", wide_text=True)
    sort = t.NumberColumn("排序", order_by=("sort",))
    attrs = t.Column("属性", wide_text=True)
    external_map = t.Column("外部代码", wide_text=True)
    valid_from = t.DayColumn("启用日期", order_by=("valid_from",))
    valid_to = t.DayColumn("停用日期", order_by=("valid_to",))
    state = t.LampColumn("状态", accessor="valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()
        self._labels: dict[tuple[str, str], str] | None = None

    def render_attrs(self, record: CodeValue) -> str:
        return self.value_attrs(record) or wording.NOTHING

    def value_attrs(self, record: CodeValue) -> str:
        if self._labels is None:  # all rows are of one table
            self._labels = attributes.labels_for(record.table_id)
        return attributes.summary(record.table_id, record.attrs, self._labels)

    def render_external_map(self, record: CodeValue) -> str:
        return self.value_external_map(record) or wording.NOTHING

    def value_external_map(self, record: CodeValue) -> str:
        return "；".join(f"{name}={code}" for name, code in record.external_map.items())

    def render_state(self, record: CodeValue) -> Any:
        return lamp(*state_of(record, self.today))

    def value_state(self, record: CodeValue) -> str:
        return state_of(record, self.today)[1]

    def row_class(self, record: CodeValue) -> str:
        return "is-muted" if state_of(record, self.today)[0] == "grey" else ""


class HolidayTable(t.Table):
    key = "holidays"
    caption = "节假日"
    empty = t.Empty("这一年还没有登记", "新增日期，或用导入一次登记全年。")

    day = t.LinkColumn(
        "日期",
        order_by=("day",),
        url=lambda row: reverse("core:holiday_edit", args=[row.day.isoformat()]),
        width=10,
    )
    weekday = t.Column("星期", accessor="day")
    kind = t.LampColumn("类别")
    name = t.Column("名称", order_by=("name",))
    source = t.Column("依据", wide_text=True)

    def render_weekday(self, record: Holiday) -> str:
        return f"星期{WEEKDAYS[record.day.weekday()]}"

    def value_weekday(self, record: Holiday) -> str:
        return self.render_weekday(record)

    def render_kind(self, record: Holiday) -> Any:
        tone = "green" if record.kind == Holiday.Kind.HOLIDAY else "amber"
        return lamp(tone, record.get_kind_display())

    def value_kind(self, record: Holiday) -> str:
        return record.get_kind_display()
