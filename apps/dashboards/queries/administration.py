"""Counts for the first page of the three administrators. Numbers only, no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Proposal, User
from apps.audit.models import Alert, AuditEvent
from apps.core.administrators import AUDIT, SECURITY, SYSTEM
from apps.core.dictionary import holidays
from apps.core.models import Job
from apps.units.models import Appointment

from . import health


@dataclass(frozen=True)
class Fact:
    """One figure of the page. tone as of the component figure."""

    label: str
    value: int | str
    suffix: str = ""
    note: str = ""
    tone: str = "plain"
    url: str = ""


def facts(kind: str, now: dt.datetime) -> list[Fact]:
    """Return the figures of one kind of administrator. A handful of queries."""
    ask: dict[str, Callable[[dt.datetime], list[Fact]]] = {
        SYSTEM: _system,
        SECURITY: _security,
        AUDIT: _audit,
    }
    return ask[kind](now) if kind in ask else []


def _system(now: dt.datetime) -> list[Fact]:
    bad = health.troubled(health.parts(now))
    accounts = User.objects.order_by()
    off = accounts.filter(is_active=False).count()
    failed = Job.objects.filter(state=Job.State.FAILED, created_at__gte=_week(now)).count()
    years = holidays.missing(timezone.localdate(now))
    return [
        _state(bad),
        Fact(
            "账户",
            accounts.count(),
            "个",
            note=f"已停用 {off} 个",
            url=reverse("accounts:user_list"),
        ),
        Fact(
            "近七天失败任务",
            failed,
            "个",
            note="" if failed else "没有失败的任务",
            tone="warn" if failed else "plain",
            url=reverse("core:jobs") + "?state=failed",
        ),
        Fact(
            "放假安排",
            "待录入" if years else "已录入",
            note="、".join(f"{year} 年" for year in years) if years else "",
            tone="warn" if years else "good",
            url=reverse("core:holidays"),
        ),
    ]


def _state(bad: list[health.Part]) -> Fact:
    """Say in one word what the page of the system says line by line."""
    down = any(part.tone == health.RED for part in bad)
    return Fact(
        "系统状态",
        "异常" if down else "需留意" if bad else "正常",
        note="；".join(part.sentence for part in bad) or "各部分都正常",
        tone="over" if down else "warn" if bad else "good",
        url=reverse("dashboards:health"),
    )


def _security(now: dt.datetime) -> list[Fact]:
    held = Appointment.objects.open()
    people = User.objects.filter(is_active=True, admin_kind=None).order_by()
    without = people.exclude(pk__in=held.values("user")).count()
    waiting = Proposal.objects.open().count()
    return [
        Fact(
            "待确认提议",
            waiting,
            "项",
            tone="warn" if waiting else "plain",
            url=reverse("accounts:proposals") + "?state=open",
        ),
        _alerts(),
        Fact("有效授权", held.count(), "项", url=reverse("units:appointment_list")),
        Fact(
            "近七天新授权",
            held.filter(starts_at__gte=_week(now)).count(),
            "项",
            url=reverse("units:appointment_list"),
        ),
        Fact(
            "未授权账户",
            without,
            "个",
            note="登录后没有可看的机构" if without else "",
            tone="warn" if without else "plain",
        ),
    ]


def _audit(now: dt.datetime) -> list[Fact]:
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    events = AuditEvent.objects.order_by().filter(at__gte=today)
    refused = events.filter(outcome=AuditEvent.Outcome.REFUSED).count()
    return [
        _alerts(),
        Fact("今日事件", events.count(), "条", url=reverse("audit:event_list")),
        Fact(
            "今日拒绝",
            refused,
            "条",
            note="登录失败、越权访问" if refused else "",
            tone="warn" if refused else "plain",
            url=reverse("audit:event_list") + "?outcome=refused",
        ),
        Fact(
            "今日导出",
            events.filter(kind="export.run").count(),
            "次",
            url=reverse("audit:exports"),
        ),
    ]


def _alerts() -> Fact:
    count = Alert.objects.open().count()
    return Fact(
        "待处理告警",
        count,
        "条",
        tone="over" if count else "plain",
        url=reverse("audit:alerts") + "?state=open",
    )


def _week(now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=7)
