"""机构沿革: what happened in a subtree over a period, and who went where (the reform picture)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.core import wording

from . import plates
from .choices import EventRole
from .models import EventUnit, Unit, UnitEvent

LINKS = 40  #: flows one picture still shows clearly
HIDDEN = "范围外的机构"


@dataclass(frozen=True)
class Flow:
    """From one unit to another. people, places: None where nobody said."""

    source: str
    target: str
    people: int | None
    places: int | None

    @property
    def width(self) -> int:
        return max(self.people or 0, self.places or 0, 1)


@dataclass(frozen=True)
class Picture:
    """A chart with its table twin, for `{% chart %}`."""

    finding: str
    option: dict[str, Any]
    table: dict[str, Any]
    left_out: int = 0


def flows(events: QuerySet[UnitEvent], user: Any) -> list[Flow]:
    """Return what went from predecessors to successors by these events, most people first.

    events   already scoped; a unit on the other side that `user` may not see is not named
    """
    parts = (
        EventUnit.objects.filter(event__in=events, role=EventRole.PREDECESSOR)
        .select_related("unit", "event__unit")
        .order_by("event__on", "pk")
    )
    seen = set(
        Unit.objects.visible_to(user)
        .filter(pk__in=parts.values("unit"))
        .values_list("pk", flat=True)
    )
    found = [
        Flow(
            part.unit.name if part.unit_id in seen else HIDDEN,
            part.event.unit.name,
            part.people,
            part.places,
        )
        for part in parts
    ]
    return sorted(found, key=lambda flow: -flow.width)


def picture(found: Sequence[Flow]) -> Picture | None:
    """Return the sankey of flows, or None when nothing went anywhere."""
    if not found:
        return None
    shown = found[:LINKS]
    left = {flow.source for flow in shown}
    links, nodes = [], {}
    for flow in shown:
        target = flow.target if flow.target not in left else f"{flow.target}（承接）"
        nodes[flow.source] = {"name": flow.source, "depth": 0}
        nodes[target] = {"name": target, "depth": 1}
        links.append({"source": flow.source, "target": target, "value": flow.width})
    option = {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 124,
                "top": 12,
                "bottom": 12,
                "nodeWidth": 14,
                "nodeGap": 12,
                "layoutIterations": 0,
                "emphasis": {"focus": "adjacency"},
                "label": {"overflow": "break", "width": 110, "fontSize": 12},
                "lineStyle": {"color": "gradient", "opacity": 0.35},
                "data": list(nodes.values()),
                "links": links,
            }
        ],
    }
    rows = [
        [flow.source, flow.target, wording.dash(flow.people), wording.dash(flow.places)]
        for flow in found
    ]
    table = {"columns": ["原机构", "承接机构", "划转人数", "划转编制"], "rows": rows}
    return Picture(_finding(found), option, table, max(0, len(found) - LINKS))


def _finding(found: Sequence[Flow]) -> str:
    sources = {flow.source for flow in found}
    targets = {flow.target for flow in found}
    people = sum(flow.people or 0 for flow in found)
    places = sum(flow.places or 0 for flow in found)
    text = f"{len(sources)} 个机构转入 {len(targets)} 个机构"
    if people or places:
        text += f"，随转人员 {people} 人、编制 {places} 名"
    if len(found) > 1 and found[0].people:
        text += f"；人数最多的是{found[0].source}到{found[0].target}（{found[0].people} 人）"
    if any(flow.people is None for flow in found):
        text += "；没有记录人数的按一份画出"
    return text + "。"


def doubtful(user: Any, limit: int = 200) -> list[tuple[Unit, str, str]]:
    """Return (unit, text, why) of parentheses nobody can read for sure, among living units."""
    rows = Unit.objects.visible_to(user).active()
    rows = rows.filter(Q(name__contains="（") | Q(name__contains="("))
    found = []
    for unit in rows.only("pk", "name", "path").iterator(chunk_size=1_000):
        found += [(unit, doubt.text, doubt.why) for doubt in plates.read(unit.name).doubts]
        if len(found) >= limit:
            break
    return found
