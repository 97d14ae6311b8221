"""How far an application is: the step line, its lamp, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.core.scope import above
from apps.quotas.standing import Lamp
from apps.units.models import UnitUserPermission

from .choices import ENDED, PAPER, REVIEWS, WRITABLE, Kind, Partner, State
from .models import Application

#: Permission of who acts at a step; its holders' unit is the office that handles it.
ACTS: dict[str, str] = {**REVIEWS, State.ISSUING: "examine", **dict.fromkeys(PAPER, "examine")}
OFFICE = "编办"


@dataclass(frozen=True)
class Mark:
    """One step of the line. state: "done", "now", "bad" or "" for what is still to come."""

    label: str
    state: str = ""


def line_of(application: Application) -> list[Mark]:
    """Return the steps from filing to the end, as the case's own version has them. No query
    when `version` is joined."""
    states: list[tuple[str, tuple[str, ...]]] = [("申报", WRITABLE)]
    states += [(one.label, (one.state,)) for one in application.way]
    if application.kind == Kind.QUOTA_USE:
        states.append(("下达通知单", (State.ISSUING,)))
    elif application.version.paper:
        states.append(("纸质流转", PAPER))
    if application.version.hands:
        states.append(("部门联办", (State.CONFIRMING,)))
    states.append(("办结", (State.DONE,)))
    state = application.state
    if state in (State.REFUSED, State.WITHDRAWN):
        return [Mark("申报", "done"), Mark(State(state).label, "bad")]
    here = next((n for n, (_, those) in enumerate(states) if state in those), 0)
    found = []
    for number, (label, _) in enumerate(states):
        now = "done" if state == State.DONE else "now"
        found.append(Mark(label, "done" if number < here else now if number == here else ""))
    if state == State.RETURNED:
        found[0] = Mark("待补正", "bad")
    return found


def lamp_of(application: Application, now: dt.datetime | None = None) -> Lamp:
    """Return the lamp of where a case is: red what waits for the applicant or is late."""
    state = State(application.state)
    if state == State.RETURNED:
        return "red", "待补正"
    if state in (State.DRAFT, State.WITHDRAWN):
        return "grey", state.label
    if state == State.DONE:
        return "green", state.label
    if state == State.REFUSED:
        return "red", state.label
    due, now = application.due_at, now or timezone.now()
    if due is not None and due < now:
        return "red", f"{step_label(application)} · 超期"
    if due is not None and due - now < dt.timedelta(days=1):
        return "amber", f"{step_label(application)} · 将到期"
    return "green", step_label(application)


def step_label(application: Application) -> str:
    """Return the name of the step a case is at, as its version has it."""
    here = application.version.step_at(application.state)
    return here.label if here is not None else State(application.state).label


def opens(application: Application) -> str:
    """Return where its applicant opens a case: to write on, or to follow."""
    if application.state in WRITABLE:
        return reverse("approvals:check", args=[application.pk])
    try:
        return application.get_absolute_url()
    except NoReverseMatch:
        return reverse("approvals:filed", args=[application.pk])


@dataclass(frozen=True)
class Turn:
    """Whose turn it is. offices: names of who acts; due_at None where no limit is set."""

    step: str
    offices: tuple[str, ...]
    due_at: dt.datetime | None
    provisional: bool


def turn_of(application: Application) -> Turn | None:
    """Return which step comes, which offices act there, until when; None when it has ended."""
    if application.state in ENDED:
        return None
    if application.state in WRITABLE:
        return Turn("补正后再次提交", (application.unit.name,), None, False)
    if application.state == State.CONFIRMING:
        rows = application.confirmations.filter(confirmed_at=None).exclude(arrived_at=None)
        waiting = list(rows.order_by("due_at"))
        names = tuple(Partner(row.partner).label for row in waiting)
        due = waiting[0].due_at if waiting else None
        return Turn("部门联办", names, due, any(row.provisional for row in waiting))
    return Turn(
        step_label(application),
        (_office_at(application),),
        application.due_at,
        application.provisional,
    )


def _office_at(application: Application) -> str:
    """Return the name of the unit whose people act at this step: the nearest over the case."""
    permission = ACTS[application.state]
    path = application.desk
    nearest = (
        UnitUserPermission.objects.filter(
            permission__codename=permission,
            content_object__path__in=above(path),
            user__is_active=True,
        )
        .order_by("-content_object__path")
        .select_related("content_object")
        .first()
    )
    if permission != "supervise":
        return f"{nearest.content_object.name}{OFFICE}" if nearest is not None else OFFICE
    return nearest.content_object.name if nearest is not None else "主管部门"


def is_mine(user: Any, application: Application) -> bool:
    """Say whether the case is the user's to follow as an applicant."""
    return application.applicant_id == user.pk or user.may("file_for", application.unit)
