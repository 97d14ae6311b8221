"""Proposing and confirming: two administrators for one deed (docs/rules.md A-13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core import policy
from apps.core.writes import constraint_of, write

from .. import proposals
from ..choices import AdministratorKind, ProposalState
from ..errors import AboutYourself, AlreadyProposed, NotTheirs, OwnProposal, ProposalEnded
from ..models import Proposal, User


@write
def propose(
    *,
    kind: str,
    summary: str,
    reason: str,
    once: str,
    by: User,
    subject: User | None = None,
    payload: dict[str, Any] | None = None,
) -> Proposal:
    """Write down what another administrator is to confirm.

    kind     a code of proposals.KINDS
    summary  what takes effect when it is confirmed, as a sentence
    once     of what only one may wait
    Raises NotTheirs, AboutYourself, AlreadyProposed. Source: docs/rules.md A-13.
    """
    if not proposals.may_propose(by, kind):
        raise NotTheirs
    if subject is not None and subject.pk == by.pk:
        raise AboutYourself
    expire(by=None)
    days = policy.value("proposal_days")
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                kind=kind,
                subject=subject,
                payload=payload or {},
                summary=summary[:300],
                reason=reason.strip()[:300],
                once=once,
                proposed_by=by,
                expires_at=timezone.now() + dt.timedelta(days=days),
            )
    except IntegrityError as error:
        if constraint_of(error) == "proposal_waits_once":
            raise AlreadyProposed from None
        raise
    audit.record("proposal.propose", target=made, by=by, after=_facts(made), note=made.reason)
    return made


@write
def confirm(*, proposal: Proposal, by: User, note: str = "") -> Proposal:
    """Let a proposal take effect. Raises NotTheirs, OwnProposal, AboutYourself, ProposalEnded,
    CannotApply (the world has changed; nothing was written, the proposal still waits).
    """
    row = _held(proposal)
    _decider(row, by)
    _still_open(row)
    _end(row, ProposalState.CONFIRMED, by, note)
    audit.record("proposal.confirm", target=row, by=by, after=_facts(row), note=note)
    proposals.KINDS[row.kind].apply(row, by)
    return row


@write
def decline(*, proposal: Proposal, by: User, note: str) -> Proposal:
    """Refuse a proposal, for a reason. Raises as `confirm`."""
    row = _held(proposal)
    _decider(row, by)
    _still_open(row)
    _end(row, ProposalState.DECLINED, by, note)
    audit.record("proposal.decline", target=row, by=by, note=note)
    return row


@write
def withdraw(*, proposal: Proposal, by: User) -> Proposal:
    """Take back one's own proposal. Raises NotTheirs, ProposalEnded."""
    row = _held(proposal)
    if row.proposed_by_id != by.pk:
        raise NotTheirs
    _still_open(row)
    _end(row, ProposalState.WITHDRAWN, by, "")
    audit.record("proposal.withdraw", target=row, by=by)
    return row


@write
def expire(*, by: Any = None) -> int:
    """End open proposals past their time; return how many. Safe to run twice."""
    late = Proposal.objects.select_for_update(skip_locked=True).filter(
        state=ProposalState.OPEN, expires_at__lte=timezone.now()
    )
    rows = list(late.order_by("pk"))
    for row in rows:
        _end(row, ProposalState.EXPIRED, None, "")
        audit.record("proposal.expire", target=row, by=None)
    return len(rows)


def _held(proposal: Proposal) -> Proposal:
    """Lock the row: two who decide at once queue here; the second finds it ended."""
    return Proposal.objects.select_for_update().get(pk=proposal.pk)


def _decider(row: Proposal, by: User) -> None:
    # read again: the right may have gone while the page was open
    fresh = User.objects.filter(pk=by.pk, is_active=True).first()
    if fresh is None or fresh.admin_kind != AdministratorKind.SECURITY:
        raise NotTheirs
    if row.proposed_by_id == by.pk:
        raise OwnProposal
    if row.subject_id == by.pk:
        raise AboutYourself


def _still_open(row: Proposal) -> None:
    if row.state != ProposalState.OPEN:
        raise ProposalEnded(ProposalState(row.state).label)
    if row.is_over:
        raise ProposalEnded(ProposalState.EXPIRED.label)


def _end(row: Proposal, state: ProposalState, by: User | None, note: str) -> None:
    row.state, row.decided_by, row.decided_at = state, by, timezone.now()
    row.note = note.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])


def _facts(row: Proposal) -> dict[str, Any]:
    return {
        "kind": proposals.label_of(row.kind),
        "summary": row.summary,
        "proposed_by": str(row.proposed_by),
    }
