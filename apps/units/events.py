"""The history of a unit (沿革) in words, and what a document did to units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core import wording
from apps.core.models import CodeValue
from apps.documents.effects import Effect
from apps.documents.models import ApprovalDocument

from .choices import EventKind, EventRole
from .models import Region, Unit, UnitEvent

#: In the 之前 and 之后 of an event, these name no attribute of their own.
_SKIPPED = frozenset({"behind"})


_OWN_LABELS = {"name": "名称", "parent": "上级机构", "plate": "牌子"}


@dataclass
class Told:
    """One event as the pages show it.

    before, after   "名称：嵊州市教育局" lines
    parts           other units, as (relation, unit)
    """

    event: UnitEvent
    kind: str
    before: list[str]
    after: list[str]
    parts: list[tuple[str, Unit]] = field(default_factory=list)

    @property
    def on(self) -> dt.date | None:
        return self.event.on

    @property
    def document(self) -> ApprovalDocument | None:
        return self.event.document

    @property
    def unit(self) -> Unit:
        return self.event.unit

    @property
    def note(self) -> str:
        return self.event.note


def history(unit: Unit, user: Any) -> list[Told]:
    """Return the events of a unit, oldest first; other units only where `user` may see them."""
    events = list(
        UnitEvent.objects.visible_to(user)
        .filter(unit=unit)
        .select_related("document")
        .prefetch_related("parts__unit")
    )
    events.sort(key=lambda e: (e.on or dt.date.min, e.pk))
    return told_of(events, user)


def told_of(events: Sequence[UnitEvent], user: Any) -> list[Told]:
    """Return events in words, in their order; parts and documents should be prefetched."""
    words = Words(events, user)
    told = []
    for event in events:
        parts = [
            (EventRole(part.role).label, part.unit)
            for part in event.parts.all()  # type: ignore[attr-defined]
            if user.may("view_subtree", part.unit)
        ]
        label = EventKind(event.kind).label
        before, after = words.of(event.before), words.of(event.after)
        told.append(Told(event, label, before, after, parts))
    return told


class Words:
    """Attributes of events in words; code values and units are named in one query each.

    Units that `user` may not see are not named.
    """

    def __init__(self, events: Iterable[UnitEvent], user: Any) -> None:
        keys: set[str] = set()
        regions: set[str] = set()
        units: set[int] = set()
        for event in events:
            for facts in (event.before, event.after):
                for column, value in facts.items():
                    if value is None:
                        continue
                    if column == "region_id":
                        regions.add(value)
                    elif column in ("supervising_unit_id", "parent"):
                        units.add(value)
                    elif column.endswith("_id"):
                        keys.add(value)
        self.codes = dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))
        self.regions = dict(Region.objects.filter(pk__in=regions).values_list("pk", "name"))
        seen = Unit.objects.visible_to(user).filter(pk__in=units)
        self.units: dict[int, str] = dict.fromkeys(units, "（范围外的机构）")
        self.units.update(seen.values_list("pk", "name"))

    def of(self, facts: dict[str, Any]) -> list[str]:
        """Return “名称：…” lines of one side of an event."""
        lines = []
        for column, value in facts.items():
            if column in _SKIPPED:
                continue
            lines.append(f"{_label(column)}：{self._value(column, value)}")
        return lines

    def _value(self, column: str, value: Any) -> str:
        if value is None or value == "":
            return "（空）"
        if isinstance(value, bool):
            return "是" if value else "否"
        by_column: dict[str, dict[Any, str]] = {
            "region_id": self.regions,
            "supervising_unit_id": self.units,
            "parent": self.units,
        }
        named = by_column.get(column, self.codes)
        keyed = column.endswith("_id") or column == "parent"
        shown = str(named.get(value, value)) if keyed else str(value)
        return shown if len(shown) <= 60 else shown[:60] + "…"


def _label(column: str) -> str:
    if column in _OWN_LABELS:
        return _OWN_LABELS[column]
    try:
        return str(Unit._meta.get_field(column.removesuffix("_id")).verbose_name)
    except LookupError:
        return column


def effects_of(document: ApprovalDocument, user: Any) -> list[Effect]:
    """Return what `document` did to the units that `user` may see."""
    events = (
        UnitEvent.objects.visible_to(user)
        .filter(document=document)
        .select_related("unit")
        .order_by("on", "scope", "pk")
    )
    return [
        Effect(event.on, event.unit.name, event.unit.get_absolute_url(), _sentence(event))
        for event in events
    ]


def effects_on(unit: Unit, documents: Sequence[int], user: Any) -> dict[int, list[str]]:
    """Return {document: sentences} of what the documents did to one unit."""
    found: dict[int, list[str]] = {}
    rows = UnitEvent.objects.visible_to(user).filter(unit=unit, document__in=documents)
    for event in rows.order_by("on", "pk"):
        day = f"（{wording.day(event.on)}）" if event.on else ""
        found.setdefault(event.document_id or 0, []).append(_sentence(event) + day)
    return found


def _sentence(event: UnitEvent) -> str:
    label = EventKind(event.kind).label
    if event.kind == EventKind.RENAME:
        text = f"{label}：{event.before.get('name', '')} → {event.after.get('name', '')}"
    elif event.kind in (EventKind.RANK, EventKind.ATTRIBUTE):
        fields = "、".join(_label(column) for column in event.after)
        text = f"{label}：{fields}"
    elif event.kind in (EventKind.NAMEPLATE, EventKind.PLATE_OFF):
        text = f"{label}：{event.after.get('plate') or event.before.get('plate', '')}"
    elif event.note and event.kind in (EventKind.MERGE, EventKind.SPLIT, EventKind.TRANSFER):
        text = f"{label}：{event.note}"
    else:
        text = label
    return text
