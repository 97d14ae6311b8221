"""Reminders and escalation: 80 % of a limit, the last day, overdue. Source: docs/rules.md AP-20.

Run by beat, safe to run twice: a stay at a step has one row for each level. Limits count working
time; half of a limit disturbs nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.core import calendar, wording
from apps.core.writes import write

from .. import recipients
from ..choices import Event, Level, Partner, State
from ..models import Application, Confirmation, Reminder
from ..progress import ACTS, step_label
from . import telling

#: Share of the working time of a limit after which who must act is reminded.
SOON = 0.8
_ORDER = list(Level)


def remind(now: dt.datetime | None = None) -> int:
    """Remind of every limit that has come to a new level; return how many."""
    now = now or timezone.now()
    days = calendar.current()
    count = 0
    for pk, arrived, due in _waiting(
        Application.objects.filter(state__in=list(ACTS)), "application"
    ):
        level = level_of(days, arrived, due, now)
        if level is not None:
            count += _remind_case(application=pk, arrived_at=arrived, level=level, by=None)
    parts = Confirmation.objects.filter(
        confirmed_at__isnull=True, application__state=State.CONFIRMING
    )
    for pk, arrived, due in _waiting(parts, "confirmation"):
        level = level_of(days, arrived, due, now)
        if level is not None:
            count += _remind_part(confirmation=pk, arrived_at=arrived, level=level, by=None)
    return count


def level_of(
    days: calendar.WorkCalendar, arrived: dt.datetime, due: dt.datetime, now: dt.datetime
) -> Level | None:
    """Return the level a limit has come to; None while nobody is to be disturbed."""
    if now > due:
        return Level.OVERDUE
    here = timezone.localtime(now)
    opens = days.hours.parts[0][0]  # nobody is woken at midnight
    if here.date() == timezone.localtime(due).date() and here.time() >= opens:
        return Level.TODAY
    try:
        whole = days.working_time(arrived, due).minutes
        used = days.working_time(arrived, now).minutes
    except calendar.OutOfReach:
        return None
    return Level.SOON if whole and used >= SOON * whole else None


def _waiting(rows: QuerySet, link: str) -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    """Yield (pk, arrived_at, due_at) of limits that run and have not been called overdue."""
    called = Reminder.objects.filter(
        **{link: OuterRef("pk")}, arrived_at=OuterRef("arrived_at"), level=Level.OVERDUE
    )
    if link == "application":
        called = called.filter(confirmation__isnull=True)
    found = rows.filter(due_at__isnull=False, arrived_at__isnull=False).exclude(Exists(called))
    yield from found.order_by("pk").values_list("pk", "arrived_at", "due_at").iterator(2000)


def _is_new(application: Application, part: Confirmation | None, level: Level, at: Any) -> bool:
    """Note a level of a stay, unless it or a higher one is noted. The case is locked."""
    stay = Reminder.objects.filter(application=application, confirmation=part, arrived_at=at)
    told = [_ORDER.index(Level(one)) for one in stay.values_list("level", flat=True)]
    if told and max(told) >= _ORDER.index(level):
        return False
    Reminder.objects.create(application=application, confirmation=part, arrived_at=at, level=level)
    return True


@write
def _remind_case(*, application: int, arrived_at: dt.datetime, level: Level, by: Any) -> bool:
    case = telling.locked(application)
    if case.state not in ACTS or case.arrived_at != arrived_at or case.due_at is None:
        return False  # moved on meanwhile
    if not _is_new(case, None, level, arrived_at):
        return False
    _send(case, None, level, recipients.actors(case), step_label(case), case.due_at)
    return True


@write
def _remind_part(*, confirmation: int, arrived_at: dt.datetime, level: Level, by: Any) -> bool:
    found = Confirmation.objects.values_list("application_id", flat=True).get(pk=confirmation)
    case = telling.locked(found)
    part = Confirmation.objects.get(pk=confirmation)
    if part.confirmed_at is not None or part.arrived_at != arrived_at or part.due_at is None:
        return False
    if not _is_new(case, part, level, arrived_at):
        return False
    label = Partner(part.partner).label
    _send(case, part, level, recipients.partners(case, part.partner), label, part.due_at)
    return True


def _send(
    case: Application,
    part: Confirmation | None,
    level: Level,
    users: list[int],
    label: str,
    due_at: dt.datetime,
) -> None:
    key = f"remind.{case.pk}.{part.pk if part else 0}.{case.revision}.{level}"
    last = case.trail.last()
    more: dict[str, Any] = {"step": last, "confirmation": part, "label": label}
    until = wording.moment(due_at)
    if level == Level.OVERDUE:
        telling.make(case, Event.OVERDUE, users, f"{label}已超期，期限 {until}", key=key, **more)
        above = set(recipients.supervisors(case)) - set(users)
        words = f"{label}超期未办，期限 {until}，请督办"
        telling.make(case, Event.OVERDUE, above, words, key=key, **more)
        return
    words = f"{label}今日到期" if level == Level.TODAY else f"{label}将到期"
    telling.make(case, Event.SOON, users, f"{words}，期限 {until}", key=key, **more)
