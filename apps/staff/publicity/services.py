"""Every write of notices and objections. Source: docs/rules.md PB-01 to PB-05.

Lock order: the notice, then its objections. What the forms refuse with a sentence the database
refuses too (migration 0008_retirement_triggers).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core import calendar
from apps.core.writes import constraint_of, write
from apps.documents import files
from apps.documents.errors import FileMissing
from apps.quotas import rules as quota_rules
from apps.units.models import Unit

from .. import rules
from ..errors import UnitHoldsNoPeople
from ..models import Objection, Publicity
from . import errors
from .snapshot import taken

#: Extensions of what may prove that a notice hung (a part of documents.files.KINDS).
EVIDENCE = ("jpg", "jpeg", "png", "pdf")
FEWEST_DAYS, MOST_DAYS = 5, 60


@write
def start(
    *,
    unit: Unit,
    kind: str,
    place: str,
    starts_on: dt.date,
    days: int,
    contact: str,
    by: Any,
    since: dt.date | None = None,
    note: str = "",
) -> Publicity:
    """Hang out a notice; its content is taken now and never changes.

    starts_on   today or later
    days        working days, FEWEST_DAYS to MOST_DAYS; the first counts when it is one
    since       for Kind.ENTRY: who entered on or after this day
    Raises PermissionDenied, ClassifiedUnit, UnitHoldsNoPeople, StartsInPast, DaysUnheard,
    NobodyToShow, AlreadyHanging. Source: docs/rules.md PB-01, PB-02.
    """
    if not rules.may_publish(by, unit):
        raise PermissionDenied("账号没有发起这个单位公示的权限")
    if unit.is_classified:
        raise errors.ClassifiedUnit(unit)
    if not quota_rules.may_hold_quota(unit):
        raise UnitHoldsNoPeople(unit)
    if starts_on < timezone.localdate():
        raise errors.StartsInPast
    ends = last_day(starts_on, days)
    content = taken(unit, kind, since)
    if not content["people"]:
        raise errors.NobodyToShow(unit)
    made = Publicity(
        unit=unit,
        kind=kind,
        place=place,
        starts_on=starts_on,
        days=days,
        ends_on=ends.day,
        provisional=ends.provisional,
        contact=contact,
        content=content,
        people=len(content["people"]),
        note=note,
        made_by=by,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        name = constraint_of(error)
        if name == "publicity_of_open_units_only":
            raise errors.ClassifiedUnit(unit) from None
        other = Publicity.objects.filter(unit=unit, kind=kind, closed_on=None).first()
        if name != "publicity_one_open_of_a_kind" or other is None:
            raise
        raise errors.AlreadyHanging(other) from None
    made.refresh_from_db(fields=["scope"])
    audit.record(
        "publicity.start",
        target=made,
        by=by,
        after={
            "kind": made.get_kind_display(),
            "starts_on": starts_on.isoformat(),
            "ends_on": made.ends_on.isoformat(),
            "people": made.people,
        },
    )
    return made


def last_day(starts_on: dt.date, days: int) -> calendar.Deadline:
    """Return the last day of a notice of so many working days. Raises DaysUnheard."""
    try:
        return calendar.current().deadline(starts_on - dt.timedelta(days=1), days)
    except calendar.OutOfReach as fault:
        raise errors.DaysUnheard(str(fault)) from None


def attach_evidence(*, publicity: Publicity, file: Any, by: Any) -> Publicity:
    """Keep the photograph of the notice on the wall; an earlier one is no longer shown.

    Raises PublicityClosed, EvidenceUnfit, and what documents.files.take_in refuses. A file whose
    row was not written is removed from the store. Source: docs/rules.md PB-04, D-05.
    """
    if str(file.name).rpartition(".")[2].lower() not in EVIDENCE:
        raise errors.EvidenceUnfit
    stored = files.take_in(file)
    try:
        return _keep_evidence(publicity=publicity, stored=stored, by=by)
    except BaseException:
        files.discard(stored.key)
        raise


@write
def _keep_evidence(*, publicity: Publicity, stored: files.Stored, by: Any) -> Publicity:
    row = _open(publicity)
    row.evidence_key, row.evidence_name = stored.key, stored.name
    row.evidence_sha256, row.evidence_size = stored.sha256, stored.size
    row.save(update_fields=["evidence_key", "evidence_name", "evidence_sha256", "evidence_size"])
    audit.record(
        "publicity.evidence",
        target=row,
        by=by,
        after={"name": stored.name, "sha256": stored.sha256, "size": stored.size},
    )
    return row


@write
def open_evidence(*, publicity: Publicity, by: Any) -> Any:
    """Open the photograph for one reader, and note that it was read. Raises FileMissing."""
    if not publicity.evidence_key:
        raise FileMissing
    stream = files.open_stored(publicity.evidence_key)
    audit.record("publicity.file", target=publicity, by=by, after={"name": publicity.evidence_name})
    return stream


@write
def record_objection(
    *,
    publicity: Publicity,
    raised_by: str,
    raised_on: dt.date,
    matter: str,
    by: Any,
    person: int | None = None,
) -> Objection:
    """Write down what somebody objected to.

    person   id of somebody in the notice; None: the notice as a whole
    Raises PublicityClosed, ObjectionOutsideDays, NotInNotice. Source: docs/rules.md PB-03.
    """
    row = _open(publicity)
    if not row.starts_on <= raised_on <= timezone.localdate():
        raise errors.ObjectionOutsideDays(row.starts_on)
    if person is not None and person not in {one["id"] for one in row.content.get("people", [])}:
        raise errors.NotInNotice
    made = Objection.objects.create(
        publicity=row,
        person_id=person,
        raised_by=raised_by,
        raised_on=raised_on,
        matter=matter,
        made_by=by,
    )
    audit.record("objection.record", target=made, by=by, scope=row.scope)
    return made


@write
def handle_objection(
    *,
    objection: Objection,
    handled_by: str,
    handled_on: dt.date,
    result: str,
    note: str,
    by: Any,
) -> Objection:
    """Write down what became of an objection. Once: the result is part of the record.

    Raises PublicityClosed, ObjectionHandled, HandledBeforeRaised. Source: docs/rules.md PB-03.
    """
    row = _open(objection.publicity)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.handled_on is not None:
        raise errors.ObjectionHandled(objection.handled_by)
    if not objection.raised_on <= handled_on <= timezone.localdate():
        raise errors.HandledBeforeRaised(objection.raised_on)
    objection.handled_by, objection.handled_on = handled_by, handled_on
    objection.result, objection.note = result, note
    objection.save(update_fields=["handled_by", "handled_on", "result", "note"])
    audit.record(
        "objection.handle",
        target=objection,
        by=by,
        scope=row.scope,
        after={"result": objection.get_result_display()},
    )
    return objection


@write
def close(*, publicity: Publicity, summary: str, by: Any) -> Publicity:
    """Close a notice after its last day, with its result in words.

    Raises PublicityClosed, StillHanging, EvidenceMissing, ObjectionsOpen.
    Source: docs/rules.md PB-04.
    """
    row = _open(publicity)
    if timezone.localdate() <= row.ends_on:
        raise errors.StillHanging(row.ends_on)
    if not row.evidence_key:
        raise errors.EvidenceMissing
    waiting = row.objections.filter(handled_on=None).count()
    if waiting:
        raise errors.ObjectionsOpen(waiting)
    row.closed_on, row.closed_by, row.summary = timezone.localdate(), by, summary
    row.save(update_fields=["closed_on", "closed_by", "summary"])
    audit.record("publicity.close", target=row, by=by, note=summary)
    return row


def _open(publicity: Publicity) -> Publicity:
    """Lock a notice that is not closed. Raises PublicityClosed."""
    rows = Publicity.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    row = rows.get(pk=publicity.pk)
    if row.closed_on is not None:
        raise errors.PublicityClosed(row.closed_on)
    return row
