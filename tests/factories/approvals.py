"""Applications as their services make them, for tests of all that comes after."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.approvals import services
from apps.approvals.kinds import LineData
from apps.approvals.models import Application, KindVersion, Notice, Slot
from apps.quotas import services as quotas_services
from apps.units.models import Unit
from tests.factories import staff
from tests.factories.quotas import ADMIN
from tests.identity_numbers import number

_serials = count(1)
#: Smallest file that passes as a PDF.
PDF = b"%PDF-1.4\n%%EOF\n"


def pdf(name: str = "录用文件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def entry_line(
    unit: Unit,
    serial: int = 11,
    name: str = "张玥",
    *,
    quota_type: str = ADMIN,
    slot: Any = None,
    **place: Any,
) -> LineData:
    """Return a line of an entry as the form would."""
    values = {
        "unit": unit.pk,
        "quota_type": quota_type,
        "status": "person_status.110",
        "starts_on": timezone.localdate().isoformat(),
        "document": None,
        "entry_mode": "entry_mode.13",
        **place,
    }
    if slot is not None:
        values |= {"notice_no": slot.notice.number, "slot_no": str(slot.no)}
    return LineData(
        name=name,
        id_no=number("330683", dt.date(1995, 3, 2), serial),
        quota_type=staff.code(quota_type),
        slot=slot,
        values={"place": values, "person": {}},
    )


def draft_entry(unit: Unit, by: Any, *lines: LineData) -> Application:
    """Return a draft with its required material."""
    draft = services.begin(kind="entry", unit=unit, by=by)
    for line in lines or (entry_line(unit),):
        services.add_line(application=draft, data=line, by=by)
    services.attach(application=draft, material="basis", upload=pdf(), by=by)
    return draft


def filed_entry(unit: Unit, by: Any, *lines: LineData) -> Application:
    """Return an entry that has been submitted."""
    return services.advance(application=draft_entry(unit, by, *lines), move="submit", by=by)


def slot(
    unit: Unit, by: Any, *, quota_type: str = ADMIN, days: int = 180, token: str = "", **fields: Any
) -> Slot:
    """Return an approved head of a notice of one place, with its reservation, made by hand."""
    today = timezone.localdate()
    serial = next(_serials)
    application = Application.objects.create(
        kind="quota_use",
        version=KindVersion.objects.in_force("quota_use"),
        unit=unit,
        state="done",
        number=f"YB{today.year}{serial:06d}",
        submitted_at=timezone.now(),
        ended_at=timezone.now(),
    )
    notice = Notice.objects.create(
        application=application,
        unit=unit,
        office="嵊编控",
        year=today.year,
        serial=serial,
        number=f"嵊编控〔{today.year}〕{serial}号",
        issued_on=today,
        issued_by=by,
        valid_until=today + dt.timedelta(days=days),
    )
    held = quotas_services.reserve(
        unit=unit, quota_type=staff.code(quota_type), places=1, purpose="用编", by=by
    )
    return Slot.objects.create(
        notice=notice,
        no=1,
        quota_type_id=quota_type,
        reservation=held,
        token=token or secrets.token_urlsafe(24),
        **fields,
    )
