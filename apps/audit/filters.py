"""The query bar over audit events: who, when, what, on which object, with which outcome."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core import filters as f
from apps.core.history import history_of
from apps.core.scope import within

from .models import Alert, AuditEvent
from .sentences import SENTENCES, sentence

#: What a kind of event is about, by the noun before its dot.
NOUNS = {
    "application": "办件",
    "api": "接口调用",
    "client": "接口客户端",
    "kindversion": "流程配置",
    "loan": "周转编制",
    "papertemplate": "表单模板",
    "pool": "编制池",
    "slot": "用编序号",
    "template": "材料样表",
    "usecontrol": "用编管控",
    "useplan": "年度用编计划",
    "usesetting": "用编管理设置",
    "checkrule": "校核规则",
    "finding": "校核问题",
    "nameplate": "牌子",
    "savedquery": "自定义统计",
    "user": "账户",
    "appointment": "角色授权",
    "session": "登录会话",
    "factor": "动态口令",
    "job": "后台任务",
    "audit": "审计",
    "alert": "告警",
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
    "retirement": "退休",
    "correction": "单位更正",
    "publicity": "公示",
    "objection": "公示异议",
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


#: Words are looked for this far back when no period is given.
REACH = dt.timedelta(days=90)
#: Conditions that read every row of the period.
SLOW = ("text", "purpose")


class EventFilter(f.FilterSet):
    """`narrowed` says that words were looked for in the last 90 days only."""

    primary = ("who", "at", "kind", "text")

    who = f.TextFilter(label="操作人", placeholder="姓名或用户名", method="by_actor")
    at = f.DayRangeFilter(label="时间", field_name="at")
    kind = f.ChoiceFilter(label="事项", choices=())
    text = f.TextFilter(label="内容", placeholder="事项、说明、用途、对象里的字", method="by_text")
    outcome = f.ChoiceFilter(label="结果", choices=AuditEvent.Outcome.choices)
    unit = f.TextFilter(label="单位", placeholder="单位名称或编码", method="by_unit")
    target_type = f.ChoiceFilter(label="对象类别", choices=type_choices)
    target = f.TextFilter(label="对象", placeholder="名称", method="by_target")
    object = f.TextFilter(label="对象编号", placeholder="编号", method="by_object")
    purpose = f.TextFilter(label="用途", placeholder="查看用途里的字", method="by_purpose")
    address = f.TextFilter(label="来源地址", placeholder="如 10.1.2.3", method="by_address")
    number = f.TextFilter(label="请求号", placeholder="请求号或变更标识", method="by_number")

    narrowed = False
    scans = False  #: a name was not found by its beginning, so every row of the period is read

    def __init__(self, *args: Any, kinds: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = kind_choices(kinds)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        slow = self.scans or any(given.get(name) for name in SLOW)
        if slow and not given.get("at"):
            self.narrowed = True
            rows = rows.filter(at__gte=timezone.now() - REACH)
        return rows

    def by_actor(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """By the accounts of that name, today's or a former one: an index, not every row."""
        text = value.strip()
        if text in ("系统", "未登录"):
            return rows.filter(actor_id__isnull=True, actor_name=text)
        users = get_user_model()
        named = Q(name__icontains=text) | Q(username__icontains=text)
        found = set(users.objects.filter(named).values_list("pk", flat=True))
        found |= set(history_of(users).filter(named).values_list("id", flat=True))
        return rows.filter(actor_id__in=found)

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        kinds = [kind for kind, words in SENTENCES.items() if text in words]
        return rows.filter(
            Q(kind__in=kinds)
            | Q(note__icontains=text)
            | Q(purpose__icontains=text)
            | Q(target_label__icontains=text)
        )

    def by_unit(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """By the subtrees of the units of that name; units belong to an app above."""
        text = value.strip()
        units = apps.get_model("units", "Unit").objects
        named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code=text)
        paths = list(units.filter(named).order_by("path").values_list("path", flat=True)[:50])
        return rows.filter(within(paths, "scope"))

    def by_target(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """By the beginning of the name (an index); where nothing begins so, by any part of it."""
        text = value.strip()
        begins = rows.filter(target_label__startswith=text).exclude(target_label="")
        if begins.order_by()[:1].exists():
            return begins
        self.scans = True
        return rows.filter(target_label__icontains=text)

    def by_object(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(target_id=value.strip())

    def by_purpose(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(purpose__icontains=value.strip())

    def by_address(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """A whole address, or whole parts of its beginning (10.1.3): a range of the index."""
        text = value.strip()
        try:
            return rows.filter(address=str(ip_address(text)))
        except ValueError:
            pass
        parts = text.rstrip(".").split(".")
        numbers = [int(part) for part in parts if part.isascii() and part.isdigit()]
        if len(numbers) < len(parts) or len(parts) > 4 or max(numbers) > 255:
            return rows.none()
        rest = 4 - len(parts)
        low, high = (".".join([*parts, *[end] * rest]) for end in ("0", "255"))
        return rows.filter(address__gte=low, address__lte=high)

    def by_number(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        try:
            return rows.filter(Q(request_id=text) | Q(change_id=uuid.UUID(text)))
        except ValueError:
            return rows.filter(request_id=text)


class AlertFilter(f.FilterSet):
    state = f.ChoiceFilter(
        label="状态", choices=(("open", "待处理"), ("handled", "已处理")), method="by_state"
    )
    kind = f.ChoiceFilter(label="类别", choices=Alert.Kind.choices)
    q = f.TextFilter(label="情况", placeholder="姓名或情况", method="by_text")
    at = f.DayRangeFilter(label="时间", field_name="at")

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(handled_at__isnull=value == "open")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        return rows.filter(Q(summary__icontains=text) | Q(actor_name__icontains=text))
