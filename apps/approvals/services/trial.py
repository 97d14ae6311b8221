"""Doing the effect of an application without keeping it: what the register would refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Report:
    """What would happen: the refusal of each line (by key), of the whole, or the checks' outcome.

    general   refusals that belong to no single line
    outcome   None where something was refused
    """

    lines: dict[int, Exception]
    general: list[Exception]
    outcome: asking.Outcome | None

    @property
    def is_clean(self) -> bool:
        return self.outcome is not None and not self.outcome.is_refused


def report(application: Application, lines: list[Line], *, by: Any) -> Report:
    """Try every line, also after one was refused, and ask the checks. Nothing remains."""
    kind = kinds.of(application.kind)
    refused: dict[int, Exception] = {}
    general: list[Exception] = []
    for line in lines:
        _collect(partial(kind.guard, application, [line]), line, refused, general)
    if not refused and not general and len(lines) > 1:
        _collect(partial(kind.guard, application, lines), None, refused, general)

    def apply() -> None:
        for line in lines:
            if line.pk not in refused:
                alone = partial(_alone, kind, application, line, by)
                _collect(alone, line, refused, general)

    outcome = asking.for_application(units=kind.touched(application), apply=apply)
    _forget(lines)
    return Report(refused, general, None if refused or general else outcome)


def _alone(kind: Any, application: Application, line: Line, by: Any) -> None:
    with transaction.atomic():
        kind.effect(application, line, by=by)


def _collect(
    call: Callable[[], Any],
    line: Line | None,
    refused: dict[int, Exception],
    general: list[Exception],
) -> None:
    try:
        call()
    except errors.LineFails as failed:
        refused[failed.line.pk] = failed.refusal
    except REFUSED as refusal:
        if line is None or getattr(refusal, "field", "slot") is None:
            general.append(refusal)
        else:
            refused[line.pk] = refusal


def _forget(lines: list[Line]) -> None:
    for line in lines:
        line.result = None
