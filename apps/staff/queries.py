"""Reads of people that return prepared rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from apps.units.models import Unit

from . import finding, secrets
from .models import Occupancy, Person, PostHolding
from .tables import CODES, RELATED


def roster(user: Any, unit: Unit | None = None, *, on: dt.date | None = None) -> QuerySet:
    """Return the spells in the user's scope that hold, in protocol order; of one unit if given.

    on   a past day; None: today
    """
    spells = Occupancy.objects.visible_to(user)
    rows = (spells.open() if on is None else spells.on_day(on)).select_related(*RELATED)
    rows = rows.with_codes(*CODES)
    if unit is not None:
        return rows.filter(unit=unit).order_by("sort", "pk")
    return rows.order_by("scope", "sort", "pk")


def leavers(user: Any) -> QuerySet:
    """Return the ended spells in the user's scope, newest first."""
    rows = Occupancy.objects.visible_to(user).filter(ends_on__isnull=False)
    rows = rows.select_related(*RELATED, "exit_document").with_codes(*CODES, "exit_mode")
    return rows.order_by("-ends_on", "-pk")


@dataclass
class PersonPage:
    """What the page of a person shows: only spells and postings in the reader's scope."""

    person: Person
    spells: list[Occupancy]
    postings: list[PostHolding]
    number: Any
    phone: Any

    @property
    def current(self) -> Occupancy | None:
        return next((spell for spell in self.spells if spell.ends_on is None), None)


def person_page(user: Any, pk: int) -> PersonPage:
    """Return the page of a person in the user's sight. Http404 for foreign and missing alike."""
    people = Person.objects.visible_to(user).select_related(
        "sex",
        "ethnicity",
        "political_status",
        "education",
        "degree",
        "retirement_choice__document",
    )
    person = people.filter(pk=pk).first()
    if person is None:
        raise Http404("没有这个人员，或不在您的查看范围内")
    spells = Occupancy.objects.visible_to(user).filter(person=person)
    spells = spells.select_related("unit", "dept", "document", "exit_document", "work_unit")
    codes = [name for name in CODES if not name.startswith("person")]
    spells = spells.with_codes(*codes, "exit_mode")
    postings = PostHolding.objects.visible_to(user).filter(person=person)
    postings = postings.select_related("unit", "post_kind", "post_level", "document")
    return PersonPage(
        person=person,
        spells=list(spells.order_by("-starts_on", "-pk")),
        postings=list(postings.order_by("-starts_on", "-pk")),
        number=secrets.id_no(person),
        phone=secrets.phone(person),
    )


def number_of(person: Person) -> Any:
    """Return the identity number of a person in sight, masked."""
    return secrets.id_no(person)


def open_spell(user: Any, person: Person) -> Occupancy | None:
    """Return the spell by which a person is in quota, in the user's sight."""
    rows = Occupancy.objects.visible_to(user).open().filter(person=person)
    related = ("person__sex", "unit", "quota_type", "identity", "status", "document", "dept")
    rows = rows.select_related(*related)
    return rows.order_by("-counts", "-starts_on", "-pk").first()


@dataclass(frozen=True)
class Found:
    """One line of the global search."""

    label: str
    url: str
    note: str


def search(user: Any, text: str, limit: int = 10) -> list[Found]:
    """Return people with an open spell in the user's scope, found by name or pinyin."""
    text = text.strip()
    if not text:
        return []
    keys = finding.first(user, text, limit)
    if not keys:
        return []
    shown = ("pk", "person_id", "person__name", "unit__name", "quota_type__label")
    read = Occupancy.objects.filter(pk__in=keys).order_by().values_list(*shown)
    rows = sorted(read, key=lambda row: keys.index(row[0]))
    return [
        Found(name, reverse("staff:detail", args=[person]), f"{unit} · {quota_type}")
        for _, person, name, unit, quota_type in rows
    ]
