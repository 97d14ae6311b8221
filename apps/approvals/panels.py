"""办件 on the page of a person: what was and is asked for them, in the reader's sight."""

from __future__ import annotations

from typing import Any

from apps.quotas.panels import Panel
from apps.staff.models import Person

from .choices import State
from .models import Application, Line

MOST = 20


def panel_of(person: Person, user: Any) -> Panel | None:
    """Return the applications of a person, newest first; None without any. Two queries.

    Somebody new is known by the number of the application until the entry makes them a person.
    """
    lines = Line.objects.filter(person=person) | Line.objects.filter(
        person_key=bytes(person.id_no_bi)
    )
    keys = lines.order_by().values("application")
    rows = Application.objects.visible_to(user).filter(pk__in=keys)
    rows = rows.exclude(state=State.DRAFT).exclude(number__isnull=True)
    cases = list(rows.select_related("unit", "version").order_by("-pk")[:MOST])
    return Panel("approvals/_person.html", {"cases": cases}) if cases else None
