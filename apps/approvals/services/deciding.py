"""通过: the next step, or the decision with its effect. Source: docs/rules.md AP-07, AP-08."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from apps.checks import asking, telling

from .. import errors, kinds
from ..choices import GIVING, REVIEWS, Kind, State, Verdict
from ..models import Application, Line
from . import confirming, paper, trial

#: What a passed step says of a line.
JUDGED = ("verdict", "granted", "reason")


def passed(
    application: Application,
    lines: list[Line],
    *,
    by: Any,
    now: dt.datetime,
    granted: Mapping[int, Any] | None,
    told: dict[str, Any],
) -> str:
    """Return where a case goes that passes its step; after the last one, the effect is done.

    Raises RedCheck unless somebody with the right has let the red ones through.
    """
    kind = kinds.of(application.kind)
    if application.state not in REVIEWS:  # 入库更新 after the paper came back
        paper.give_back(lines, by=by)
        return _effect(application, lines, by=by, now=now)
    after = application.state_after(application.state)
    if application.state in GIVING and after is not None:
        # it lets go of people, or does not: what the other office grants, and what the register
        # makes of it there, is none of its business
        kind.release(application, lines)
        return after
    judge(lines, granted)
    told |= _verdicts(lines, granted)
    kind.guard(application, lines)
    if application.kind != Kind.QUOTA_USE and (after is not None or application.version.paper):
        _refuse_red(application, lines, by=by, told=told)
    if after is None:
        application.decided_at, application.decided_by = now, by
        for line in lines:
            line.verdict = line.verdict or Verdict.GRANTED
    if after is not None or application.kind == Kind.QUOTA_USE or application.version.paper:
        _save(lines, JUDGED)  # a line that takes effect now is saved with what that brings
    kind.passing(application, lines, by=by, told=told)
    if after is not None:
        return after
    kind.decided(application, lines, by=by)
    if application.kind == Kind.QUOTA_USE:
        return State.ISSUING
    if application.version.paper:
        paper.hold(application, lines, by=by)
        return State.REGISTERED
    return _decide(application, lines, by=by, now=now, told=told)


def judge(lines: list[Line], granted: Mapping[int, Any] | None) -> None:
    """Set what is granted of each line (部分核准); None keeps what was set before.

    Raises NothingGranted.
    """
    if granted is not None:
        for line in lines:
            said = granted.get(line.pk, line.asked or True)
            if line.asked:
                line.granted = int(said)
            line.verdict = Verdict.GRANTED if said else Verdict.REFUSED
    if all(line.verdict == Verdict.REFUSED for line in lines):
        raise errors.NothingGranted


def _verdicts(lines: list[Line], granted: Mapping[int, Any] | None) -> dict[str, Any]:
    """Return what the trail keeps of a partial decision: who was not granted, how many heads."""
    if granted is None:
        return {}
    found: dict[str, Any] = {}
    if refused := [str(one) for one in lines if one.verdict == Verdict.REFUSED]:
        found["refused"] = refused
    heads = {str(one): one.granted for one in lines if one.asked and one.granted != one.asked}
    return found | ({"granted": heads} if heads else {})


def _save(lines: list[Line], names: Iterable[str]) -> None:
    for line in lines:
        line.save(update_fields=names)


def _decide(
    application: Application,
    lines: list[Line],
    *,
    by: Any,
    now: dt.datetime,
    told: dict[str, Any],
) -> str:
    """Do the effect, unless it brings a red contradiction that nobody let through.

    Only red ones are asked here; the steps before have kept the yellow ones in the trail.
    """
    red = trial.decide(application, lines, by=by)
    told["checks"] = told_checks(application, red)
    if red and application.override_by_id is None:
        raise errors.RedCheck(red)
    return _effected(application, lines, now)


def _effect(application: Application, lines: list[Line], *, by: Any, now: dt.datetime) -> str:
    trial.run(application, lines, by=by)
    return _effected(application, lines, now)


def _effected(application: Application, lines: list[Line], now: dt.datetime) -> str:
    _save(lines, [*JUDGED, "result"])
    application.effected_at = now
    return confirming.begin(application, now)


def _refuse_red(
    application: Application, lines: list[Line], *, by: Any, told: dict[str, Any]
) -> None:
    outcome = trial.checked(application, lines, by=by)
    red = [one for one in outcome.appears if one.level == "red"]
    told["checks"] = told_checks(application, outcome.appears)
    if red and application.override_by_id is None:
        raise errors.RedCheck(red)


def told_checks(application: Application, found: list[asking.Found]) -> list[dict[str, str]]:
    """Return what would appear, as the trail keeps it: rule, level and sentence, no names."""
    names = {unit.pk: unit.name for unit in kinds.of(application.kind).touched(application)}
    return [
        {
            "rule": one.rule.number,
            "level": str(one.level),
            "says": telling.said(one, names.get(one.hit.unit, "")),
        }
        for one in found
    ]
