"""A picker of the units whose notices the user keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.core import forms as f
from apps.core.scope import within
from apps.units.choices import EntityKind
from apps.units.models import Unit


class OwnUnitField(f.PickerField):
    """A 法人单位 below a subtree the user keeps; classified ones are refused with a sentence."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            url_name="units:suggest",
            queryset=Unit.objects.none(),
            lookups=("code", "name"),
        )

    def let_choose_of(self, user: Any, permissions: Iterable[str]) -> None:
        """Narrow the choices to what one of the permissions covers."""
        paths = [path for name in permissions for path in user.subtrees(name)]
        rows = Unit.objects.active().filter(within(paths, "path"))
        self.queryset = rows.exclude(entity_kind=EntityKind.DEPARTMENT)
