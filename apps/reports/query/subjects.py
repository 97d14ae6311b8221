"""What a question can be about, and which rows of it a reader may ask of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.staff.models import Occupancy
from apps.units.models import Unit

from . import people, units
from .fields import Field


@dataclass(frozen=True)
class Subject:
    """rows: (user, day, whole) → queryset in the user's scope; whole: also what has ended."""

    name: str
    label: str
    noun: str
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    order: tuple[str, ...]
    whole: str
    rows: Callable[[Any, dt.date, bool], QuerySet]
    url: Callable[[Any], str]

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


def _spells(user: Any, day: dt.date, whole: bool) -> QuerySet:
    spells = Occupancy.objects.visible_to(user).order_by()
    return spells if whole else spells.on_day(day)


def _units(user: Any, day: dt.date, whole: bool) -> QuerySet:
    found = Unit.objects.visible_to(user).order_by()
    if whole:
        return found
    return found.filter(
        Q(established_on__isnull=True) | Q(established_on__lte=day),
        Q(abolished_on__isnull=True) | Q(abolished_on__gt=day),
    )


def _person_url(spell: Any) -> str:
    return str(spell.person.get_absolute_url())


SUBJECTS = {
    "people": Subject(
        "people", "人员", "人", people.FIELDS, people.COLUMNS, people.ORDER, "含已出编的",
        _spells, _person_url,
    ),
    "units": Subject(
        "units", "机构", "个机构", units.FIELDS, units.COLUMNS, units.ORDER, "含已撤销和未设立的",
        _units, lambda unit: str(unit.get_absolute_url()),
    ),
}  # fmt: skip
