"""The query bar of the inbox, the same for every tab."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q, QuerySet

from apps.core import filters as f
from apps.units.models import Unit
from apps.units.under import UnderFilterSet

from .choices import Kind, State
from .models import Application
from .queries import inbox


class InboxFilter(UnderFilterSet):
    """at: where the application is on the rows, “application__” for steps and copies."""

    at: ClassVar[str] = ""
    primary = ("q", "kind", "under", "lamp")

    q = f.TextFilter(label="查找", placeholder="姓名、单位或受理编号", method="by_text")
    kind = f.ChoiceFilter(label="事项", choices=Kind.choices, method="by_kind")
    lamp = f.ChoiceFilter(label="时限", choices=inbox.LAMPS, method="by_lamp")
    state = f.ChoiceFilter(
        label="当前环节",
        choices=[one for one in State.choices if one[0] != State.DRAFT],
        method="by_state",
    )

    class Meta:
        model = Application
        fields: list[str] = []

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        units = Unit.objects.found_by(value).order_by().values("pk")
        return rows.filter(
            Q(**{f"{self.at}summary__icontains": value})
            | Q(**{f"{self.at}number__istartswith": value})
            | Q(**{f"{self.at}unit__in": units})
        )

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(**{f"{self.at}kind": value})

    def by_lamp(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return inbox.by_lamp(rows, value, self.at)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(**{f"{self.at}state": value})


class ToldFilter(InboxFilter):
    """Of rows that point to an application: steps and copies."""

    at = "application__"
    scope_field = "application__scope"
