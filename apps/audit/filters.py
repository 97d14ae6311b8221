"""The query bar over audit events: who, when, what, on which object, with which outcome."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from apps.core import filters as f

from .models import AuditEvent
from .sentences import SENTENCES, sentence

#: What a kind of event is about, by the noun before its dot.
NOUNS = {
    "user": "账户",
    "appointment": "角色授权",
    "proposal": "提议与确认",
    "administrator": "管理员",
    "policy": "安全策略",
    "access": "越权",
    "codevalue": "代码表",
    "holiday": "节假日",
    "document": "批文",
    "unit": "机构",
    "quotaentry": "编制台账",
    "overage": "允许超编",
    "leadershipentry": "领导职数",
    "person": "人员",
    "occupancy": "占编",
    "posting": "任职",
    "roster": "花名册",
    "export": "导出",
    "import": "导入",
    "print": "打印",
}


def kind_choices(kinds: Iterable[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the event kinds grouped by what they are about."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds or SENTENCES:
        noun = kind.partition(".")[0]
        groups.setdefault(NOUNS.get(noun, noun), []).append((kind, sentence(kind)))
    return list(groups.items())


def type_choices() -> list[tuple[str, str]]:
    """Return the kinds of objects events can be about."""
    tracked = [m for m in apps.get_models() if hasattr(m, "history")]
    return sorted(
        ((m._meta.label_lower, str(m._meta.verbose_name)) for m in tracked), key=lambda c: c[1]
    )


class EventFilter(f.FilterSet):
    primary = ("who", "at", "kind", "outcome")

    who = f.TextFilter(label="操作人", placeholder="姓名", method="by_actor")
    at = f.DayRangeFilter(label="时间", field_name="at")
    kind = f.ChoiceFilter(label="事项", choices=())
    outcome = f.ChoiceFilter(label="结果", choices=AuditEvent.Outcome.choices)
    target_type = f.ChoiceFilter(label="对象类别", choices=type_choices)
    target = f.TextFilter(label="对象", placeholder="名称或编号", method="by_target")
    address = f.TextFilter(label="来源地址", placeholder="如 10.1.2.3", method="by_address")
    number = f.TextFilter(label="请求号", placeholder="请求号或变更标识", method="by_number")

    def __init__(self, *args: Any, kinds: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = kind_choices(kinds)

    def by_actor(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(actor_name__icontains=value.strip())

    def by_target(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(target_label__icontains=text) | Q(target_id=text))

    def by_address(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(address__startswith=value.strip())

    def by_number(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        try:
            return rows.filter(Q(request_id=text) | Q(change_id=uuid.UUID(text)))
        except ValueError:
            return rows.filter(request_id=text)
