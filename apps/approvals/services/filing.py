"""提交: a number, the first step, and what the register would say. Source: docs/rules.md AP-04."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.units import grants

from .. import comparing, errors, kinds, offices
from ..choices import LETTERS, State
from ..models import Application, KindVersion, Line
from . import lateness, trial


def submit(
    application: Application,
    lines: list[Line],
    *,
    by: Any,
    now: dt.datetime,
    told: dict[str, Any],
) -> str:
    """Check a draft as the register would, number it, and return its first step.

    Raises NothingAsked, MaterialMissing, LineFails and what the kind's guard refuses.
    """
    if not lines:
        raise errors.NothingAsked
    if application.number is None:
        # settings of the day it is first filed; a case sent back keeps its version
        application.version = KindVersion.objects.in_force(application.kind)
        application.number = _next_number(application.kind, timezone.localdate().year)
        application.submitted_at = now
    _refuse_missing(application)
    if application.applicant_id is None:
        application.applicant = by
    kind = kinds.of(application.kind)
    kind.guard(application, lines)
    trial.effects(application, lines, by=by)
    if application.state == State.DRAFT:
        late = lateness.note(application, lines, now)
        if late is not None:
            told["late"] = late.days
    told["lines"] = len(lines)
    told["said"] = comparing.said(kind, lines)
    if application.state == State.RETURNED:
        told["again"] = True
    application.releases = offices.must_release(application)
    return _first_step(application, told)


def _first_step(application: Application, told: dict[str, Any]) -> str:
    """Return the first step; a unit without a supervising department files with the office."""
    first = application.way[0].state
    if first == State.SUPERVISING and not grants.anyone_holds("supervise", application.unit.path):
        told["skipped"] = State.SUPERVISING.label
        return application.state_after(first) or first
    return first


def _refuse_missing(application: Application) -> None:
    there = set(
        application.attachments.filter(removed_at__isnull=True).values_list("material", flat=True)
    )
    missing = [
        one.label for one in application.version.papers if one.required and one.code not in there
    ]
    if missing:
        raise errors.MaterialMissing(missing)


def _next_number(kind: str, year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('approvals_number')")
        return f"{LETTERS[kind]}{year}{cursor.fetchone()[0]:06d}"  # type: ignore[index]
