"""How long a step may still take, in words and a lamp. Source: ux.md §6; docs/rules.md AP-06."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.utils import timezone

from apps.core import calendar, wording


class Remaining(NamedTuple):
    """tone of the lamp, its words, and until when: “11-24 17:30 前”."""

    tone: str
    words: str
    until: str
    provisional: bool


NONE = Remaining("grey", "未设期限", "", False)


def remaining(
    case: Any, days: calendar.WorkCalendar, now: dt.datetime | None = None
) -> Remaining | None:
    """Return what remains of the limit of an application or a confirmation.

    case   anything with due_at and provisional
    days   the calendar, built once for a whole list
    """
    if case.due_at is None:
        return NONE
    now = now or timezone.now()
    today, last = timezone.localdate(now), timezone.localdate(case.due_at)
    until = f"{timezone.localtime(case.due_at):%m-%d %H:%M} 前"
    try:
        if case.due_at < now:
            late = days.working_days(last, today)
            words = f"超期 {late} 个工作日" if late else "超期不足 1 个工作日"
            return Remaining("red", words, until, case.provisional)
        left = days.working_days(today, last)
    except calendar.OutOfReach:
        return Remaining("grey", wording.day(last), until, case.provisional)
    if last == today or not left:
        at = f"{timezone.localtime(case.due_at):%H:%M}"
        words = f"今日 {at} 到期" if last == today else "即将到期"
        return Remaining("amber", words, until, case.provisional)
    tone = "amber" if left == 1 else "green"
    return Remaining(tone, f"剩 {left} 个工作日", until, case.provisional)


def soon(days: calendar.WorkCalendar, now: dt.datetime) -> dt.datetime:
    """Return the end of the next working day: what is due by then is about to be late."""
    today = timezone.localdate(now)
    try:
        last = days.deadline(today, 1).day
    except calendar.OutOfReach:
        last = today
    return dt.datetime.combine(last, dt.time.max, tzinfo=calendar.ZONE)


def used(minutes: int | None, per_day: int) -> str:
    """Return working minutes in words: “1 个工作日 2 小时”."""
    if minutes is None:
        return ""
    whole, rest = divmod(minutes, per_day)
    hours, left = divmod(rest, 60)
    parts = [f"{whole} 个工作日"] if whole else []
    parts += [f"{hours} 小时"] if hours else []
    parts += [f"{left} 分钟"] if left and not whole else []
    return " ".join(parts) or "不足 1 分钟"
