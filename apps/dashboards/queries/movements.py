"""What changed lately in some subtrees: places, posts, units; for the boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core import wording
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.posts import queries as posts
from apps.quotas import queries as quotas
from apps.units.models import Unit, UnitEvent

#: events that tell nothing new: the state taken over at first entry
_OLD = ("initial",)


@dataclass(frozen=True)
class Movement:
    """One line: on a day something happened to a unit, by a document.

    tone   "up", "down" or "" for the sign of a figure
    """

    on: dt.date
    unit: Unit
    text: str
    document: ApprovalDocument | None
    tone: str = ""


def movements(paths: Sequence[str], limit: int = 20, on: dt.date | None = None) -> list[Movement]:
    """Return the latest movements, newest first. Three queries.

    on   only those of this day or before it
    """
    found = [*_places(paths, limit, on), *_posts(paths, limit, on), *_events(paths, limit, on)]
    return sorted(found, key=lambda line: line.on, reverse=True)[:limit]


def _places(paths: Sequence[str], limit: int, on: dt.date | None) -> Iterable[Movement]:
    for entry in quotas.latest_changes(paths, limit, on):
        kind = entry.get_kind_display()
        yield Movement(
            entry.on,
            entry.unit,
            f"{entry.quota_type.label} {wording.signed(entry.change)}（{kind}）",
            entry.document,
            "up" if entry.change > 0 else "down",
        )


def _posts(paths: Sequence[str], limit: int, on: dt.date | None) -> Iterable[Movement]:
    for entry in posts.latest_changes(paths, limit, on):
        yield Movement(
            entry.on,
            entry.unit,
            f"{entry.post_kind.label}职数 {wording.signed(entry.change)}",
            entry.document,
            "up" if entry.change > 0 else "down",
        )


def _events(paths: Sequence[str], limit: int, on: dt.date | None) -> Iterable[Movement]:
    events = UnitEvent.objects.filter(within(paths, "scope"), on__isnull=False).exclude(
        kind__in=_OLD
    )
    if on is not None:
        events = events.filter(on__lte=on)
    rows: Any = events.select_related("unit", "document").order_by("-on", "-pk")[:limit]
    for event in rows:
        yield Movement(event.on, event.unit, told(event), event.document)


def told(event: UnitEvent) -> str:
    word = event.get_kind_display()
    before, after = event.before.get("name"), event.after.get("name")
    if event.kind == "rename" and before and after:
        return f"{word}：{before} → {after}"
    return word
