"""Two days of a subtree side by side: figures, people, places, posts, units (rules B-21).

The subtree and who may see it are today's; people are those who count (计入实有).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.core import wording
from apps.core.models import CodeValue
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.posts.models import LeadershipEntry
from apps.quotas.models import QuotaEntry
from apps.quotas.queries import Sums
from apps.staff.models import Occupancy
from apps.units.models import Unit, UnitEvent

from .movements import told
from .summary import Summary, summary

#: lines of each list on the page; the workbook has all
SHOWN = 50


@dataclass(frozen=True)
class Figure:
    """One row of the sums: before, after; whole places or posts."""

    label: str
    before: int
    after: int
    total: bool = False

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass
class Change:
    """What the places (or posts) of one unit and kind became, and by which documents."""

    unit: Unit
    kind: CodeValue
    change: int = 0
    entries: list[Any] = field(default_factory=list)

    @property
    def documents(self) -> list[ApprovalDocument]:
        return list({entry.document_id: entry.document for entry in self.entries}.values())


@dataclass
class Comparison:
    """Everything that differs between the ends of two days.

    came, went, moved   querysets of spells; `moved` with was_unit, was_type (names before)
    """

    first: dt.date
    second: dt.date
    before: Summary
    after: Summary
    came: QuerySet
    went: QuerySet
    moved: QuerySet
    places: list[Change]
    posts: list[Change]
    events: list[UnitEvent]

    @property
    def figures(self) -> list[Figure]:
        one, two = self.before, self.after
        rows = [
            Figure("单位（个）", one.units, two.units),
            *_types(one, two),
            Figure("领导职数应配", one.posts.total.due, two.posts.total.due),
            Figure("领导职数实配", one.posts.total.filled, two.posts.total.filled),
            Figure("领导超配", one.posts.total.over, two.posts.total.over),
            Figure("领导缺配", one.posts.total.short, two.posts.total.short),
        ]
        return rows


def _types(one: Summary, two: Summary) -> list[Figure]:
    """Return approved and actual of each type that either day has, then the totals."""
    before = {row.quota_type: row.sums for row in one.quotas.types}
    after = {row.quota_type: row.sums for row in two.quotas.types}
    kinds = sorted({*before, *after}, key=lambda kind: (kind.sort, kind.value))
    rows = []
    for kind in kinds:
        a, b = before.get(kind, Sums()), after.get(kind, Sums())
        rows.append(Figure(f"{kind.label}核定", a.approved, b.approved))
        rows.append(Figure(f"{kind.label}实有", a.actual, b.actual))
    a, b = one.quotas.total, two.quotas.total
    for label, name in (
        ("核定合计", "approved"),
        ("实有合计", "actual"),
        ("净空编", "net"),
        ("毛空编", "vacant"),
        ("毛超编", "excess"),
        ("超编单位（个）", "over"),
    ):
        rows.append(Figure(label, getattr(a, name), getattr(b, name), total=True))
    return rows


def compare(node: Unit, user: Any, first: dt.date, second: dt.date, today: dt.date) -> Comparison:
    """Return what differs below `node` between the ends of two days, first < second."""
    came, went, moved = people(node, user, first, second)
    between = Q(on__gt=first, on__lte=second)
    inside = within([node.path], "scope")
    entries = QuotaEntry.objects.visible_to(user).filter(inside, between)
    posts = LeadershipEntry.objects.visible_to(user).filter(inside, between)
    events = UnitEvent.objects.visible_to(user).filter(inside, between).exclude(kind="initial")
    return Comparison(
        first=first,
        second=second,
        before=summary([node.path], first if first != today else None),
        after=summary([node.path], second if second != today else None),
        came=came,
        went=went,
        moved=moved,
        places=_changes(entries, "quota_type"),
        posts=_changes(posts, "post_kind"),
        events=list(events.select_related("unit", "document").order_by("on", "pk")),
    )


def people(
    node: Unit, user: Any, first: dt.date, second: dt.date
) -> tuple[QuerySet, QuerySet, QuerySet]:
    """Return the spells of who came, who went, and who moved inside the subtree.

    Whoever is there on both days neither came nor went, whatever happened in between.
    """
    spells = (
        Occupancy.objects.visible_to(user)
        .filter(within([node.path], "scope"), counts=True)
        .select_related("person", "unit", "quota_type", "document", "exit_document")
        .select_related("entry_mode", "exit_mode")
    )
    then, now = spells.on_day(first), spells.on_day(second)
    same = Q(person=OuterRef("person"))
    was = then.filter(same).order_by("pk")
    came = now.filter(~Exists(was), starts_on__gt=first)
    went = then.filter(~Exists(now.filter(same)), ends_on__lte=second)
    moved = (
        now.filter(Exists(was), starts_on__gt=first)
        .annotate(
            was_unit_id=Subquery(was.values("unit")[:1]),
            was_type_id=Subquery(was.values("quota_type")[:1]),
            was_unit=Subquery(was.values("unit__name")[:1]),
            was_type=Subquery(was.values("quota_type__label")[:1]),
        )
        .exclude(unit=F("was_unit_id"), quota_type=F("was_type_id"))
    )
    return (
        came.order_by("starts_on", "scope", "pk"),
        went.order_by("ends_on", "scope", "pk"),
        moved.order_by("starts_on", "scope", "pk"),
    )


def _changes(entries: QuerySet, kind: str) -> list[Change]:
    """Return the entries by unit and kind, in protocol order; those that cancel out stay."""
    found: dict[tuple[int, str], Change] = {}
    rows = entries.select_related("unit", kind, "document")
    for entry in rows.order_by("scope", f"{kind}__sort", "on", "pk"):
        value = getattr(entry, kind)
        change = found.setdefault((entry.unit_id, value.pk), Change(entry.unit, value))
        change.change += entry.change
        change.entries.append(entry)
    return list(found.values())


def event_rows(events: Sequence[UnitEvent]) -> list[tuple[UnitEvent, str]]:
    """Return the events with what happened, in words."""
    return [(event, told(event)) for event in events]


def sentence(found: Comparison) -> str:
    """Return the comparison in one sentence."""
    a, b = found.before.quotas.total, found.after.quotas.total
    return (
        f"从 {wording.day(found.first)} 到 {wording.day(found.second)}，"
        f"核定{_grew(b.approved - a.approved)}，实有{_grew(b.actual - a.actual)}。"
    )


def _grew(change: int) -> str:
    if not change:
        return "不变"
    return f"{'增加' if change > 0 else '减少'} {wording.thousands(abs(change))} 名"
