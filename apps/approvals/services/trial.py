"""Doing the effect of an application without keeping it: what the register would refuse."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.checks import asking
from apps.quotas.errors import QuotaRefused
from apps.staff.errors import StaffRefused

from .. import errors, kinds
from ..choices import Verdict
from ..models import Application, Line

#: What the services of the register refuse; everything else is a fault of ours.
REFUSED = (StaffRefused, QuotaRefused, errors.ApprovalRefused)


def run(application: Application, lines: list[Line], *, by: Any) -> None:
    """Do the effect of every line that was not refused, in order. Raises LineFails.

    Inside the caller's transaction; what was written stays unless it is rolled back.
    """
    kind = kinds.of(application.kind)
    for line in lines:
        if line.verdict == Verdict.REFUSED:
            continue
        try:
            kind.effect(application, line, by=by)
        except errors.LineFails:
            raise
        except REFUSED as refusal:
            raise errors.LineFails(line, refusal) from refusal


def effects(application: Application, lines: list[Line], *, by: Any) -> None:
    """Raise LineFails where the register would refuse; nothing remains."""
    with transaction.atomic():
        run(application, lines, by=by)
        transaction.set_rollback(True)
    _forget(lines)


def checked(application: Application, lines: list[Line], *, by: Any) -> asking.Outcome:
    """Return what the checks would find appear, go and stay. Raises LineFails. Nothing remains."""
    kind = kinds.of(application.kind)
    outcome = asking.for_application(
        units=kind.touched(application), apply=lambda: run(application, lines, by=by)
    )
    _forget(lines)
    return outcome


def _forget(lines: list[Line]) -> None:
    for line in lines:
        line.result = None
