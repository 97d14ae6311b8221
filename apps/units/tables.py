"""The lists of units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from apps.core import tables as t

from . import queries
from .lamps import lamp_of, total_of
from .models import Unit

_BRACKETED = re.compile(r"（[^（）]*）")


class _Sum(t.NumberColumn):
    """A sum of the unit's balances; empty where none are kept."""

    def __init__(self, label: str, name: str, **kw: Any) -> None:
        super().__init__(label, accessor=name, order_by=f"total__{name}", **kw)
        self.name_of_sum = name

    def getter(self, bound: Any) -> Any:
        return lambda unit: getattr(total_of(unit), self.name_of_sum, None)


class _Lamp(t.LampColumn):
    def getter(self, bound: Any) -> Any:
        return lamp_of


def _quotas(unit: Unit) -> str:
    try:
        return reverse("quotas:unit", args=[unit.pk])
    except NoReverseMatch:
        return unit.get_absolute_url()


class _Over(_Sum):
    """超编: red where there is any."""

    def cell(self, value: Any, record: Any, table: Any) -> Any:
        drawn = super().cell(value, record, table)
        if value:
            return format_html('<span class="is-below">{}</span>', drawn)
        return drawn


class _Name(t.LinkColumn):
    """The name; behind it by which other name the search found the unit."""

    def cell(self, value: Any, record: Any, table: Any) -> Any:
        drawn = super().cell(value, record, table)
        other = table.also_known.get(record.pk)
        return format_html('{} <span class="muted">{}</span>', drawn, other) if other else drawn


class UnitTable(t.Table):
    also_known: Mapping[int, str] = MappingProxyType({})
    key = "units"
    caption = "机构库"
    fixed = ("name",)
    hidden = ("short_name", "uscc", "kind", "category", "funding", "established_on")
    empty = t.Empty(
        "没有符合条件的机构", "换个条件再查；已撤销的机构请在“状态”中选“已撤销”或“全部”。"
    )

    name = _Name("机构名称", order_by="name", width=20)
    code = t.CodeColumn("机构编码", order_by="code", phone="hide")
    short_name = t.Column("简称", phone="hide")
    parent = t.Column("上级机构", accessor="parent_name", phone="hide")
    nature = t.Column("性质", accessor="nature.label", order_by="nature__sort", phone="hide")
    rank = t.Column("规格", accessor="rank.label", order_by="rank__sort", phone="hide")
    approved = _Sum("核定", "approved", to=_quotas, phone="figure")
    actual = _Sum("实有", "actual", to=_quotas, phone="figure")
    vacant = _Sum("空编", "vacant", phone="hide")
    excess = _Over("超编", "excess", phone="hide")
    lamp = _Lamp("状态", accessor="status")
    system = t.Column(
        "系统", accessor="system_class.label", order_by="system_class__sort", phone="hide"
    )
    kind = t.Column("类别", accessor="get_entity_kind_display", order_by="entity_kind")
    category = t.Column("机构类别", accessor="category.label")
    funding = t.Column("经费形式", accessor="funding.label")
    uscc = t.CodeColumn("统一社会信用代码", order_by="uscc")
    established_on = t.DayColumn("设立日期", order_by="established_on")

    def render_parent(self, value: str | None) -> str:
        """Leave out what stands in brackets (加挂、合署): the row stays one line high."""
        return _BRACKETED.sub("", value) or value if value else "—"

    def row_class(self, record: Unit) -> str:
        if not record.is_active:
            return "is-muted"
        total = total_of(record)
        return "is-over" if total is not None and total.over_types else ""

    def paginate_for(self, request: HttpRequest) -> None:
        super().paginate_for(request)
        text = request.GET.get("q", "").strip()
        if text:
            self.also_known = queries.also_known(list(self.page.object_list), text)


class DepartmentTable(t.Table):
    """What stands inside a unit: its departments, then the units under it."""

    key = "unit-departments"
    caption = "内设机构和下属单位"
    fixed = ("name",)
    hidden = ("code",)
    empty = t.Empty(
        "没有内设机构和下属单位", "设立须有批文：登记批文后，用右上角的“设立下级机构”办理。"
    )

    name = t.LinkColumn("名称", width=20)
    kind = t.Column("类别", accessor="get_entity_kind_display")
    group = t.Column("所在分组", accessor="group_name", phone="hide")
    code = t.CodeColumn("机构编码")
    rank = t.Column("规格", accessor="rank.label")
    head = t.Column("负责人", accessor="head_name")
    approved = _Sum("核定", "approved", phone="figure")
    actual = _Sum("实有", "actual", phone="figure")
    lamp = _Lamp("状态", accessor="status")

    def row_class(self, record: Unit) -> str:
        return "" if record.is_active else "is-muted"


class UnitDocumentTable(t.Table):
    """The documents about one unit, with what came of each here."""

    key = "unit-documents"
    caption = "涉及本机构的批文"
    fixed = ("number",)
    hidden = ("issuer",)
    empty = t.Empty("还没有涉及本机构的批文", "登记机构、编制、职数的变动时引用的批文会列在这里。")

    number = t.LinkColumn("文号", order_by="number", width=16)
    title = t.Column("标题", wide_text=True, width=20)
    issuer = t.Column("发文机关")
    issued_on = t.DayColumn("发文日期", order_by="issued_on")
    kind = t.Column("文件类别", accessor="kind.label")
    effect = t.Column("本机构的变动", accessor="effect_here", wide_text=True, width=16)
    original = t.Column("原件", accessor="file_name")

    def render_original(self, value: str, record: Any) -> str:
        return "已上传" if record.file else "—"
