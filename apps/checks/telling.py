"""Findings in words: the sentence, both sides with their links, as far as the reader may see.

Names are no part of a finding; they are read here, and only of people and documents the reader
may see. A namesake elsewhere is “查看范围以外的人员”.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.documents.models import ApprovalDocument
from apps.quotas import links
from apps.staff.models import Occupancy, Person

from .asking import Found
from .choices import Level, State
from .models import Finding
from .rules import BY_NUMBER

OUTSIDE = "查看范围以外的人员（请联系编办核实）"
PAGES = {
    "unit": ("units:detail", "看机构资料"),
    "history": ("units:history", "看沿革"),
    "departments": ("units:departments", "看内设机构"),
    "documents": ("units:documents", "看文件"),
    "posts": ("quotas:unit", "看职数"),
}
LEVEL_LAMPS: dict[str, tuple[str, str]] = {Level.RED: ("red", "红"), Level.YELLOW: ("amber", "黄")}


@dataclass(frozen=True)
class ToldSide:
    title: str
    text: str
    url: str
    label: str


def state_of(finding: Finding, today: dt.date | None = None) -> tuple[str, str]:
    """Return (tone, words) of how far the handling is."""
    if finding.gone_at is not None:
        return "green", finding.get_gone_why_display()
    if finding.state == State.MUTED:
        if finding.is_muted:
            return "blue", "暂不提示"
        return "red" if finding.level == Level.RED else "amber", "待处理"
    if finding.state == State.CLAIMED:
        return "red", "报称已改，仍查出"
    tones = {State.OPEN: "amber", State.EXPLAINED: "blue", State.CONFIRMED: "red"}
    return tones[State(finding.state)], State(finding.state).label


class _Facts(dict):
    """A fact an older version did not keep is a dash, not an error."""

    def __missing__(self, key: str) -> str:
        return "—"


def said(found: Found, unit: str) -> str:
    """Return the sentence of a hit that is no finding (yet). It names nobody."""
    words = _Facts(found.hit.facts, unit=unit, person="本人", document="批文", others="")
    return found.rule.sentence.format_map(words)


def sentence(finding: Finding) -> str:
    """Return what contradicts what. Read the finding with `with_names` and its unit."""
    rule = BY_NUMBER.get(finding.rule)
    if rule is None:  # of another version
        return "该规则已不再使用"
    return rule.sentence.format_map(_words(finding))


def _words(finding: Finding, others: Sequence[str] = ()) -> _Facts:
    return _Facts(
        finding.facts,
        unit=finding.unit.name,
        person=getattr(finding, "person_name", None) or OUTSIDE,
        document=getattr(finding, "document_number", None) or "批文",
        others="、".join(dict.fromkeys(others)),
    )


def sides(finding: Finding, user: Any) -> list[ToldSide]:
    """Return both things that contradict each other, with where to look at them. 2 queries."""
    rule = BY_NUMBER.get(finding.rule)
    if rule is None:
        return []
    others = finding.subjects.get("others", ())
    known: dict[int, str] = {}
    if others:
        seen = Occupancy.objects.visible_to(user).filter(person__in=others).values("person")
        known = dict(Person.objects.filter(pk__in=seen).values_list("pk", "name"))
    words = _words(finding, [known.get(key, OUTSIDE) for key in others])
    document = finding.subjects.get("document")
    if document and not ApprovalDocument.objects.visible_to(user).filter(pk=document).exists():
        document = None
    found = []
    for side in rule.sides:
        url, label = _link(side.link, finding, document)
        found.append(
            ToldSide(side.title.format_map(words), side.text.format_map(words), url, label)
        )
    for key, name in known.items():
        found.append(ToldSide("另一人", name, reverse("staff:detail", args=[key]), "看本人登记"))
    return found


def _link(link: str, finding: Finding, document: int | None) -> tuple[str, str]:
    unit, subjects = finding.unit, finding.subjects
    if link in PAGES:
        name, label = PAGES[link]
        return reverse(name, args=[unit.pk]), label
    if link == "ledger":
        return links.ledger(unit, subjects.get("type") or ""), "看台账"
    if link == "people":
        return links.people(unit, subjects.get("type") or ""), "看人员"
    if link == "person" and subjects.get("person"):
        return reverse("staff:detail", args=[subjects["person"]]), "看本人登记"
    if link == "document" and document:
        return reverse("documents:detail", args=[document]), "看批文"
    return "", ""


def since(finding: Finding) -> int:
    """Return for how many days it has been found."""
    end = finding.gone_at or timezone.now()
    return (timezone.localdate(end) - timezone.localdate(finding.first_seen)).days
