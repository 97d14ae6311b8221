"""Drafts: lines and materials gathered until the applicant submits. Source: docs/rules.md AP-04."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents import files
from apps.units.models import Unit

from .. import errors, kinds, rules, sealed
from ..choices import State
from ..models import Application, Attachment, KindVersion, Line

#: An application may still be written in these states.
WRITABLE = (State.DRAFT, State.RETURNED)


@write
def begin(
    *,
    kind: str,
    unit: Unit,
    by: Any,
    other_unit: Unit | None = None,
    document: Any = None,
    contact: str = "",
    phone: str = "",
    values: dict[str, Any] | None = None,
) -> Application:
    """Begin a draft for a unit. by: None for what the system opens itself.

    Raises PermissionDenied.
    """
    if by is not None and not rules.may_file(by, unit):
        raise PermissionDenied
    application = Application(
        kind=kind,
        version=KindVersion.objects.in_force(kind),
        unit=unit,
        other_unit=other_unit,
        document=document,
        contact=contact,
        values=values or {},
        applicant=by,
        arrived_at=timezone.now(),
    )
    sealed.put_contact(application, phone)
    application.save()
    application.refresh_from_db(fields=["scope", "other_scope"])
    return application


@write
def add_line(*, application: Application, data: kinds.LineData, by: Any) -> Line:
    """Add a line to a draft. Raises MoveRefused (not a draft any more), PermissionDenied."""
    application = writable(application, by)
    last = application.lines.aggregate(last=Max("place"))["last"] or 0
    line = Line(application=application, place=last + 1)
    _fill(line, data)
    line.save()
    _retell(application)
    return line


@write
def change_line(*, line: Line, data: kinds.LineData, by: Any) -> Line:
    """Write a line of a draft anew. Raises as add_line."""
    application = writable(line.application, by)
    line.application = application
    _fill(line, data)
    line.save()
    _retell(application)
    return line


@write
def remove_line(*, line: Line, by: Any) -> None:
    """Take a line out of a draft."""
    application = writable(line.application, by)
    line.delete()
    _retell(application)


@write
def attach(*, application: Application, material: str, upload: Any, by: Any) -> Attachment:
    """Attach a file for one material. Raises documents.errors of the file."""
    application = writable(application, by)
    stored = files.take_in(upload)
    return Attachment.objects.create(
        application=application,
        material=material,
        key=stored.key,
        name=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        added_by=by,
    )


@write
def detach(*, attachment: Attachment, by: Any) -> None:
    """Take a file off; it stays where it lies, for the record."""
    writable(attachment.application, by)
    Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    audit.record("application.detach", target=attachment.application, by=by, note=attachment.name)


def writable(application: Application, by: Any) -> Application:
    """Lock a draft. Raises MoveRefused when it was submitted meanwhile, PermissionDenied."""
    locked = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version", "unit", "other_unit")
        .get(pk=application.pk)
    )
    if locked.state not in WRITABLE:
        raise errors.MoveRefused(locked, "save", locked.trail.last())
    if by is not None and not rules.may_move(by, "submit", locked):
        raise PermissionDenied
    return locked


def _fill(line: Line, data: kinds.LineData) -> None:
    line.name = data.name
    line.person = data.person
    line.quota_type = data.quota_type
    line.slot = data.slot
    line.spell = data.spell
    line.posting = data.posting
    line.asked = data.asked
    line.values = data.values
    sealed.put(line, id_no=data.id_no, phone=data.phone)
    if data.person is not None and not data.id_no:
        line.person_key = sealed.key_of_person(data.person)


def _retell(application: Application) -> None:
    """Keep the summary in step with the lines."""
    lines = list(application.lines.select_related("quota_type"))
    kind = kinds.of(application.kind)
    application.summary = kind.summary(application, lines)[:200] if lines else ""
    application.save(update_fields=["summary", "saved_at"])
