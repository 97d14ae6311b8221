"""The numbers of a subtree: one source for the board, the `figures` command and the sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from apps.core.scope import outside, within
from apps.documents.models import ApprovalDocument
from apps.posts import queries as posts
from apps.posts.queries import PostFigures
from apps.quotas import dated
from apps.quotas import queries as quotas
from apps.quotas.queries import Figures, Sums
from apps.quotas.queries.figures import paths_of
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import DocumentUnit, Office, Unit

INSTITUTION = "nature.104"


@dataclass(frozen=True)
class Summary:
    """Everything a leader is told about some subtrees on one day; on is None for today."""

    on: dt.date | None
    quotas: Figures
    posts: PostFigures
    units: int
    institutions: int
    documents: int


def summary(at: Unit | str | Iterable[str], on: dt.date | None = None) -> Summary:
    """Return the numbers of one subtree or several. A handful of queries of any size."""
    on = dated.Day.of(on) if on is not None else None
    paths = paths_of(at)
    units, institutions = bodies_counted(paths, on)
    return Summary(
        on=on,
        quotas=quotas.figures(paths, on),
        posts=posts.figures(paths, on),
        units=units,
        institutions=institutions,
        documents=documents_counted(paths, on),
    )


def bodies_counted(paths: list[str], on: dt.date | None) -> tuple[int, int]:
    """Return how many 法人单位 there are on a day, and how many of them are 事业单位. One query."""
    found = bodies_on(paths, on).aggregate(
        units=Count("path"), institutions=Count("path", filter=Q(nature_id=INSTITUTION))
    )
    return found["units"], found["institutions"]


def bodies_on(paths: list[str], on: dt.date | None) -> Any:
    """Return the 法人单位 that stood there on a day. A unit without dates has always existed."""
    bodies = Unit.objects.order_by().filter(entity_kind=EntityKind.BODY)
    if on is None:
        return bodies.filter(within(paths, "path")).exclude(status=UnitStatus.ABOLISHED)
    then = dated.Day.of(on).moves
    return bodies.filter(
        then.inside((then.path(path) for path in paths), "path"),
        Q(established_on__isnull=True) | Q(established_on__lte=on),
        Q(abolished_on__isnull=True) | Q(abolished_on__gt=on),
    )


def documents_counted(paths: list[str], on: dt.date | None = None) -> int:
    """Return how many documents are registered in the subtrees, or are about units there.

    Of those registered elsewhere only the links are looked at: one query of two parts.
    """
    documents = ApprovalDocument.objects.order_by()
    if on is not None:
        documents = documents.filter(issued_on__lte=on)
    linked = DocumentUnit.objects.filter(within(paths, "scope")).values("document")
    registered = documents.filter(within(paths, "scope")).values("pk")
    about = documents.filter(outside(paths, "scope"), pk__in=linked).values("pk")
    return registered.union(about, all=True).count()


def home_paths() -> list[str]:
    """Return the subtree of this office; all roots while no office is named."""
    office = Office.objects.select_related("home").first()
    if office is not None:
        return [office.home.path]
    return list(Unit.objects.order_by().filter(depth=1).values_list("path", flat=True))


def as_json(found: Summary, *, under: str | None) -> dict[str, Any]:
    """Return the contract of `figures --json` (design.md §10)."""
    total = found.quotas.total
    return {
        "on": found.on.isoformat() if found.on else None,
        "under": under,
        **_sums(total),
        "over_units": total.over,
        "by_type": {
            row.quota_type.label: {
                "code": row.quota_type.value,
                "in_total": row.in_total,
                **_sums(row.sums),
                "over_units": row.sums.over,
            }
            for row in found.quotas.types
        },
        "by_family": {family.label: _sums(sums) for family, sums in found.quotas.families.items()},
        "institutions": found.institutions,
        "units": found.units,
        "documents": found.documents,
        "posts": {
            "due": found.posts.total.due,
            "filled": found.posts.total.filled,
            "over": found.posts.total.over,
            "short": found.posts.total.short,
            "over_units": found.posts.over_units,
            "short_units": found.posts.short_units,
        },
    }


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "approved": sums.approved,
        "actual": sums.actual,
        "reserved": sums.reserved,
        "vacant": {"net": sums.net, "gross": sums.vacant},
        "excess": sums.excess,
    }
