"""What the first page shows of the reader's own scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, Value
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
#: units named for each thing that is missing
EXAMPLES = 3


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
    lately = Q(starts_on__range=(since, today)) | Q(ends_on__range=(since, today))
    found = (
        Occupancy.objects.order_by()
        .filter(within(paths, "scope"), lately, counts=True)
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
    """Return what is missing in the register, only what is there to do. Two or three queries."""
    unused = ApprovalDocument.objects.order_by().filter(within(paths, "scope"), unit_links=None)
    address = f"{reverse('documents:list')}?{urlencode({'used': 0})}"
    found = [Unfinished("批文还没有机构引用", unused.count(), address), *_units_wanting(paths)]
    return [line for line in found if line.number]


def _units_wanting(paths: Sequence[str]) -> Iterator[Unfinished]:
    """Yield what living 法人单位 want, with some of them: one query, one more for the names."""
    placed = UnitTotal.objects.filter(unit=OuterRef("pk"), approved__gt=0)
    wants: dict[str, Any] = {
        "单位没有核定编制": ~Exists(placed),
        "单位没有填系统类别": Q(system_class=None),
        "单位没有填机构性质": Q(nature=None),
    }
    bodies = Unit.objects.active().bodies().filter(within(paths, "path")).order_by()
    names = {f"want{number}": one for number, one in enumerate(wants.values())}
    counts = bodies.aggregate(**{name: Count("pk", filter=one) for name, one in names.items()})
    some = [
        bodies.filter(names[name]).annotate(want=Value(name)).order_by("path")[:EXAMPLES]
        for name, number in counts.items()
        if number
    ]
    examples: dict[str, list[Unit]] = {}
    # one want alone is a slice, which takes no further order: put in order here
    together = some[0].union(*some[1:], all=True) if some else ()
    for unit in sorted(together, key=attrgetter("path")):
        examples.setdefault(unit.want, []).append(unit)
    for text, name in zip(wants, names, strict=True):
        yield Unfinished(text, counts[name], examples=examples.get(name, []))


def latest_documents(paths: Sequence[str], limit: int = 5) -> list[ApprovalDocument]:
    """Return the documents registered in the subtrees, newest first."""
    rows = ApprovalDocument.objects.filter(within(paths, "scope"))
    return list(rows.order_by("-issued_on", "-pk")[:limit])
