"""Establishment offices: the portal's own (本级), and which office looks after a unit."""

from __future__ import annotations

from apps.units import grants
from apps.units.models import Office, Unit

from .choices import GIVING
from .models import Application


def home(unit: Unit | None = None) -> Unit | None:
    """Return the subtree of the office; before it is named, the root above `unit`."""
    office = Office.objects.select_related("home").first()
    if office is not None:
        return office.home
    if unit is None:
        return None
    return Unit.objects.get(path=unit.path[: Unit.steplen])


def over(path: str) -> str:
    """Return the root of the subtree of the office over the unit at `path`; "": there is none.

    An office is where somebody decides: handlers of one office may each have a part of its units.
    Where nobody decides, it is where somebody examines.
    """
    for permission in ("decide", "examine"):
        if found := grants.nearest(permission, path):
            return found
    return ""


def must_release(application: Application) -> bool:
    """Say whether the office over the unit people leave must agree first: it is another one than
    the receiving unit's, and has somebody who examines. Source: docs/rules.md TR-04."""
    giving = application.other_unit
    if giving is None or all(application.version.step_at(one) is None for one in GIVING):
        return False
    return grants.anyone_holds("examine", giving.path) and over(giving.path) != over(
        application.unit.path
    )
