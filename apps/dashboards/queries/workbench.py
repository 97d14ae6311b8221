"""What the first page shows of the reader's own scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.core.models import Job
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.quotas.models import UnitTotal
from apps.staff.models import Occupancy, Publicity
from apps.units.models import Unit

RECENT = 30  # days that count as lately
#: where more people than this are in scope their spells are not counted on a first page
MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class Flow:
    """People in and out since a day. Whole people; a move within the scope is in both."""

    since: dt.date
    entered: int
    left: int


def flow(paths: Sequence[str], today: dt.date, people: int) -> Flow | None:
    """Return entries and exits of the last days, in numbers: a first page names nobody.

    people   heads in scope; of a whole province it is not counted here. One query.
    """
    if people > MOST_PEOPLE:
        return None
    since = today - dt.timedelta(days=RECENT)
    found = (
        Occupancy.objects.order_by()
        .filter(within(paths, "scope"), counts=True)
        .aggregate(
            entered=Count("pk", filter=Q(starts_on__gte=since, starts_on__lte=today)),
            left=Count("pk", filter=Q(ends_on__gte=since, ends_on__lte=today)),
        )
    )
    return Flow(since, found["entered"], found["left"])


def units_in(unit: Unit, limit: int) -> list[Unit]:
    """Return units below one: the over-staffed first, then in protocol order. One query."""
    rows = Unit.objects.under(unit).active().bodies().exclude(pk=unit.pk)
    rows = rows.select_related("total").annotate(over=Coalesce("total__excess", 0))
    return list(rows.order_by("-over", "path")[:limit])


def my_jobs(user: Any, limit: int = 5) -> list[Job]:
    return list(Job.objects.filter(owner=user).order_by("-created_at", "pk")[:limit])


def publicities(user: Any, limit: int = 5) -> list[Publicity]:
    """Return the notices that hang, those that end first first. One query."""
    rows = Publicity.objects.visible_to(user).filter(closed_on__isnull=True)
    return list(rows.select_related("unit").order_by("ends_on", "pk")[:limit])


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
