"""The condition “this unit and all below it” of a query bar."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from apps.core import filters as f
from apps.core.scope import within

from .models import Unit


class UnderFilterSet(f.FilterSet):
    """A query bar with a picker of a unit in sight and what lies below it, by today's tree.

    scope_field   path of the column with a row's place in the tree
    """

    scope_field: ClassVar[str] = "scope"
    under_label: ClassVar[str] = "单位（含下级）"

    under = f.PickerFilter(
        label="单位（含下级）",
        url_name="units:suggest",
        lookups=("code", "name"),
        queryset=Unit.objects.none(),
        method="by_subtree",
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        field = self.filters["under"].field
        field.label = self.under_label
        if self.user is not None:
            field.queryset = Unit.objects.visible_to(self.user)

    def by_subtree(self, rows: QuerySet, name: str, value: Unit) -> QuerySet:
        return rows.filter(within([value.path], self.scope_field))
