"""Query bars and tables of 机构沿革 and 挂牌."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from apps.core import filters as f
from apps.core import tables as t

from .choices import EventKind, PlateKind
from .events import Told, told_of
from .models import Nameplate, Unit, UnitEvent
from .rules import may_maintain
from .under import UnderFilterSet

CHUNK = 2_000


class _UnderFilter(UnderFilterSet):
    under_label = "机构（含下级）"


class EvolutionFilter(_UnderFilter):
    primary = ("under", "on", "kind", "number")

    on = f.DayRangeFilter(label="生效日期", field_name="on")
    kind = f.ChoiceFilter(
        label="事项", choices=[one for one in EventKind.choices if one[0] != EventKind.INITIAL]
    )
    number = f.TextFilter(label="批准文号", placeholder="文号的一部分", method="by_number")

    class Meta:
        model = UnitEvent
        fields: list[str] = []

    def by_number(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(document__number__contains=value.strip())


class EvolutionTable(t.Table):
    """Events in words; what they name is looked up once for each page."""

    key = "evolution"
    caption = "机构沿革表"
    fixed = ("unit",)
    empty = t.Empty("没有符合条件的沿革事项", "换个时间段或机构再查；初始录入不列在这里。")

    unit = t.LinkColumn(
        "机构", accessor="unit.name", url=lambda told: _history(told.unit), width=12
    )
    on = t.DayColumn("生效日期", order_by="on")
    kind = t.Column("事项", width=6)
    document = t.DocumentColumn("批准文号")
    before = t.Column("变动前", accessor="event", wide_text=True, width=10)
    after = t.Column("变动后", accessor="event", wide_text=True, width=10)
    parts = t.Column("前身与继任", accessor="event", wide_text=True, width=10)
    note = t.Column("说明", wide_text=True, width=10)

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kw: Any) -> None:
        super().__init__(*args, request=request, **kw)
        self.reader = request.user if request is not None else None

    def paginate_for(self, request: HttpRequest) -> None:
        super().paginate_for(request)
        self.page.object_list = told_of(list(self.page.object_list), self.reader)

    def render_before(self, record: Told) -> str:
        return "；".join(record.before) or "—"

    def render_after(self, record: Told) -> str:
        return "；".join(record.after) or "—"

    def render_parts(self, record: Told) -> str:
        return "；".join(f"{role} {unit.name}" for role, unit in record.parts) or "—"

    value_before, value_after, value_parts = render_before, render_after, render_parts

    def export_rows(self) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Whole query, in chunks that are put into words together."""
        events = self.data.data
        self.data.data = self._told(events)
        return super().export_rows()

    def _told(self, events: Any) -> Iterator[Told]:
        chunk: list[UnitEvent] = []
        for event in events.iterator(chunk_size=CHUNK):
            chunk.append(event)
            if len(chunk) == CHUNK:
                yield from told_of(chunk, self.reader)
                chunk = []
        yield from told_of(chunk, self.reader)


def _history(unit: Unit) -> str:
    return reverse("units:history", args=[unit.pk])


class PlateFilter(_UnderFilter):
    primary = ("q", "kind", "state", "under")

    q = f.TextFilter(label="牌子或机构", placeholder="名称或拼音首字母", method="by_text")
    kind = f.ChoiceFilter(label="类别", choices=PlateKind.choices)
    state = f.ChoiceFilter(
        label="状态", choices=[("open", "在挂"), ("ended", "已摘")], method="by_state"
    )

    class Meta:
        model = Nameplate
        fields: list[str] = []

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        own = Q(name__holds=value) | Q(name_initials__startswith=value.lower())
        return rows.filter(own | Q(unit__name__holds=value))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(ends_on__isnull=value == "open")


class PlateTable(t.Table):
    key = "plates"
    caption = "挂牌机构"
    fixed = ("name",)
    empty = t.Empty("没有符合条件的牌子", "换个条件再查，或从批文登记挂牌。")

    name = t.Column("牌子名称", order_by="name", wide_text=True, width=10)
    unit = t.LinkColumn("机构", accessor="unit.name", url=lambda plate: _history(plate.unit))
    kind = t.Column("类别", accessor="get_kind_display", order_by="kind")
    starts_on = t.DayColumn("挂牌日期", order_by="starts_on")
    ends_on = t.DayColumn("摘牌日期", order_by="ends_on")
    document = t.DocumentColumn("批准文号")
    basis = t.Column("依据", accessor="recognised")
    actions = t.ActionsColumn(lambda plate, user: _verbs(plate, user))

    def render_basis(self, value: bool) -> str:
        return "由机构名称识别" if value else "按批文登记"

    value_basis = render_basis


def _verbs(plate: Nameplate, user: Any) -> list[tuple[str, str]]:
    if plate.ends_on is not None or plate.recognised or not may_maintain(user, plate.unit):
        return []
    return [("摘牌", reverse("units:plate_off", args=[plate.pk]))]
