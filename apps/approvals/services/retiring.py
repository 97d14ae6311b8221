"""Exit drafts for who reaches the age of retirement, opened and withdrawn by the system.

Run every night, safe to run twice. Source: docs/rules.md AP-23, R-01; domain.md §4.3, §5.12.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.staff import ageing
from apps.staff.models import Occupancy

from .. import kinds, recipients
from ..choices import OPEN, Event, Kind, State
from ..kinds import LineData
from ..models import Application, Line, RetirementDraft
from . import drafts, telling
from .advance import advance

#: 退休, of the code table of ways out.
RETIRED = "exit_mode.03"
#: First half of the advisory lock that keeps two nights apart.
LOCK_CLASS = 71011


def run(day: dt.date | None = None) -> tuple[int, int]:
    """Withdraw drafts that are not needed, open those that are; return (opened, withdrawn)."""
    if Kind.EXIT not in kinds.KINDS:
        return 0, 0
    month = (day or timezone.localdate()).replace(day=1)
    withdrawn = sum(withdraw(draft=pk, month=month, by=None) for pk in _unneeded(month))
    opened = sum(
        open_for(spell=pk, month=month, by=None)
        for pk in due(month).order_by("pk").values_list("pk", flat=True)
    )
    return opened, withdrawn


def due(month: dt.date) -> Any:
    """Return the places of who retires by a month and has nothing open: one draft a month."""
    theirs = Line.objects.filter(person=OuterRef("person"))
    busy = theirs.filter(
        Q(application__state__in=OPEN)
        | Q(application__state=State.DRAFT, application__kind=Kind.EXIT)
    )
    opened = RetirementDraft.objects.filter(spell=OuterRef("pk"), opened_for=month)
    rows = Occupancy.objects.filter(ageing.retires_by(month), ends_on__isnull=True, counts=True)
    return rows.exclude(Exists(busy)).exclude(Exists(opened))


@write
def open_for(*, spell: int, month: dt.date, by: Any) -> bool:
    """Open one draft unless it was opened meanwhile; the unit's clerks are told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, spell % 2**31])
    row = due(month).filter(pk=spell).select_related("unit", "person", "quota_type").first()
    if row is None:
        return False
    after = ageing.shifted(row.retires_on, 1)  # first day no longer in the quota, if it is past
    draft = drafts.begin(kind=Kind.EXIT, unit=row.unit, by=by)
    drafts.add_line(
        application=draft,
        data=LineData(
            name=row.person.name,
            person=row.person,
            spell=row,
            quota_type=row.quota_type,
            values={
                "place": {
                    "exit_mode": RETIRED,
                    "destination": "",
                    "document": None,
                    "document_no": "",
                    "on": min(after, timezone.localdate()).isoformat(),
                    "note": "",
                },
                "posts": [],
            },
        ),
        by=by,
    )
    RetirementDraft.objects.create(application=draft, spell=row, opened_for=month)
    audit.record(
        "application.open_exit",
        target=Application.objects.get(pk=draft.pk),
        by=by,
        after={"unit": row.unit.name, "month": f"{row.retires_on:%Y-%m}"},
    )
    telling.make(
        draft,
        Event.RETIRING,
        recipients.nearest(["file_for"], row.unit.path),
        "有人员到龄退休，已建立出编草稿，请核对日期、补上材料后提交",
        key=f"retire.{draft.pk}",
    )
    return True


def _unneeded(month: dt.date) -> list[int]:
    """Return the drafts whose people left otherwise, or retire later by their own choice."""
    rows = RetirementDraft.objects.filter(
        withdrawn_at__isnull=True, application__state=State.DRAFT
    ).exclude(spell__ends_on__isnull=True, spell__retires_on__lte=month)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@write
def withdraw(*, draft: int, month: dt.date, by: Any) -> bool:
    """Throw one draft away, unless its clerk submitted it meanwhile."""
    row = RetirementDraft.objects.select_related("spell").get(pk=draft)
    case = telling.locked(row.application_id)
    if case.state != State.DRAFT:
        return False
    left = row.spell.ends_on is not None
    row.withdrawn_at = timezone.now()
    row.reason = "该人员已另行出编" if left else "该人员的退休年月已推迟"
    row.save()
    advance(application=case, move="discard", by=by, opinion=row.reason)
    return True
