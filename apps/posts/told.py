"""What this app tells the pages of the apps below: panel, card, effects, obstacles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from apps.core import wording
from apps.documents.effects import Effect
from apps.documents.models import ApprovalDocument
from apps.quotas import links
from apps.quotas.panels import Panel
from apps.quotas.rules import may_hold_quota
from apps.units.cards import Section
from apps.units.guards import Obstacle
from apps.units.models import Unit

from . import queries, rules
from .models import LeadershipEntry, PostBalance
from .queries import PostSums


def panel_of(unit: Unit, user: Any, on: dt.date | None) -> Panel | None:
    """Return the block 领导职数 of the 编制与职数 tab."""
    rows = queries.cells(unit, on)
    may_post = rules.may_post(user, unit) and may_hold_quota(unit)
    if not rows and not may_post:
        return None
    behind = {group.post_kind.pk: group.lines[::-1] for group in queries.ledger(unit, on)}
    context = {
        "unit": unit,
        "on": on,
        "rows": [{"cell": row, "lines": behind.get(row.post_kind.pk, [])} for row in rows],
        "total": sum((row.sums for row in rows), PostSums()),
        "people": links.people(unit),
        "may_post": may_post,
    }
    return Panel("posts/_panel.html", context)


def card_of(unit: Unit, user: Any, on: dt.date | None = None) -> Section | None:
    """Return the table of posts of a unit's card."""
    rows = queries.cells(unit, on)
    if not rows:
        return None
    return Section(
        title="领导职数",
        headers=("职数类别", "应配", "实配", "超配", "缺配"),
        rows=[
            (row.post_kind.label, row.sums.due, row.sums.filled, row.sums.over, row.sums.short)
            for row in rows
        ],
        url=f"{reverse('quotas:unit', args=[unit.pk])}#posts",
    )


def effects_of(document: ApprovalDocument, user: Any) -> list[Effect]:
    """Return the posts that rest on a document, as far as `user` may see."""
    entries = (
        LeadershipEntry.objects.visible_to(user)
        .filter(document=document)
        .select_related("unit", "post_kind")
        .order_by("on", "unit__path", "pk")
    )
    return [
        Effect(
            entry.on,
            entry.unit.name,
            f"{reverse('quotas:unit', args=[entry.unit_id])}#posts",
            f"{entry.post_kind}职数 {wording.signed(entry.change)}",
        )
        for entry in entries
    ]


def effects_on(unit: Unit, documents: Sequence[int], user: Any) -> dict[int, list[str]]:
    """Return {document: posts of this unit}, in words. One query."""
    found: dict[int, list[str]] = {}
    entries = (
        LeadershipEntry.objects.visible_to(user)
        .filter(unit=unit, document__in=documents)
        .select_related("post_kind")
        .order_by("on", "pk")
    )
    for entry in entries:
        text = f"{entry.post_kind}职数 {wording.signed(entry.change)}"
        found.setdefault(entry.document_id, []).append(text)
    return found


def obstacle_of(unit: Unit) -> Obstacle | None:
    """Return what posts still stand in the way of abolishing a unit (U-16)."""
    left = PostBalance.objects.filter(unit=unit).exclude(due=0, filled=0)
    parts = [
        f"{row.post_kind}应配 {row.due} 名、实配 {row.filled} 人"
        for row in left.select_related("post_kind").order_by("post_kind__sort")
    ]
    if not parts:
        return None
    return Obstacle(
        f"{unit}还有{'；'.join(parts)}，请先办理离任、核减职数",
        f"{reverse('quotas:unit', args=[unit.pk])}#posts",
    )
