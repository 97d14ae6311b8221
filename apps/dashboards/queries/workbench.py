"""What the first page shows of the reader's own scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from apps.core.models import Job
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.quotas.models import UnitTotal
from apps.staff.models import Occupancy
from apps.units.models import Unit

from .movements import Movement, movements

RECENT = 90  # days that count as lately
LINES = 10
#: where more people than this are in scope, single entries and exits are no news
MOST_PEOPLE = 100_000


def lately(paths: Sequence[str], today: dt.date, people: int) -> list[Movement]:
    """Return what changed lately: places, posts, units, people in and out. Five queries.

    people   heads in scope; of a whole province entries are not listed one by one
    """
    found = movements(paths, LINES)
    if people <= MOST_PEOPLE:
        found += _spells(paths, today)
    return sorted(found, key=lambda line: line.on, reverse=True)[:LINES]


def _spells(paths: Sequence[str], today: dt.date) -> list[Movement]:
    """Return entries and exits by unit and day, in numbers: a first page names nobody."""
    since = today - dt.timedelta(days=RECENT)
    spells = Occupancy.objects.order_by().filter(within(paths, "scope"))
    lines: list[tuple[dt.date, int, str, int, str]] = []
    for field, word, tone in (("starts_on", "入编", "up"), ("ends_on", "出编", "down")):
        rows = (
            spells.filter(**{f"{field}__gte": since, f"{field}__lte": today})
            .values_list(field, "unit_id")
            .annotate(n=Count("pk"))
            .order_by(f"-{field}", "unit_id")[:LINES]
        )
        lines += [(on, unit_id, word, number, tone) for on, unit_id, number in rows]
    units = Unit.objects.in_bulk([line[1] for line in lines])
    return [
        Movement(
            on,
            units[unit_id],
            f"{word} {number} 人",
            None,
            tone,
            reverse("staff:unit", args=[unit_id]),
        )
        for on, unit_id, word, number, tone in lines
    ]


def my_jobs(user: Any, limit: int = 5) -> list[Job]:
    return list(Job.objects.filter(owner=user).order_by("-created_at", "pk")[:limit])


@dataclass(frozen=True)
class Unfinished:
    """Something the office has still to complete. examples: units to begin with."""

    text: str
    number: int
    url: str = ""
    examples: Sequence[Unit] = ()


def unfinished(paths: Sequence[str]) -> list[Unfinished]:
    """Return what is missing in the register, only what is there to do. About six queries."""
    registered = ApprovalDocument.objects.order_by().filter(within(paths, "scope"))
    documents = reverse("documents:list")
    bodies = Unit.objects.active().bodies().filter(within(paths, "path"))
    placed = UnitTotal.objects.filter(within(paths, "scope"), approved__gt=0).values("unit")
    found = [
        Unfinished(
            "批文还没有机构引用",
            registered.filter(unit_links=None).count(),
            f"{documents}?{urlencode({'used': 0})}",
        ),
        _units("单位没有核定编制", bodies.exclude(pk__in=placed)),
        _units("单位没有填系统类别", bodies.filter(system_class=None)),
        _units("单位没有填机构性质", bodies.filter(nature=None)),
    ]
    return [line for line in found if line.number]


def _units(text: str, units: QuerySet) -> Unfinished:
    number = units.count()
    return Unfinished(text, number, examples=list(units.order_by("path")[:3]) if number else [])


def latest_documents(paths: Sequence[str], limit: int = 5) -> list[ApprovalDocument]:
    """Return the documents registered in the subtrees, newest first."""
    rows = ApprovalDocument.objects.filter(within(paths, "scope"))
    return list(rows.order_by("-issued_on", "-pk")[:limit])
