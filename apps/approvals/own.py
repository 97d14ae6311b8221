"""The cases a user follows as their applicant."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from apps.core.scope import within

from .choices import ENDED, State
from .models import Application


def mine_of(user: Any) -> QuerySet:
    """Return the cases a user follows as applicant: their own, and those of their units.

    First what waits for them (待补正), then drafts, then what is under way, then the drafts that
    the system opened (there may be many at a turn of the month), then the rest.
    """
    own = within(user.subtrees("file_for"), "scope") | Q(applicant=user)
    rank = Case(
        When(state=State.RETURNED, then=Value(0)),
        When(state=State.DRAFT, applicant=None, then=Value(3)),
        When(state=State.DRAFT, then=Value(1)),
        When(state__in=ENDED, then=Value(4)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Application.objects.visible_to(user).filter(own)
    rows = rows.exclude(state=State.WITHDRAWN, number=None)  # drafts that were thrown away
    return rows.select_related("unit", "version").annotate(rank=rank).order_by("rank", "-pk")
