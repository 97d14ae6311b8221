"""编制池: freed places come in, are lent, extended, returned. Source: PL-01 to PL-04.

A loan is lines of the borrower's ledger that carry its due day, so the checks find what is due
(Q30) and the balance is what it has always been: the sum of its lines.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.quotas import services as quotas
from apps.quotas.choices import EntryKind
from apps.quotas.errors import NotEnoughPlaces
from apps.quotas.models import QuotaEntry
from apps.units.models import Unit

from .. import errors, offices
from ..choices import LoanStepKind, PoolKind
from ..models import Application, Line, Loan, LoanStep, Pool, PoolEntry
from ..queries.pool import recovers


@write
def after_exit(*, application: Application, line: Line, by: Any) -> PoolEntry | None:
    """Take a freed place into the pool (收回), when the office has set so; call after the exit.

    Only where the exit left a vacancy: what only lessens an excess frees nothing. The unit is
    over-staffed in another type, or 只出不进. Runs in the transaction of the exit.
    Returns None where nothing is recovered. Source: PL-01.
    """
    spell = line.spell
    if spell is None:
        return None
    document = spell.exit_document or application.document
    if document is None:
        return None
    unit, kind = spell.unit, spell.quota_type
    today = timezone.localdate()
    if not recovers(unit, kind, today):
        return None
    row = quotas.lock_balances([(unit, kind)]).get((unit.pk, kind.pk))
    if row is None or row.approved - row.actual - row.reserved < 1:
        return None
    reason = f"{application.number} 出编后空出编制收回"
    entry = quotas.post_entry(
        unit=unit,
        quota_type=kind,
        change=-1,
        kind=EntryKind.RECOVER,
        on=min(today, spell.ends_on) if spell.ends_on else today,
        document=document,
        reason=reason,
        by=by,
    )
    return _enter(
        unit=unit,
        quota_type=kind,
        kind=PoolKind.RECOVER,
        change=1,
        on=entry.on,
        document=document,
        reason=reason,
        by=by,
        entry=entry,
        application=application,
    )


@write
def put_in(
    *,
    quota_type: CodeValue,
    change: int,
    on: dt.date,
    document: ApprovalDocument | None,
    reason: str,
    by: Any,
) -> PoolEntry:
    """Enter places that come into the pool from above (划入), or leave it for good (划出).

    change   + or −. Raises PermissionDenied, NoOffice, DocumentNeeded, PoolShort.
    """
    home = _home(by)
    if document is None:
        raise errors.DocumentNeeded
    kind = PoolKind.SEED if change > 0 else PoolKind.ALLOT
    return _enter(
        unit=home,
        quota_type=quota_type,
        kind=kind,
        change=change,
        on=on,
        document=document,
        reason=reason,
        by=by,
    )


@write
def lend(
    *,
    pool: Pool,
    unit: Unit,
    places: int,
    starts_on: dt.date,
    due_on: dt.date,
    document: ApprovalDocument | None,
    reason: str,
    by: Any,
) -> Loan:
    """Lend places of the pool to a unit until a day.

    Raises PermissionDenied, DocumentNeeded, LoanDue, PoolShort, and what the ledger refuses.
    """
    _home(by)
    if document is None:
        raise errors.DocumentNeeded
    if due_on <= starts_on:
        raise errors.LoanDue(due_on, starts_on)
    pool = _locked(pool.pk)
    if places > pool.left:
        raise errors.PoolShort(pool, places)
    quotas.post_entry(
        unit=unit,
        quota_type=pool.quota_type,
        change=places,
        kind=EntryKind.REALLOCATE,
        on=starts_on,
        document=document,
        reason=f"周转编制借出：{reason}"[:200],
        by=by,
        revolve_due_on=due_on,
    )
    loan = Loan.objects.create(
        pool=pool,
        unit=unit,
        lent=places,
        places=places,
        starts_on=starts_on,
        due_on=due_on,
        reason=reason,
        scope=unit.path,
    )
    pool.lent += places
    pool.save(update_fields=["lent"])
    _step(loan, LoanStepKind.LEND, places, starts_on, due_on, document, reason, by)
    return loan


@write
def extend(
    *,
    loan: Loan,
    due_on: dt.date,
    document: ApprovalDocument | None,
    note: str,
    by: Any,
    on: dt.date | None = None,
) -> Loan:
    """Let what is out of a loan stay until a later day, by another document.

    Two lines of the ledger, − under the old due day and + under the new one.
    Raises PermissionDenied, DocumentNeeded, LoanDue, LoanShort (all came back).
    """
    _home(by)
    if document is None:
        raise errors.DocumentNeeded
    on = on or timezone.localdate()
    loan = _loan(loan.pk)
    if not loan.places:
        raise errors.LoanShort(loan, 0)
    if due_on <= loan.due_on:
        raise errors.LoanDue(due_on, loan.due_on)
    quota_type = loan.pool.quota_type
    words = f"周转编制延期至 {due_on.isoformat()}"
    quotas.post_entries(
        lines=[
            quotas.Line(
                loan.unit,
                quota_type,
                change,
                EntryKind.REALLOCATE,
                words,
                revolve_due_on=due,
            )
            for change, due in ((-loan.places, loan.due_on), (loan.places, due_on))
        ],
        on=on,
        document=document,
        by=by,
    )
    loan.due_on = due_on
    loan.save(update_fields=["due_on"])
    _step(loan, LoanStepKind.EXTEND, loan.places, on, due_on, document, note, by)
    return loan


@write
def give_back(
    *,
    loan: Loan,
    places: int,
    on: dt.date,
    document: ApprovalDocument | None,
    note: str,
    by: Any,
) -> Loan:
    """Take places of a loan back into the pool; the people in them must have gone.

    Raises PermissionDenied, DocumentNeeded, LoanShort, LoanReturnEarly, LoanTaken.
    """
    _home(by)
    if document is None:
        raise errors.DocumentNeeded
    loan = _loan(loan.pk)
    if not 0 < places <= loan.places:
        raise errors.LoanShort(loan, places)
    if on < loan.starts_on:
        raise errors.LoanReturnEarly(loan)
    pool = _locked(loan.pool_id)
    try:
        quotas.post_entry(
            unit=loan.unit,
            quota_type=pool.quota_type,
            change=-places,
            kind=EntryKind.REALLOCATE,
            on=on,
            document=document,
            reason="周转编制归还",
            by=by,
            revolve_due_on=loan.due_on,
        )
    except NotEnoughPlaces as refusal:
        raise errors.LoanTaken(loan, refusal) from refusal
    loan.places -= places
    loan.save(update_fields=["places"])
    pool.lent -= places
    pool.save(update_fields=["lent"])
    _step(loan, LoanStepKind.RETURN, places, on, None, document, note, by)
    return loan


def _home(by: Any) -> Unit:
    home = offices.home()
    if home is None:
        raise errors.NoOffice
    if by is not None and not by.may("examine", home):
        raise PermissionDenied
    return home


def _locked(pk: int) -> Pool:
    return (
        Pool.objects.select_for_update(of=("self",), no_key=True)
        .select_related("quota_type")
        .get(pk=pk)
    )


def _loan(pk: int) -> Loan:
    return (
        Loan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "pool__quota_type")
        .get(pk=pk)
    )


def _enter(
    *,
    unit: Unit,
    quota_type: CodeValue,
    kind: str,
    change: int,
    on: dt.date,
    document: ApprovalDocument,
    reason: str,
    by: Any,
    entry: QuotaEntry | None = None,
    application: Application | None = None,
) -> PoolEntry:
    home = offices.home(unit)
    if home is None:
        raise errors.NoOffice
    Pool.objects.get_or_create(unit=home, quota_type=quota_type, defaults={"scope": home.path})
    pool = Pool.objects.get(unit=home, quota_type=quota_type)
    pool = _locked(pool.pk)
    if pool.left + change < 0:
        raise errors.PoolShort(pool, -change)
    pool.total += change
    pool.save(update_fields=["total"])
    row = PoolEntry.objects.create(
        pool=pool,
        unit=unit,
        kind=kind,
        change=change,
        on=on,
        document=document,
        entry=entry,
        application=application,
        reason=reason,
        scope=unit.path,
    )
    audit.record(
        f"pool.{kind}",
        target=row,
        by=by,
        before={"total": pool.total - change},
        after={"quota_type": quota_type.label, "change": change, "total": pool.total},
        note=reason,
    )
    return row


def _step(
    loan: Loan,
    kind: LoanStepKind,
    places: int,
    on: dt.date,
    due_on: dt.date | None,
    document: ApprovalDocument,
    note: str,
    by: Any,
) -> None:
    LoanStep.objects.create(
        loan=loan, kind=kind, places=places, on=on, due_on=due_on, document=document,
        note=note, by=by,
    )  # fmt: skip
    audit.record(
        f"loan.{kind.value}",
        target=loan,
        by=by,
        after={
            "quota_type": loan.pool.quota_type.label,
            "places": places,
            "due_on": due_on.isoformat() if due_on else "",
            "document": document.number,
        },
        note=note,
    )
