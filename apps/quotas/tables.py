"""The lists of quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from apps.core import tables as t
from apps.core import wording
from apps.core.models import CodeValue
from apps.units.lamps import lamp_of, total_of

from . import links
from .choices import OverageKind, QuotaFamily
from .overview import cell_of
from .standing import lamp_of as cell_lamp


def _quota_page(unit: Any) -> str:
    return reverse("quotas:unit", args=[unit.pk])


class _Sum(t.NumberColumn):
    """A sum over the types that count; empty where none is kept."""

    def __init__(self, label: str, name: str, **kw: Any) -> None:
        super().__init__(label, accessor=name, order_by=f"total__{name}", **kw)
        self.sum_name = name

    def getter(self, bound: Any) -> Any:
        return lambda unit: getattr(total_of(unit), self.sum_name, None)


class _Excess(_Sum):
    def cell(self, value: Any, record: Any, table: Any) -> Any:
        drawn = super().cell(value, record, table)
        return format_html('<span class="is-below">{}</span>', drawn) if value else drawn


class _Rate(t.PercentColumn):
    def __init__(self, label: str) -> None:
        super().__init__(label, part="total.actual", whole="total.approved", phone="hide")

    def getter(self, bound: Any) -> Any:
        def pair(unit: Any) -> tuple[int | None, int | None]:
            total = total_of(unit)
            return (total.actual, total.approved) if total is not None else (None, None)

        return pair

    def cell(self, value: Any, record: Any, table: Any) -> Any:
        # the 合计 row gives no record and the pair itself
        return super().cell(value, record, table)


class _Lamp(t.LampColumn):
    def getter(self, bound: Any) -> Any:
        return lamp_of


class TypeColumn(t.NumberColumn):
    """核定, 实有 and the difference of one type in one cell; in exports three columns."""

    kind = "num trio-cell"
    parts = ("核定", "实有", "空超")

    def __init__(self, quota_type: CodeValue) -> None:
        super().__init__(quota_type.label, accessor="pk", phone="hide")
        self.key = quota_type.pk

    def getter(self, bound: Any) -> Any:
        def value(unit: Any) -> tuple[int, int] | None:
            cell = cell_of(unit, self.key)
            return (cell["a"], cell["c"]) if cell is not None else None

        return value

    def cell(self, value: Any, record: Any, table: Any) -> Any:
        if value is None:
            return self.empty
        approved, actual = value
        places: Any = approved
        people: Any = actual
        if record is not None:
            places = format_html('<a href="{}">{}</a>', links.ledger(record, self.key), approved)
            address = links.people(record, self.key)
            if address and actual:
                people = format_html('<a href="{}">{}</a>', address, actual)
        net = approved - actual
        return format_html(
            '<span class="trio"><span>{}</span><span>{}</span><span class="{}">{}</span></span>',
            places,
            people,
            "is-below" if net < 0 else "trio-net",
            wording.signed(net),
        )

    def numbers(self, value: tuple[int, int] | None) -> tuple[int | None, ...]:
        """Return what an export writes for one cell."""
        if value is None:
            return (None, None, None)
        return (*value, value[0] - value[1])


class _Posts(t.NumberColumn):
    def __init__(self, label: str, figure: str, **kw: Any) -> None:
        super().__init__(label, accessor="pk", phone="hide", **kw)
        self.figure = figure

    def getter(self, bound: Any) -> Any:
        return lambda unit: unit.posts[self.figure] if unit.posts else None


class OverviewTable(t.Table):
    """Units and their sums; `overview_table` adds the columns of each type."""

    key = "quota-overview"
    caption = "单位编制台账"
    fixed = ("name",)
    hidden = ("code", "system", "rank", "reserved")
    empty = t.Empty(
        "没有符合条件的单位", "换个条件再查；还没有核定编制的单位请在“编制状态”中选“全部”。"
    )

    name = t.LinkColumn("单位", url=_quota_page, order_by="path", width=20)
    code = t.CodeColumn("机构编码", order_by="code")
    system = t.Column("系统", accessor="system_class.label", order_by="system_class__sort")
    rank = t.Column("规格", accessor="rank.label", order_by="rank__sort")
    approved = _Sum("核定", "approved", to=links.ledger, phone="figure")
    actual = _Sum("实有", "actual", to=links.people, phone="figure")
    reserved = _Sum("在途", "reserved")
    vacant = _Sum("空编", "vacant")
    excess = _Excess("超编", "excess")
    rate = _Rate("使用率")
    lamp = _Lamp("状态", accessor="status")
    posts_due = _Posts("职数应配", "d")
    posts_filled = _Posts("职数实配", "f")
    posts_over = _Posts("超配", "o")
    posts_short = _Posts("缺配", "s")

    def row_class(self, record: Any) -> str:
        total = total_of(record)
        return "is-over" if total is not None and total.over_types else ""

    def export_rows(self) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Return headings and rows as shown, each type spread over three columns of numbers."""
        headers, rows = super().export_rows()
        shown = [b.column for b in self.columns if not b.column.exclude_from_export]
        spread = [
            f"{header}{part}" if part else header
            for header, column in zip(headers, shown, strict=True)
            for part in (TypeColumn.parts if isinstance(column, TypeColumn) else ("",))
        ]

        def line(row: tuple[Any, ...]) -> tuple[Any, ...]:
            cells: list[Any] = []
            for value, column in zip(row, shown, strict=True):
                if isinstance(column, TypeColumn):
                    cells += column.numbers(value)
                else:
                    cells.append(value)
            return tuple(cells)

        return spread, (line(row) for row in rows)


def overview_table(types: Iterable[CodeValue]) -> type[OverviewTable]:
    """Return the overview with one column for each type, before the posts.

    Those of 行政 and 事业 are shown at first; the reader switches the others on.
    """
    columns: dict[str, Any] = {}
    hidden = list(OverviewTable.hidden)
    for kind in types:
        columns[f"t{kind.value}"] = TypeColumn(kind)
        if kind.attrs.get("family") not in (QuotaFamily.ADMIN, QuotaFamily.INSTITUTION):
            hidden.append(f"t{kind.value}")
    posts = [name for name in OverviewTable.base_columns if name.startswith("posts_")]
    meta = type("Meta", (), {"sequence": ("...", *posts)})
    return type(
        "OverviewTable", (OverviewTable,), {**columns, "hidden": tuple(hidden), "Meta": meta}
    )


class OverTable(t.Table):
    """Cells above their places: unit × type."""

    key = "quota-over"
    caption = "超编单位"
    fixed = ("unit",)
    hidden = ("code", "system")
    empty = t.Empty("没有超编单位", "查看范围内各单位各类型的实有人数都不超过核定数。")

    unit = t.LinkColumn(
        "单位",
        accessor="unit.name",
        url=lambda row: _quota_page(row.unit),
        order_by="unit__path",
        width=20,
    )
    code = t.CodeColumn("机构编码", accessor="unit.code", order_by="unit__code")
    system = t.Column("系统", accessor="unit.system_class.label")
    quota_type = t.Column("编制类型", accessor="quota_type.label", order_by="quota_type__sort")
    approved = t.NumberColumn(
        "核定",
        order_by="approved",
        to=lambda row: links.ledger(row.unit, row.quota_type_id),
        phone="figure",
    )
    actual = t.NumberColumn(
        "实有",
        order_by="actual",
        to=lambda row: links.people(row.unit, row.quota_type_id),
        phone="figure",
    )
    excess = t.NumberColumn("超编", order_by="excess")
    rate = t.PercentColumn("超编比例", part="excess", whole="approved", phone="hide")
    basis = t.Column("依据", accessor="basis", wide_text=True)
    lamp = t.LampColumn("状态", accessor="pk")

    def render_excess(self, value: int) -> Any:
        return format_html('<span class="is-below">{}</span>', value)

    def render_lamp(self, record: Any) -> Any:
        from apps.core.lamps import lamp

        return lamp(*cell_lamp(approved=record.approved, actual=record.actual))

    def value_lamp(self, record: Any) -> str:
        return cell_lamp(approved=record.approved, actual=record.actual)[1]

    def render_basis(self, record: Any) -> str:
        return basis_of(record)

    def value_basis(self, record: Any) -> str:
        return basis_of(record)


def basis_of(row: Any) -> str:
    """Return why a cell may stand above its places, from the kinds read with it."""
    kinds = row.basis or []
    words = [OverageKind(k).label for k in (OverageKind.LEGACY, OverageKind.DOCUMENT) if k in kinds]
    return "、".join(words) or "—"
