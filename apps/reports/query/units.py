"""Fields of a unit, with its figures on a day."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from apps.units.choices import EntityKind, UnitStatus

from .fields import Field, Kind
from .figures_of_units import figure

BASIC, ATTRIBUTES, FIGURES = "基本信息", "机构属性", "编制数字"


def _code(name: str, label: str, path: str, table: str) -> Field:
    return Field(
        name, label, Kind.CODE, path, table=table, related=(path,), groups=True,
        section=ATTRIBUTES, width=14,
    )  # fmt: skip


def _figure(name: str, label: str) -> Field:
    return Field(
        name, label, Kind.NUMBER, f"on_day_{name}", make=partial(_made, name), sums=True,
        section=FIGURES, width=8,
    )  # fmt: skip


def _made(name: str, day: dt.date) -> Any:
    return figure(name, day)


FIELDS = (
    Field("name", "机构名称", Kind.TEXT, "name", section=BASIC, width=30),
    Field("short_name", "简称", Kind.TEXT, "short_name", section=BASIC, width=16),
    Field("code", "机构编码", Kind.TEXT, "code", section=BASIC, width=16),
    Field("uscc", "统一社会信用代码", Kind.TEXT, "uscc", section=BASIC, width=22),
    Field("place", "所在范围", Kind.PLACE, "path", section=BASIC),
    Field("kind", "类别", Kind.CHOICE, "entity_kind", choices=tuple(EntityKind.choices),
          groups=True, section=BASIC, show=lambda unit: unit.get_entity_kind_display()),
    Field("status", "状态", Kind.CHOICE, "status", choices=tuple(UnitStatus.choices),
          groups=True, section=BASIC, show=lambda unit: unit.get_status_display()),
    Field("established_on", "设立日期", Kind.DAY, "established_on", section=BASIC),
    Field("abolished_on", "撤销日期", Kind.DAY, "abolished_on", section=BASIC),
    Field("region", "行政区划", Kind.TEXT, "region__name", related=("region",), groups=True,
          section=BASIC),
    _code("system", "系统类别", "system_class", "system_class"),
    _code("nature", "机构性质", "nature", "nature"),
    _code("category", "机构类别", "category", "unit_category"),
    _code("rank", "机构规格", "rank", "institution_rank"),
    _code("pi_class", "事业单位分类", "pi_class", "pi_class"),
    _code("funding", "经费形式", "funding", "funding"),
    _code("subordination", "隶属关系", "subordination", "subordination"),
    Field("is_ref", "参照公务员法管理", Kind.YES, "is_civil_service_ref", section=ATTRIBUTES),
    Field("is_classified", "涉密", Kind.YES, "is_classified", section=ATTRIBUTES),
    _figure("approved", "核定编制"),
    _figure("actual", "实有人员"),
    _figure("vacant", "空编"),
    _figure("excess", "超编"),
    _figure("over_types", "超编类型数"),
)  # fmt: skip

COLUMNS = ("name", "nature", "rank", "system", "approved", "actual", "vacant", "excess")
ORDER = ("path",)
