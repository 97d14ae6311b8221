"""The rows behind a figure of a table, as an address of the query builder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils import timezone

from .query.conditions import Condition
from .query.question import Question
from .query.subjects import SUBJECTS

#: who counts in 实有 (rules Q-01, Q-07)
COUNTED = (Condition("counts", "yes"), Condition("in_total", "yes"))


@dataclass(frozen=True)
class Place:
    """Whose figures a line tells: a unit's subtree, the unit itself, or one class under a node."""

    at: int
    own: bool = False
    section: str = ""


def question(
    subject: str, place: Place, day: dt.date, *more: Condition, whole: bool = False
) -> Question:
    about = SUBJECTS[subject]
    on = None if day == timezone.localdate() else day
    found = Question(about, on=on, at=str(place.at), own=place.own, section=place.section)
    return replace(found, conditions=more, whole=whole, columns=about.columns)


def people(place: Place, day: dt.date, *more: Condition, whole: bool = False) -> str:
    """Return the address of people in a quota on a day; of all spells with `whole`."""
    asked = question("people", place, day, *more, whole=whole)
    return f"{reverse('reports:people')}?{asked.query()}"


def counted(place: Place, day: dt.date, *more: Condition) -> str:
    """Return the address of the people who count in 实有."""
    return people(place, day, *COUNTED, *more)


def units(place: Place, day: dt.date, *more: Condition, whole: bool = False) -> str:
    asked = question("units", place, day, *more, whole=whole)
    return f"{reverse('reports:units')}?{asked.query()}"


def same(field: str, key: str | None) -> Condition:
    """Return the condition that a field holds a key, or is empty."""
    return Condition(field, "eq", (key,)) if key else Condition(field, "empty")
