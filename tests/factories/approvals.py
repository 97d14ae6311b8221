"""Applications as their services make them, for tests of all that comes after."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.approvals import services
from apps.approvals.kinds import LineData
from apps.approvals.models import Application
from apps.units.models import Unit
from tests.factories import staff
from tests.factories.quotas import ADMIN
from tests.identity_numbers import number

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
