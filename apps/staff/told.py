"""What this app tells the pages of the apps below: effects of documents, obstacles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.documents.effects import Effect
from apps.documents.models import ApprovalDocument
from apps.quotas.panels import Panel
from apps.units.guards import Obstacle
from apps.units.models import Unit

from .models import Occupancy, PostHolding
from .outlook import outlook

#: Effects of one document that are told one by one; an import's document has thousands.
TOLD = 200


def effects_of(document: ApprovalDocument, user: Any) -> list[Effect]:
    """Return entries, exits and postings that rest on a document, as far as `user` may see."""
    spells = (
        Occupancy.objects.visible_to(user)
        .filter(Q(document=document) | Q(exit_document=document))
        .select_related("person", "unit", "quota_type", "exit_mode")
        .order_by("scope", "starts_on", "pk")[:TOLD]
    )
    found = []
    for spell in spells:
        url = reverse("staff:detail", args=[spell.person_id])
        if spell.document_id == document.pk:
            text = f"{spell.person} 入编（{spell.quota_type}）"
            found.append(Effect(spell.starts_on, spell.unit.name, url, text))
        if spell.exit_document_id == document.pk:
            text = f"{spell.person} 出编（{spell.exit_mode or '未填方式'}）"
            found.append(Effect(spell.ends_on, spell.unit.name, url, text))
    postings = PostHolding.objects.visible_to(user).filter(document=document)
    for posting in postings.select_related("person", "unit").order_by("scope", "pk")[:TOLD]:
        url = reverse("staff:detail", args=[posting.person_id])
        text = f"{posting.person} 任{posting.post_name}"
        found.append(Effect(posting.starts_on, posting.unit.name, url, text))
    return found


def effects_on(unit: Unit, documents: Sequence[int], user: Any) -> dict[int, list[str]]:
    """Return {document: how many entered and left this unit by it}, in words. One query."""
    spells = Occupancy.objects.visible_to(user).filter(unit=unit)
    cited = spells.filter(Q(document__in=documents) | Q(exit_document__in=documents))
    wanted = set(documents)
    entered: dict[int, int] = {}
    left: dict[int, int] = {}
    for entry, leaving in cited.values_list("document_id", "exit_document_id"):
        if entry in wanted:
            entered[entry] = entered.get(entry, 0) + 1
        if leaving in wanted:
            left[leaving] = left.get(leaving, 0) + 1
    found: dict[int, list[str]] = {}
    for counts, word in ((entered, "入编"), (left, "出编")):
        for document, number in counts.items():
            found.setdefault(document, []).append(f"{word} {number} 名")
    return found


def obstacle_of(unit: Unit) -> Obstacle | None:
    """A unit with people or postings in it cannot end (docs/rules.md U-16)."""
    people = Occupancy.objects.open().filter(unit=unit).count()
    posts = PostHolding.objects.open().filter(unit=unit).count()
    if not people and not posts:
        return None
    parts = []
    if people:
        parts.append(f"{people} 名人员未出编，须先划转或办理出编")
    if posts:
        parts.append(f"{posts} 人未离任，须先办理离任")
    return Obstacle("还有 " + "；".join(parts), reverse("staff:unit", args=[unit.pk]))


def panel_of(unit: Unit, user: Any, on: dt.date | None) -> Panel | None:
    """到龄与空编预测 of the unit and all below it; a forecast begins today, on no past day."""
    if on is not None:
        return None
    made = outlook([unit.path], timezone.localdate(), unit=unit)
    return Panel("staff/_outlook_panel.html", {"outlook": made})
