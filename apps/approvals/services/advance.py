"""The one function that moves an application. Its effect runs in the same transaction.

Source: docs/rules.md AP-01 to AP-09.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.scope import covers
from apps.core.writes import constraint_of, write

from .. import deadlines, errors, kinds, rules
from ..choices import ENDED, REVIEWS, State
from ..models import Application, KindVersion, Line, Step
from ..moves import FIRST, MOVES, NEXT, SAME, label
from . import confirming, deciding, filing, issuing, overriding, paper, telling


@write
def advance(
    *,
    application: Application,
    move: str,
    by: Any,
    seen: int | None = None,
    opinion: str = "",
    to: Any = None,
    granted: Mapping[int, Any] | None = None,
    **facts: Any,
) -> Application:
    """Make one move and return the application.

    seen      revision of the page the user acted on; None: not asked
    to        the colleague of 转办
    granted   line pk → heads granted (用编申请), or False for a line not granted; None: all
    facts     what single moves ask for: document (override), partner, reference_no, client
    Raises Stale, MoveRefused, OwnApplication, OpinionMissing, PermissionDenied, and what the
    kind's guard and effect refuse; nothing is written then.
    """
    with deadlines.one_calendar():
        return _advance(application, move, by, seen, opinion, to, granted, facts)


def _advance(
    application: Application,
    move: str,
    by: Any,
    seen: int | None,
    opinion: str,
    to: Any,
    granted: Mapping[int, Any] | None,
    facts: dict[str, Any],
) -> Application:
    step = MOVES[move]
    application = _locked(application, seen)
    now = timezone.now()
    if application.state not in step.sources:
        raise errors.MoveRefused(application, move, application.trail.last())
    if by is not None:
        if step.decides and rules.is_own(by, application):
            raise errors.OwnApplication
        if not rules.may_move(by, move, application):
            raise PermissionDenied
    if step.needs_opinion and not opinion.strip():
        raise errors.OpinionMissing(label(move, application.state))

    before = application.state
    kind = kinds.of(application.kind)
    rows = application.lines.select_related(*kind.reads)
    lines = list(rows.prefetch_related(*kind.reads_rarely))
    told: dict[str, Any] = {}
    if step.target == FIRST:
        target = filing.submit(application, lines, by=by, now=now, told=told)
    elif move == "override":
        target = overriding.override(application, lines, by=by, reason=opinion, told=told, **facts)
    elif move in confirming.MOVES:
        target = confirming.MOVES[move](
            application, move, by=by, opinion=opinion, now=now, told=told, **facts
        )
    elif move == "issue":
        issuing.issue(application=application, lines=lines, by=by, told=told, **facts)
        application.effected_at = now
        target = step.target
    elif move in paper.FACTS:
        paper.FACTS[move](application, told=told, **facts)
        target = step.target
    elif step.target == NEXT:
        target = deciding.passed(application, lines, by=by, now=now, granted=granted, told=told)
    elif step.target == SAME:
        target = before
    else:
        target = step.target
    if move == "reassign":
        _hand_to(application, to, told)

    arrived = application.arrived_at
    if target != before:
        _arrive(application, target, now)
    application.revision += 1
    if step.target == FIRST:  # only then lines become open, and meet others
        with _refusals(application):
            application.save()
    else:
        application.save()
    if target in ENDED and application.effected_at is None:
        kind.released(application, lines, by=by)
    here = application.version.step_at(before)
    row = Step.objects.create(
        application=application,
        move=move,
        from_state=before,
        to_state=target,
        step=here.label if here is not None else State(before).label,
        by=by,
        by_name=str(by) if by is not None else facts.get("client") or "系统",
        arrived_at=arrived,
        at=now,
        minutes=deadlines.minutes_between(arrived, now) if before in REVIEWS else None,
        limit=here.limit if here is not None and here.limit else None,
        opinion=opinion.strip(),
        facts=told,
        decides=step.decides,
    )
    telling.announce(row)
    audit.record(
        f"application.{move}",
        target=application,
        by=by,
        note=opinion.strip(),
        before={"state": State(before).label},
        after={"state": State(target).label, "number": application.number},
    )
    return application


def _locked(application: Application, seen: int | None) -> Application:
    locked = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "document")
        .get(pk=application.pk)
    )
    locked.version = KindVersion.objects.kept(locked.version_id)
    if seen is not None and locked.revision != seen:
        raise errors.Stale(locked, locked.trail.select_related("by").last())
    return locked


def _arrive(application: Application, target: str, now: dt.datetime) -> None:
    """Set where the case is, since when, until when; nobody holds it there yet."""
    application.state = target
    application.arrived_at = now
    application.handler = None
    here = application.version.step_at(target)
    if target != State.CONFIRMING:  # there the partners' limits hold (services.confirming)
        due = deadlines.due(now, here.limit) if here is not None else deadlines.NEVER
        application.due_at, application.provisional = due
    application.ended_at = now if target in ENDED else None


def _hand_to(application: Application, to: Any, told: dict[str, Any]) -> None:
    permission = REVIEWS[application.state]
    if to is None or not covers(to.subtrees(permission), application.desk):
        raise errors.NoSuchHandler(to)
    if rules.is_own(to, application):
        raise errors.OwnApplication
    application.handler = to
    told["to"] = str(to)


class _refusals:
    """Turn the database's refusal of a second open application into ours."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __enter__(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.savepoint.__exit__(kind, error, trace)
        if not isinstance(error, IntegrityError):
            return
        name = constraint_of(error)
        if name == "line_one_open_for_a_person":
            own = {
                bytes(line.person_key): line
                for line in self.application.lines.all()
                if line.person_key
            }
            other = (
                Line.objects.filter(person_key__in=list(own), is_open=True)
                .exclude(application=self.application)
                .select_related("application")
                .first()
            )
            if other is None:
                raise errors.PersonHasOpenApplication(None) from error
            raise errors.PersonHasOpenApplication(
                other.application, own.get(bytes(other.person_key or b""))
            ) from error
        if name in ("line_slot_used_once", "line_slot_is_free"):
            line = self.application.lines.select_related("slot__notice").exclude(slot=None).first()
            others = Line.objects.filter(slot=line.slot, is_open=True)  # type: ignore[union-attr]
            holders = others.exclude(application=self.application).select_related("application")
            raise errors.SlotGone(line.slot, holders.first()) from error  # type: ignore[union-attr, arg-type]
