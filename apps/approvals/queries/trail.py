"""办理进程: every step a case took, the one it is at, and those to come. Source: ux.md §6."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.core import calendar

from .. import deadlines, remaining
from ..choices import ENDED, PAPER, REVIEWS, WRITABLE, Kind, Partner, State
from ..models import Application, Confirmation, Step
from ..moves import label as verb

TONES = {
    "return": "amber",
    "object": "amber",
    "override": "red",
    "refuse": "red",
    "withdraw": "grey",
    "close": "grey",
}


@dataclass(frozen=True)
class Node:
    """One line of the timeline.

    label   the step; did: what was done there, "" for what is not done yet
    state   "done", "now" or "future"
    tone    of its mark: green, amber, red, grey, blue
    used    working time spent; limit in words; late: it was done after its limit
    lamp    what remains, of the step the case is at; due: until when
    """

    label: str
    state: str = "done"
    did: str = ""
    tone: str = "green"
    by: str = ""
    received: dt.datetime | None = None
    done: dt.datetime | None = None
    used: str = ""
    limit: str = ""
    late: bool = False
    opinion: str = ""
    notes: tuple[str, ...] = ()
    checks: tuple[dict[str, str], ...] = ()
    lamp: remaining.Remaining | None = None
    due: dt.datetime | None = None


def nodes(
    application: Application, steps: list[Step], confirmations: list[Confirmation]
) -> list[Node]:
    """Return the timeline, oldest first. One query: the calendar."""
    days = calendar.current()
    found = [_past(step, application, days) for step in steps]
    if application.state in ENDED:
        return found
    now = timezone.now()
    if application.state == State.CONFIRMING:
        found += [_part(row, days, now) for row in confirmations if row.confirmed_at is None]
        return [*found, Node("办结", "future", tone="grey")]
    found.append(_present(application, days, now))
    return found + [Node(label, "future", tone="grey") for label in _to_come(application)]


def _past(step: Step, application: Application, days: calendar.WorkCalendar) -> Node:
    label = "申报" if step.move == "submit" else step.step
    if partner := step.facts.get("partner"):
        label = f"{Partner(partner).label}联办"
    limit = f"限 {step.limit} 个工作日" if step.limit else ""
    late = False
    if step.limit and step.arrived_at is not None:
        due = deadlines.due(step.arrived_at, step.limit, days).at
        late = due is not None and step.at > due
    return Node(
        label=label,
        did=verb(step.move, step.from_state),
        tone=TONES.get(step.move, "green"),
        by=step.by_name,
        received=step.arrived_at if step.from_state != State.DRAFT else None,
        done=step.at,
        used=remaining.used(step.minutes, days.hours.per_day),
        limit=limit,
        late=late,
        opinion=step.opinion,
        notes=tuple(_notes(step)),
        checks=tuple(step.facts.get("checks") or ()),
    )


def _notes(step: Step) -> Iterator[str]:
    facts = step.facts
    if facts.get("again"):
        yield "补正后再次提交"
    if facts.get("lines", 0) > 1:
        yield f"共 {facts['lines']} 人（项）"
    if skipped := facts.get("skipped"):
        yield f"没有主管部门审核人，跳过“{skipped}”"
    if to := facts.get("to"):
        yield f"转给 {to}"
    if document := facts.get("document"):
        yield f"依据 {document}"
    for name in facts.get("refused", ()):
        yield f"不核准：{name}"
    for name, heads in facts.get("granted", {}).items():
        yield f"{name}：核准 {heads} 名"


def _present(application: Application, days: calendar.WorkCalendar, now: dt.datetime) -> Node:
    here = application.version.step_at(application.state)
    label = here.label if here is not None else State(application.state).label
    by = str(application.handler) if application.handler_id else ""
    limit = f"限 {here.limit} 个工作日" if here is not None and here.limit else ""
    if application.state == State.RETURNED:
        by = f"{application.unit.name}补正"
    lamp = None
    if application.state not in WRITABLE:
        lamp = remaining.remaining(application, days, now)
    spent = deadlines.minutes_between(application.arrived_at, now, days)
    return Node(
        label,
        "now",
        tone="blue" if application.state != State.RETURNED else "amber",
        by=by,
        received=application.arrived_at,
        used=remaining.used(spent, days.hours.per_day) if lamp is not None else "",
        limit=limit,
        lamp=lamp,
    )


def _part(row: Confirmation, days: calendar.WorkCalendar, now: dt.datetime) -> Node:
    label = f"{Partner(row.partner).label}联办"
    if row.arrived_at is None:
        return Node(label, "future", tone="grey", notes=("等前面的部门确认后送达",))
    objected = row.objected_at is not None
    return Node(
        label,
        "now",
        tone="amber" if objected else "blue",
        received=row.arrived_at,
        used=remaining.used(
            deadlines.minutes_between(row.arrived_at, now, days), days.hours.per_day
        ),
        notes=("已提出异议，待处理",) if objected else (),
        lamp=remaining.remaining(row, days, now),
        due=row.due_at,
    )


def _to_come(application: Application) -> Iterator[str]:
    """Yield the labels of the steps after the present one, as the case's version has them."""
    way = application.way
    states = [one.state for one in way]
    state = application.state
    if state in WRITABLE:
        yield from (one.label for one in way)
    elif state in REVIEWS and state in states:
        yield from (one.label for one in way[states.index(state) + 1 :])
    if state in REVIEWS or state in WRITABLE:
        if application.kind == Kind.QUOTA_USE:
            yield State.ISSUING.label
        elif application.version.paper:
            yield from (State(one).label for one in PAPER)
    elif state in PAPER:
        yield from (State(one).label for one in PAPER[PAPER.index(State(state)) + 1 :])
    if application.kind != Kind.QUOTA_USE:
        for hand in sorted(application.version.hands, key=lambda one: one.order):
            yield f"{Partner(hand.code).label}联办"
    yield "办结"


def opinions(steps: list[Step]) -> list[dict[str, Any]]:
    """Return what was said so far, newest first, like on the paper form."""
    said = [step for step in steps if step.opinion or step.move in ("pass", "refuse")]
    return [
        {
            "step": step.step,
            "did": verb(step.move, step.from_state),
            "by": step.by_name,
            "at": step.at,
            "text": step.opinion,
        }
        for step in reversed(said)
    ]
