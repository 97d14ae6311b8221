"""What this app tells the pages of the apps below: effects of documents, cards, obstacles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from apps.core import wording
from apps.documents.effects import Effect
from apps.documents.models import ApprovalDocument
from apps.units.cards import Section
from apps.units.guards import Obstacle
from apps.units.models import Unit

from .models import Balance, OverageEntry, QuotaEntry
from .queries import cells


def effects_of(document: ApprovalDocument, user: Any) -> list[Effect]:
    """Return the movements and the room that rest on a document, as far as `user` may see."""
    rows = [
        Effect(
            entry.on,
            entry.unit.name,
            reverse("quotas:unit", args=[entry.unit_id]),
            f"{entry.quota_type} {wording.signed(entry.change)}",
        )
        for entry in QuotaEntry.objects.visible_to(user)
        .filter(document=document)
        .select_related("unit", "quota_type")
        .order_by("on", "unit__path", "pk")
    ]
    return rows + [
        Effect(
            entry.on,
            entry.unit.name,
            reverse("quotas:unit", args=[entry.unit_id]),
            f"{entry.quota_type} 允许超编 {entry.places} 名",
        )
        for entry in OverageEntry.objects.visible_to(user)
        .filter(document=document)
        .select_related("unit", "quota_type")
        .order_by("on", "pk")
    ]


def effects_on(unit: Unit, documents: Sequence[int], user: Any) -> dict[int, list[str]]:
    """Return {document: movements of this unit}, in words. One query."""
    found: dict[int, list[str]] = {}
    entries = (
        QuotaEntry.objects.visible_to(user)
        .filter(unit=unit, document__in=documents)
        .select_related("quota_type")
        .order_by("on", "pk")
    )
    for entry in entries:
        text = f"{entry.quota_type} {wording.signed(entry.change)}"
        found.setdefault(entry.document_id, []).append(text)
    return found


def card_of(unit: Unit, user: Any, on: dt.date | None = None) -> Section | None:
    """Return the quota table of a unit's card."""
    rows = cells(unit, on)
    if not rows:
        return None
    counted = [row for row in rows if row.in_total]
    return Section(
        title="编制",
        headers=("编制类型", "核定", "实有", "在途", "空编", "超编"),
        rows=[
            (row.quota_type.label, row.approved, row.actual, row.reserved, row.vacant, row.excess)
            for row in rows
        ],
        totals=(
            "合计",
            *(
                sum(getattr(row, name) for row in counted)
                for name in ("approved", "actual", "reserved", "vacant", "excess")
            ),
        )
        if len(rows) > 1
        else (),
        url=reverse("quotas:unit", args=[unit.pk]),
    )


def obstacle_of(unit: Unit) -> Obstacle | None:
    """Return what places and people still stand in the way of abolishing a unit (U-16)."""
    left = Balance.objects.filter(unit=unit).exclude(approved=0, actual=0, reserved=0)
    parts = []
    for row in left.select_related("quota_type").order_by("quota_type__sort"):
        held = f"核定 {row.approved} 名、在编 {row.actual} 人"
        if row.reserved:
            held += f"、在途 {row.reserved} 名"
        parts.append(f"{row.quota_type}{held}")
    if not parts:
        return None
    return Obstacle(
        f"{unit}还有{'；'.join(parts)}，请先划转人员、核减编制",
        reverse("quotas:unit", args=[unit.pk]),
    )
