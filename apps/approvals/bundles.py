"""Unread messages, alike ones in one bundle: “12 件入编办件待编办经办审核”."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Max, Window
from django.db.models.functions import RowNumber

from .choices import Event, Kind
from .models import Message

#: Messages of a bundle that the page lists; the rest are counted.
SHOWN = 5
#: From this many on, alike messages stand in one bundle.
ALIKE = 3

TONES: dict[str, str] = {
    Event.OVERDUE: "red",
    Event.RETURNED: "red",
    Event.REFUSED: "red",
    Event.SOON: "amber",
    Event.OBJECTED: "amber",
    Event.RETIRING: "amber",
    Event.DONE: "green",
    Event.DECIDED: "green",
}


@dataclass
class Bundle:
    """Messages of one event, kind and step. words: what all of them say together."""

    event: str
    kind: str
    label: str
    count: int
    messages: list[Message] = field(default_factory=list)

    @property
    def words(self) -> str:
        matter = Kind(self.kind).label if self.kind else ""
        where = self.label if self.label and self.event in _AT_STEP else ""
        return f"{self.count} 件{matter}{_TAILS[self.event].format(where=where)}"

    @property
    def tone(self) -> str:
        return TONES.get(self.event, "blue")

    @property
    def more(self) -> int:
        return self.count - len(self.messages)


_AT_STEP = (Event.TURN, Event.ASSIGNED, Event.PARTNER, Event.SOON, Event.OVERDUE)
_TAILS: dict[str, str] = {
    Event.TURN: "待{where}",
    Event.ASSIGNED: "已转办给您{where}",
    Event.PARTNER: "待{where}确认",
    Event.RETURNED: "被退回补正",
    Event.DECIDED: "已审定通过",
    Event.REFUSED: "不予通过或终止",
    Event.DONE: "已办结",
    Event.OBJECTED: "有联办部门提出异议",
    Event.SOON: "将到期：{where}",
    Event.OVERDUE: "已超期：{where}",
    Event.RETIRING: "退休草稿待核对提交",
    Event.DIGEST: "每日摘要",
}


def unread(user: Any) -> list[Bundle]:
    """Return the unread messages of a user, the newest bundle first. Two queries."""
    rows = Message.objects.visible_to(user).unread()
    groups = rows.order_by().values_list("event", "application__kind", "label")
    found: dict[tuple[str, str, str], Bundle] = {}
    for event, kind, label, count, _ in groups.annotate(Count("pk"), last=Max("at")).order_by(
        "-last"
    ):
        found[event, kind or "", label] = Bundle(event, kind or "", label, count)
    ranked = rows.annotate(
        rank=Window(
            RowNumber(),
            partition_by=[F("event"), F("application__kind"), F("label")],
            order_by=[F("at").desc(), F("pk").desc()],
        )
    ).filter(rank__lte=SHOWN)
    for one in ranked.select_related("application__unit").order_by("-at", "-pk"):
        kind = one.application.kind if one.application is not None else ""
        bundle = found.get((one.event, kind, one.label))
        if bundle is not None:
            bundle.messages.append(one)
    return [one for one in found.values() if one.messages]


def count(user: Any) -> int:
    return Message.objects.visible_to(user).unread().count()


def of_bundle(user: Any, event: str, kind: str, label: str) -> Any:
    """Return the unread messages of one bundle."""
    rows = Message.objects.visible_to(user).unread().filter(event=event, label=label)
    if kind:
        return rows.filter(application__kind=kind)
    return rows.filter(application__isnull=True)
