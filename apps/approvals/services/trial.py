"""Doing the effect of an application without keeping it: what the register would refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from apps.checks import asking
from apps.core.writes import as_one
from apps.quotas import services as quotas
from apps.quotas.errors import QuotaRefused
from apps.staff.errors import StaffRefused
from apps.staff.models import Occupancy, Person

from .. import errors, kinds
from ..choices import Verdict
from ..models import Application, Line

#: What the services of the register refuse; everything else is a fault of ours.
REFUSED = (StaffRefused, QuotaRefused, errors.ApprovalRefused)


def run(application: Application, lines: list[Line], *, by: Any) -> None:
    """Do the effect of every line that was not refused, in order. Raises LineFails.

    Inside the caller's transaction; what was written stays unless it is rolled back.
    """
    _lock(application, lines)
    kind = kinds.of(application.kind)
    with as_one(savepoint=False):
        for line in lines:
            if line.verdict == Verdict.REFUSED:
                continue
            try:
                kind.effect(application, line, by=by)
            except errors.LineFails:
                raise
            except REFUSED as refusal:
                raise errors.LineFails(line, refusal) from refusal


def _lock(application: Application, lines: list[Line]) -> None:
    """Lock the people of all lines, then their places, then every balance they touch.

    A case of several lines would else lock the second person behind the balances of the first; a
    head given back locks the receiving balance before the other one. Both would wait crosswise
    with whoever goes the usual way: person, place, balances, each in key order.
    """
    people = {line.person_id for line in lines if line.person_id is not None}
    spells = {line.spell_id for line in lines if line.spell_id is not None}
    for table, keys in ((Person, people), (Occupancy, spells)):
        if keys:
            rows = table._default_manager.filter(pk__in=keys).order_by("pk")
            list(rows.select_for_update(no_key=True).values_list("pk"))
    if len(lines) == 1 and (lines[0].slot_id is None or lines[0].spell_id is None):
        return  # one place and no head: the service locks all there is
    cells = {(application.unit_id, one.quota_type_id) for one in lines if one.quota_type_id}
    cells |= {(one.spell.unit_id, one.spell.quota_type_id) for one in lines if one.spell}
    if cells:
        quotas.lock_balances(cells)


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


def decide(application: Application, lines: list[Line], *, by: Any) -> list[asking.Found]:
    """Do the effect for good and return the red contradictions it brings. Raises LineFails.

    The checks are asked once, of what is written. Only where they find something the effect is
    taken back to see what was there before, and done again.
    """
    kind = kinds.of(application.kind)
    units = kind.touched(application)
    with transaction.atomic():
        run(application, lines, by=by)
        found = asking.for_units(units, rules=asking.red_rules(kind.subjects))
        if found:
            transaction.set_rollback(True)
    if not found:
        return []
    _forget(lines)
    before = asking.for_units(units, rules={one.rule.number for one in found})
    there = {one.identity for one in before}
    run(application, lines, by=by)
    return [one for one in found if one.identity not in there]


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
        _lock(application, lines)
        for line in lines:
            if line.pk not in refused:
                alone = partial(_alone, kind, application, line, by)
                _collect(alone, line, refused, general)

    outcome = asking.for_application(units=kind.touched(application), apply=apply)
    _forget(lines)
    return Report(refused, general, None if refused or general else outcome)


def _alone(kind: Any, application: Application, line: Line, by: Any) -> None:
    with as_one():
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
