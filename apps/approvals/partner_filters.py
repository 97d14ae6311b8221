"""Query bars of 部门联办."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core import filters as f
from apps.core.scope import within
from apps.staff.filters import PeopleFilter
from apps.units.models import Unit

from .choices import Kind, Partner
from .models import Confirmation
from .queries import differences

STANDINGS = (("late", "已逾期"), ("objected", "异议待答复"), ("answered", "异议已答复"))
DIRECTIONS = (("in", "入编"), ("out", "出编"))
BASES = (("effect", "按入库日期"),)


class SlipFilter(f.FilterSet):
    primary = ("q", "kind", "unit", "state")

    q = f.TextFilter(label="编号、摘要", placeholder="RB2026… 或 姓名", method="by_text")
    kind = f.ChoiceFilter(label="事项", choices=Kind.choices, field_name="application__kind")
    unit = f.PickerFilter(
        label="单位（含下级）",
        url_name="units:suggest",
        queryset=Unit.objects.none(),
        method="by_unit",
    )
    state = f.ChoiceFilter(label="情况", choices=STANDINGS, method="by_standing")
    partner = f.ChoiceFilter(label="联办部门", choices=Partner.choices)

    class Meta:
        model = Confirmation
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["unit"].field.queryset = Unit.objects.visible_to(self.user)

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(
            Q(application__number__istartswith=text)
            | Q(application__summary__contains=text)
            | Q(reference_no__startswith=text)
        )

    def by_unit(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(within([value.path], "scope"))

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "late":
            return rows.filter(due_at__lt=timezone.now())
        return rows.filter(objected_at__isnull=False, answered_at__isnull=value == "objected")


class DifferenceFilter(SlipFilter):
    primary = ("what", "q", "unit", "effected")

    state = None  # type: ignore[assignment]
    what = f.ChoiceFilter(
        label="差异", choices=list(differences.DIFFERENCES.items()), method="by_difference"
    )
    effected = f.DayRangeFilter(label="入库日期", field_name="application__effected_at")

    def by_difference(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(**{f"is_{value}": True})


class ConfirmedFilter(SlipFilter):
    primary = ("q", "kind", "unit", "confirmed")

    state = None  # type: ignore[assignment]
    confirmed = f.DayRangeFilter(label="确认时间", field_name="confirmed_at")


class PayrollFilter(PeopleFilter):
    """Narrows what `queries.joint.changes_between` found; the period is read by the view."""

    primary = ("period", "direction", "under", "quota_type")

    period = f.DayRangeFilter(label="期间", method="kept")
    direction = f.ChoiceFilter(label="变动", choices=DIRECTIONS, method="by_direction")
    basis = f.ChoiceFilter(label="日期口径", choices=BASES, method="kept")

    def kept(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows

    def by_direction(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_exit=value == "out")
