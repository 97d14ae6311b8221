"""联办: partners confirm on the same form, each their own part. Source: domain.md §4.13, AP-09."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .. import deadlines, errors, rules
from ..choices import Partner, State
from ..models import Application, Confirmation


def begin(application: Application, now: dt.datetime) -> str:
    """Open the partners' parts after the effect; without partners the case is done."""
    hands = application.version.hands
    if not hands:
        return State.DONE
    first = min(one.order for one in hands)
    for hand in hands:
        row = Confirmation(
            application=application,
            partner=hand.code,
            order=hand.order,
            scope=application.scope,
        )
        if hand.order == first:
            _arrive(row, hand.limit, now)
        row.save()
    return State.CONFIRMING


def answer(
    application: Application,
    move: str,
    *,
    by: Any,
    opinion: str,
    now: dt.datetime,
    told: dict[str, Any],
    partner: str = "",
    reference_no: str = "",
    client: str = "",
    **_: Any,
) -> str:
    """Confirm or object for one partner; return DONE when all have confirmed.

    partner   whose part; "": the one part whose turn it is among those the user may answer
    Raises NotAPartner.
    """
    rows = list(application.confirmations.select_for_update(no_key=True))
    mine = rules.partners_of(by, application) if by is not None else list(Partner)
    turn = [
        row
        for row in rows
        if rules.is_turn(row) and row.partner in mine and partner in ("", row.partner)
    ]
    if not turn:
        raise errors.NotAPartner
    row = turn[0]
    told |= {"partner": row.partner}
    row.opinion, row.client = opinion.strip(), client
    if move == "object":
        row.objected_at = now
        row.save()
        return State.CONFIRMING
    row.confirmed_at, row.confirmed_by, row.reference_no = now, by, reference_no
    row.save()
    open_rows = [one for one in rows if one.confirmed_at is None]
    if not open_rows:
        return State.DONE
    first = min(one.order for one in open_rows)
    limits = {hand.code: hand.limit for hand in application.version.hands}
    for one in open_rows:
        if one.order == first and one.arrived_at is None:
            _arrive(one, limits.get(one.partner, 0), now)
            one.save()
    return State.CONFIRMING


def _arrive(row: Confirmation, limit: int, now: dt.datetime) -> None:
    row.arrived_at = now
    row.due_at, row.provisional = deadlines.due(now, limit)
