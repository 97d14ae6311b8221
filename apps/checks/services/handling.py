"""What people do about a finding. That it is gone, the check alone decides (CK-03)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write

from ..access import may_explain, may_judge
from ..choices import State
from ..errors import DayUnfit, FindingGone, HandledMeanwhile, MoveRefused, OpinionMissing
from ..models import Finding, Handling
from .runs import check_units
from .statistics import hold

LONGEST_MUTE = dt.timedelta(days=366)


@dataclass(frozen=True)
class Move:
    """label and hint are what the page says; needs_opinion: refused without one."""

    label: str
    hint: str
    sources: frozenset[str]
    target: str
    allowed: Callable[[Any, Finding], bool]
    needs_opinion: bool = True


_ACTIVE = frozenset({State.OPEN, State.EXPLAINED, State.CONFIRMED, State.CLAIMED})

MOVES: dict[str, Move] = {
    "explain": Move(
        "说明", "写明原因和依据，供编办判断",
        frozenset({State.OPEN, State.EXPLAINED, State.CLAIMED}), State.EXPLAINED, may_explain,
    ),
    "claim": Move(
        "已整改", "立即复核；仍查出的不会关闭", _ACTIVE, State.CLAIMED, may_explain,
        needs_opinion=False,
    ),
    "confirm": Move(
        "确认属实", "确认问题成立，等待整改",
        frozenset({State.OPEN, State.EXPLAINED, State.CLAIMED}), State.CONFIRMED, may_judge,
        needs_opinion=False,
    ),
    "mute": Move(
        "暂不提示", "到期自动恢复",
        _ACTIVE | {State.MUTED}, State.MUTED, may_judge,
    ),
    "reopen": Move(
        "恢复待处理", "撤回之前的处置",
        frozenset({State.EXPLAINED, State.CONFIRMED, State.CLAIMED, State.MUTED}), State.OPEN,
        may_judge,
    ),
}  # fmt: skip


def moves_of(user: Any, finding: Finding) -> list[tuple[str, Move]]:
    """Return the moves `user` may make now; a button that shows also works."""
    if finding.gone_at is not None:
        return []
    return [
        (name, move)
        for name, move in MOVES.items()
        if finding.state in move.sources and move.allowed(user, finding)
    ]


@write
def handle(
    *,
    finding: Finding,
    move: str,
    by: Any,
    opinion: str = "",
    until: dt.date | None = None,
    turn: int | None = None,
) -> Finding:
    """Make one move on a finding and return it as it is then.

    until   last day of a mute
    turn    the finding's turn as the page showed it; None: whatever it is (batch moves)
    A claim asks the rule again at once: what is corrected closes, what is not stays 报称已改.
    Raises PermissionDenied, FindingGone, HandledMeanwhile, MoveRefused, OpinionMissing, DayUnfit.
    """
    step = MOVES[move]
    if move == "claim":  # before the row: a run under way holds this lock and wants the row
        hold(2)
    row = Finding.objects.select_for_update(of=("self",)).select_related("unit").get(pk=finding.pk)
    if not step.allowed(by, row):
        raise PermissionDenied
    if row.gone_at is not None:
        raise FindingGone
    if turn is not None and turn != row.turn:
        raise HandledMeanwhile(*_last(row))
    if row.state not in step.sources:
        raise MoveRefused(row.state)
    opinion = opinion.strip()
    if step.needs_opinion and not opinion:
        raise OpinionMissing
    if move == "mute":
        _refuse_day(until)
    before, row.state = row.state, State(step.target)
    row.muted_until = until if move == "mute" else None
    row.turn += 1
    row.save(update_fields=["state", "muted_until", "turn"])
    Handling.objects.create(
        finding=row,
        move=move,
        before=before,
        after=row.state,
        opinion=opinion,
        until=row.muted_until,
        by=by,
    )
    _record(move, row, before, opinion, by)
    if move == "claim":
        check_units(units=frozenset({row.unit_id}), only=row.rule)
        row.refresh_from_db()
    return row


@write
def handle_many(
    *,
    findings: Iterable[Finding],
    move: str,
    by: Any,
    opinion: str = "",
    until: dt.date | None = None,
) -> tuple[int, int]:
    """Make one move on several; return how many were moved and how many could not be.

    Those gone, in another state or out of the reader's rights are left as they are.
    Raises OpinionMissing, DayUnfit: then nothing is moved.
    """
    done = left = 0
    for finding in sorted(findings, key=lambda one: one.pk):  # one order: no deadlock
        try:
            handle(finding=finding, move=move, by=by, opinion=opinion, until=until)
        except (PermissionDenied, FindingGone, MoveRefused):
            left += 1
        else:
            done += 1
    return done, left


def _refuse_day(until: dt.date | None) -> None:
    today = timezone.localdate()
    if until is None or not today <= until <= today + LONGEST_MUTE:
        raise DayUnfit(today + LONGEST_MUTE)


def _last(finding: Finding) -> tuple[str, str]:
    last = finding.handlings.select_related("by").order_by("-pk").first()
    if last is None:
        return "系统", "更新"
    move = MOVES.get(last.move)
    return str(last.by or "系统"), move.label if move is not None else "恢复"


def _record(move: str, finding: Finding, before: str, opinion: str, by: Any) -> None:
    after: dict[str, Any] = {"state": finding.state, "rule": finding.rule}
    if finding.muted_until is not None:
        after["until"] = finding.muted_until.isoformat()
    kinds = {
        "explain": "finding.explain",
        "claim": "finding.claim",
        "confirm": "finding.confirm",
        "mute": "finding.mute",
        "reopen": "finding.reopen",
    }
    audit.record(
        kinds[move],
        target=finding,
        by=by,
        note=opinion[:200],
        before={"state": before},
        after=after,
    )
