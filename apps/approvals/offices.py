"""The office's own subtree (本级): where numbers run, plans are made and the pool lies."""

from __future__ import annotations

from apps.units.models import Office, Unit


def home(unit: Unit | None = None) -> Unit | None:
    """Return the subtree of the office; before it is named, the root above `unit`."""
    office = Office.objects.select_related("home").first()
    if office is not None:
        return office.home
    if unit is None:
        return None
    return Unit.objects.get(path=unit.path[: Unit.steplen])
