"""联办: partners confirm on the same form, each their own part. Source: domain.md §4.13, AP-09."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from apps.units import grants

from .. import deadlines, errors, rules
from ..choices import PARTNER_PERMISSIONS, Partner, State
from ..models import Application, Confirmation

OPEN = """
INSERT INTO approvals_confirmation
       (application_id, scope, client, reference_no, opinion, answer,
        partner, "order", arrived_at, due_at, provisional)
SELECT %s, %s, '', '', '', '', part.*
  FROM unnest(%s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::bool[]) AS part
"""


def begin(application: Application, now: dt.datetime) -> str:
    """Open the partners' parts after the effect; without partners the case is done."""
    hands = application.version.hands
    if not hands:
        return State.DONE
    first = min(one.order for one in hands)
    rows: list[Confirmation] = []
    for hand in hands:
        row = Confirmation(
            application=application,
            partner=hand.code,
            order=hand.order,
            scope=application.scope,
        )
        if hand.order == first:
            _arrive(row, hand.limit, now)
        rows.append(row)
    _open(application, rows)
    application.due_at, application.provisional = due_of(rows)
    return State.CONFIRMING


def _open(application: Application, rows: list[Confirmation]) -> None:
    """Write the parts. Each decision opens three or four of seventeen columns, of which these
    say anything: as rows of the ORM they cost four times as much.
    """
    said = [(r.partner, r.order, r.arrived_at, r.due_at, r.provisional) for r in rows]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*said, strict=True)]
        cursor.execute(OPEN, [application.pk, application.scope, *columns])


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
    client    the system that answers for the partner, by its name; `by` is None then
    Raises NotAPartner.
    """
    rows = _rows(application)
    mine: list[str] = rules.partners_of(by, application) if by is not None else list(Partner)
    row = _turn(rows, partner, mine)
    told |= {"partner": row.partner}
    if client:
        told["client"] = client
    row.opinion, row.client = opinion.strip(), client
    if move == "object":
        row.objected_at, row.answer, row.answered_at, row.answered_by = now, "", None, None
        row.save()
        return State.CONFIRMING
    row.confirmed_at, row.confirmed_by, row.reference_no = now, by, reference_no.strip()
    row.save()
    if row.reference_no:
        told["reference_no"] = row.reference_no
    return _go_on(application, rows, now)


def reply(
    application: Application,
    move: str,
    *,
    by: Any,
    opinion: str,
    now: dt.datetime,
    told: dict[str, Any],
    partner: str = "",
    **_: Any,
) -> str:
    """Answer a partner's objection in words; the partner then confirms. Raises NothingObjected."""
    for row in _rows(application):
        if partner in ("", row.partner) and rules.is_objected(row):
            row.answer, row.answered_at, row.answered_by = opinion.strip(), now, by
            row.save()
            told |= {"partner": row.partner}
            return State.CONFIRMING
    raise errors.NothingObjected


def stand_in(
    application: Application,
    move: str,
    *,
    by: Any,
    opinion: str,
    now: dt.datetime,
    told: dict[str, Any],
    partner: str = "",
    document: Any = None,
    reference_no: str = "",
    **_: Any,
) -> str:
    """Confirm on paper for a partner nobody has an account for, so that it blocks nobody (JT-04).

    opinion   why; document: what the partner signed
    Raises NotAPartner, PartnerActs, PaperMissing.
    """
    rows = _rows(application)
    row = _turn(rows, partner, list(Partner))
    if grants.anyone_holds(PARTNER_PERMISSIONS[row.partner], application.scope):
        raise errors.PartnerActs(row.partner)
    if document is None:
        raise errors.PaperMissing
    told |= {"partner": row.partner, "document": str(document)}
    row.opinion, row.paper_document = opinion.strip(), document
    row.confirmed_at, row.confirmed_by, row.reference_no = now, by, reference_no.strip()
    row.save()
    return _go_on(application, rows, now)


#: What each move of this step does.
MOVES = {"confirm": answer, "object": answer, "answer": reply, "confirm_for": stand_in}


def _rows(application: Application) -> list[Confirmation]:
    return list(application.confirmations.select_for_update(no_key=True))


def _turn(rows: list[Confirmation], partner: str, mine: list[str]) -> Confirmation:
    for row in rows:
        if rules.is_turn(row) and row.partner in mine and partner in ("", row.partner):
            return row
    raise errors.NotAPartner


def _go_on(application: Application, rows: list[Confirmation], now: dt.datetime) -> str:
    """Let the next partners' parts arrive when those before them have all confirmed."""
    open_rows = [one for one in rows if one.confirmed_at is None]
    if not open_rows:
        return State.DONE
    first = min(one.order for one in open_rows)
    limits = {hand.code: hand.limit for hand in application.version.hands}
    for one in open_rows:
        if one.order == first and one.arrived_at is None:
            _arrive(one, limits.get(one.partner, 0), now)
            one.save()
    application.due_at, application.provisional = due_of(open_rows)
    return State.CONFIRMING


def due_of(rows: list[Confirmation]) -> deadlines.Due:
    """Return the first limit among the parts that wait: until when the case must move on."""
    waiting = [one for one in rows if one.confirmed_at is None and one.due_at is not None]
    if not waiting:
        return deadlines.NEVER
    first = min(waiting, key=lambda one: one.due_at)  # type: ignore[arg-type, return-value]
    return deadlines.Due(first.due_at, first.provisional)


def _arrive(row: Confirmation, limit: int, now: dt.datetime) -> None:
    row.arrived_at = now
    row.due_at, row.provisional = deadlines.due(now, limit)
