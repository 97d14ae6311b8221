"""The list of leadership posts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from apps.core import tables as t
from apps.quotas import links


def _quota_page(row: Any) -> str:
    return f"{reverse('quotas:unit', args=[row.unit_id])}#posts"


def _people(row: Any) -> str:
    return links.people(row.unit)


def _ledger(row: Any) -> str:
    return reverse("posts:ledger", args=[row.unit_id])


class _Red(t.NumberColumn):
    def cell(self, value: Any, record: Any, table: Any) -> Any:
        drawn = super().cell(value, record, table)
        return format_html('<span class="is-below">{}</span>', drawn) if value else drawn


class _Lamp(t.LampColumn):
    def getter(self, bound: Any) -> Any:
        return lamp_of


def lamp_of(row: Any) -> tuple[str, str]:
    """Return the lamp of one kind of posts; kinds never net out (L-01)."""
    if row.over:
        return ("red", "超配")
    if row.short:
        return ("blue", "缺配")
    return ("green", "配齐")


class PostTable(t.Table):
    """Units × kinds of posts."""

    key = "posts"
    caption = "领导职数"
    fixed = ("unit",)
    hidden = ("code", "system")
    empty = t.Empty("没有符合条件的领导职数", "换个条件再查；核定职数须有批文，从“职数变动”记账。")

    unit = t.LinkColumn(
        "单位", accessor="unit.name", url=_quota_page, order_by="unit__path", width=20
    )
    code = t.CodeColumn("机构编码", accessor="unit.code", order_by="unit__code")
    rank = t.Column("规格", accessor="unit.rank.label", order_by="unit__rank__sort")
    system = t.Column("系统", accessor="unit.system_class.label")
    post_kind = t.Column("职数类别", accessor="post_kind.label", order_by="post_kind__sort")
    due = t.NumberColumn("应配", order_by="due", to=_ledger, phone="figure")
    filled = t.NumberColumn("实配", order_by="filled", to=_people, phone="figure")
    over = _Red("超配", order_by="over")
    short = t.NumberColumn("缺配", order_by="short")
    lamp = _Lamp("状态", accessor="pk")

    def row_class(self, record: Any) -> str:
        return "is-over" if record.over else ""
