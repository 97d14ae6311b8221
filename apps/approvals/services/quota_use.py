"""用编申请: the 审议表 at the office's check, places held at the decision (NT-05, NT-07)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.core.models import CodeValue
from apps.core.writes import write
from apps.quotas import rules as quota_rules
from apps.quotas import services as quotas
from apps.quotas.errors import IllegalQuotaType, UnitHoldsNoQuota

from .. import dynamic, errors, plans, sheets, usable, use_settings
from ..choices import State, Verdict
from ..models import Application, Line, UseSheet
from . import numbering

#: here the office decides: what is granted must be there
OFFICE = (State.EXAMINING, State.SIGNING, State.DECIDING)


def refuse_unfit(application: Application, lines: list[Line]) -> None:
    """Raise what stands against these lines, with its figures.

    When it is filed: types the unit may not hold, and a plan that does not have them. At the
    office: more than is usable, 只出不进, a broken dynamic balance; the named right lets these
    through, never the places themselves.
    """
    wanted = [line for line in lines if line.verdict != Verdict.REFUSED]
    types: dict[str, CodeValue] = {}
    for line in wanted:
        if not quota_rules.may_hold_quota(application.unit):
            raise errors.LineFails(line, UnitHoldsNoQuota(application.unit))
        kind = line.quota_type
        if kind is None:
            raise errors.LineFails(line, errors.NothingAsked())
        types[kind.pk] = kind
        if not quota_rules.is_legal(kind, application.unit):
            raise errors.LineFails(line, IllegalQuotaType(application.unit, kind))
        if not line.asked:
            raise errors.LineFails(line, errors.NothingAsked())
        if not 0 <= usable.granted_of(line) <= line.asked:
            raise errors.LineFails(line, errors.GrantedBeyond(line))
    asked = usable.by_type(wanted)
    if application.values.get("is_annual"):
        plans.refuse_beyond(application, wanted, lock=application.state in OFFICE)
    if application.state not in OFFICE:
        return
    quotas.lock_balances((application.unit, key) for key in asked)
    if application.override_by_id is not None:
        return
    for key, heads in asked.items():
        cell = usable.usable(application.unit, types[key], application.version)
        if cell.exit_only:
            raise errors.ExitOnly(cell)
        if heads > cell.places:
            raise errors.UsableShort(cell, heads)
    _refuse_unbalanced(application, asked)


def _refuse_unbalanced(application: Application, asked: dict[str, int]) -> None:
    if not dynamic.blocks():
        return
    numbering.lock(numbering.BALANCE)  # two decisions do not share the last allowed entry
    year = dynamic.year_balance(application.unit)
    broken = year.broken_by(asked)
    if broken:
        raise errors.BalanceBroken(year, *broken[0])


@write
def make_sheet(*, application: Application, lines: list[Line], by: Any) -> UseSheet:
    """Make the 审议表, or write it anew under its number when the case came again (NT-07)."""
    sheet = UseSheet.objects.filter(application=application).first()
    if sheet is None:
        office, year = use_settings.current().prefix, timezone.localdate().year
        serial = numbering.next_serial(UseSheet, numbering.SHEETS, office=office, year=year)
        sheet = UseSheet(application=application, office=office, year=year, serial=serial)
    sheet.formula = application.version.option("formula", "reserves")
    sheet.rows = sheets.rows(application, lines)
    sheet.made_by = by
    sheet.save()
    return sheet


@write
def hold(*, application: Application, lines: list[Line], by: Any) -> None:
    """Hold the granted places from the decision until the notice (在途). Raises LineFails."""
    for line in lines:
        if line.verdict != Verdict.GRANTED:
            continue
        line.granted = usable.granted_of(line)
        try:
            line.hold = quotas.reserve(
                unit=application.unit,
                quota_type=line.quota_type,  # type: ignore[arg-type]
                places=line.granted,
                purpose=f"用编申请 {application.number} 已核准待下达",
                by=by,
            )
        except quotas.QuotaFull as refusal:
            raise errors.LineFails(line, refusal) from refusal
        line.save(update_fields=["granted", "hold"])


@write
def let_go(*, lines: list[Line], by: Any) -> None:
    """Give back what a decided application holds."""
    for line in lines:
        if line.hold is not None:
            quotas.release(reservation=line.hold, by=by)
