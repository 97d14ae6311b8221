"""下达: a numbered notice and its heads, all or nothing. Source: NT-02, NT-06."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.utils import timezone

from apps.core.writes import write
from apps.quotas import services as quotas
from apps.quotas.errors import QuotaFull

from .. import errors, sheets, use_settings
from ..choices import SlotState, Verdict
from ..models import Application, KindVersion, Line, Notice, Slot
from . import numbering


def valid_until(version: KindVersion, day: dt.date) -> dt.date:
    """Return the last day of validity: months from the issue, or the year's end, whichever is set.

    Option valid_months: 0 means to the year's end.
    """
    months = int(version.option("valid_months", 12) or 0)
    if not months:
        return dt.date(day.year, 12, 31)
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    first_after = dt.date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (first_after - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


@write
def issue(
    *,
    application: Application,
    lines: list[Line],
    by: Any,
    told: dict[str, Any],
    until: dt.date | None = None,
) -> Notice:
    """Issue the notice of a decided 用编申请; the engine moves the case in this transaction.

    until   last day of validity; None: as the case's version says
    Raises NothingGranted, ValidityPast, LineFails (a place is not there any more).
    """
    granted = [line for line in lines if line.verdict == Verdict.GRANTED and line.granted]
    if not granted:
        raise errors.NothingGranted
    day = timezone.localdate()
    until = until or valid_until(application.version, day)
    if until < day:
        raise errors.ValidityPast(until)
    quotas.lock_balances((application.unit, line.quota_type_id) for line in granted)
    office = use_settings.current().prefix
    serial = numbering.next_serial(Notice, numbering.NOTICES, office=office, year=day.year)
    notice = Notice.objects.create(
        application=application,
        unit=application.unit,
        office=office,
        year=day.year,
        serial=serial,
        number=f"{office}〔{day.year}〕{serial}号",
        issued_on=day,
        issued_by=by,
        valid_until=until,
        is_annual=bool(application.values.get("is_annual")),
        source=str(application.values.get("source_label", "")),
    )
    slots: list[Slot] = []
    for line in granted:
        slots += _heads(notice, line, first=len(slots) + 1, by=by)
    Slot.objects.bulk_create(slots)
    told |= {"notice": notice.number, "slots": len(slots), "until": until.isoformat()}
    return notice


def _heads(notice: Notice, line: Line, *, first: int, by: Any) -> list[Slot]:
    numbers = range(first, first + (line.granted or 0))
    purposes = [f"{notice.number} 第 {no} 号" for no in numbers]
    if line.hold is None:
        raise errors.LineFails(line, errors.NothingGranted())
    try:
        places = quotas.split(
            reservation=line.hold, purposes=purposes, by=by, expires_on=notice.valid_until
        )
    except QuotaFull as refusal:
        raise errors.LineFails(line, refusal) from refusal
    return [
        Slot(
            notice=notice,
            no=no,
            quota_type=line.quota_type,
            purpose=sheets.purpose_of(line)[:120],
            state=SlotState.FREE,
            reservation=place,
            token=secrets.token_urlsafe(24),
        )
        for no, place in zip(numbers, places, strict=True)
    ]
