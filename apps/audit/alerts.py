"""Signs that something may be wrong: raised in the transaction of what raised them (R30, X-05)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.core import calendar, policy
from apps.core.request_facts import current

from .models import Alert, AuditEvent

#: Distinct people are counted over this time.
WINDOW = dt.timedelta(minutes=10)
#: Failed sign-ins of one account that are told, and each time as many more.
GUESSES = 20


def alert(kind: Alert.Kind, *, summary: str, once: str, by: Any = None) -> Alert | None:
    """Write one alert; None when the same was told already. Must run inside a transaction."""
    facts = current.get()
    made, new = Alert.objects.get_or_create(
        once=once[:120],
        defaults={
            "kind": kind,
            "summary": summary[:300],
            "actor_id": getattr(by, "pk", None),
            "actor_name": str(by) if by is not None else "系统",
            "request_id": facts.request_id,
            "address": facts.address,
        },
    )
    return made if new else None


#: Opening, finding or showing one person.
LOOKS = ("person.view", "person.find", "person.reveal")


def watch(kind: str, by: Any, after: dict[str, Any] | None) -> None:
    """Look at one event just recorded, and alert when it makes a pattern."""
    if getattr(by, "pk", None) is None:
        return
    if kind in LOOKS:
        _many_people(by)
    if kind == "person.reveal":
        _many_reveals(by)
    if kind == "export.run":
        _off_hours(by, after or {})


def _many_reveals(by: Any) -> None:
    """Count the numbers `by` has been shown today, this one included."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    shown = AuditEvent.objects.filter(actor_id=by.pk, kind="person.reveal", at__gte=midnight)
    count = shown.filter(outcome=AuditEvent.Outcome.DONE).count()
    if count >= policy.value("reveal_alert"):
        alert(
            Alert.Kind.REVEALS,
            summary=f"{by}今天已显示完整号码 {count} 次",
            once=f"reveals:{by.pk}:{timezone.localdate()}",
            by=by,
        )


def _many_people(by: Any) -> None:
    """Count the different people `by` has opened in the last ten minutes."""
    looks = AuditEvent.objects.filter(actor_id=by.pk, at__gte=timezone.now() - WINDOW)
    people = looks.filter(kind__in=LOOKS).order_by().values("target_id").distinct().count()
    if people >= policy.value("scrape_people"):
        # one alert an hour while it goes on
        alert(
            Alert.Kind.SCRAPING,
            summary=f"{by}十分钟内查看了 {people} 名不同人员的档案",
            once=f"scraping:{by.pk}:{timezone.localtime():%Y-%m-%dT%H}",
            by=by,
        )


def _off_hours(by: Any, facts: dict[str, Any]) -> None:
    """Tell of an export outside office hours or on a day off."""
    if by.is_administrator:
        return
    now = timezone.localtime()
    rules = policy.values()
    works = calendar.current().is_workday(now.date())
    open_day = works if works is not calendar.UNKNOWN else now.weekday() < 5
    if open_day and rules["office_opens"] <= now.hour < rules["office_closes"]:
        return
    alert(
        Alert.Kind.OFF_HOURS,
        summary=f"{by}在非办公时段导出“{facts.get('list', '')}”{facts.get('rows', '')} 行",
        once=f"off_hours:{by.pk}:{now:%Y-%m-%dT%H}",
        by=by,
    )


def after_failure(user: Any, failures: int) -> None:
    """Tell of an account whose password is being guessed."""
    if user is None or failures < GUESSES or failures % GUESSES:
        return
    alert(
        Alert.Kind.GUESSING,
        summary=f"账户 {user}（{user.username}）短时间内登录失败 {failures} 次",
        once=f"guessing:{user.pk}:{timezone.localdate()}:{failures}",
    )
