"""Drafts: lines and materials gathered until the applicant submits. Source: docs/rules.md AP-04.

Every write counts up the application's revision, so that who submits has seen what is submitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils import timezone

from apps.audit import services as audit
from apps.core.changes import version_of
from apps.core.writes import write
from apps.documents import files
from apps.units.models import Unit

from .. import errors, kinds, rules, sealed
from ..choices import WRITABLE
from ..models import Application, Attachment, KindVersion, Line

#: Files one material takes.
MOST_FILES = 20


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
def start(
    *,
    kind: str,
    unit: Unit,
    lines: Sequence[kinds.LineData],
    by: Any,
    other_unit: Unit | None = None,
    document: Any = None,
) -> Application:
    """Begin a draft with its first lines. Raises what begin and add_line raise."""
    application = begin(kind=kind, unit=unit, other_unit=other_unit, document=document, by=by)
    return add_lines(application=application, lines=lines, by=by)


@write
def add_line(*, application: Application, data: kinds.LineData, by: Any) -> Line:
    """Add a line to a draft.

    Raises MoveRefused (not a draft any more), OneLineOnly, PersonTwice, SlotGone, PermissionDenied.
    """
    application = writable(application, by)
    last = application.lines.aggregate(last=Max("place"))["last"] or 0
    if last and not kinds.of(application.kind).several:
        raise errors.OneLineOnly
    line = Line(application=application, place=last + 1)
    _fill(line, data)
    line.save()
    _tell(application, data)
    _retell(application)
    return line


@write
def add_lines(*, application: Application, lines: Sequence[kinds.LineData], by: Any) -> Application:
    """Add several lines to a draft, all or none. Raises as add_line."""
    for data in lines:
        add_line(application=application, data=data, by=by)
    return application


@write
def change_line(*, line: Line, data: kinds.LineData, by: Any, version: int | None = None) -> Line:
    """Write a line of a draft anew. Raises as add_line, and LineChanged.

    version   core.changes.version_of the line the form began with; None: not asked
    """
    application = writable(line.application, by)
    line = Line.objects.select_for_update(no_key=True).get(pk=line.pk)
    if version is not None and version_of(line) != version:
        raise errors.LineChanged(line)
    line.application = application
    _fill(line, data)
    line.save()
    _tell(application, data)
    _retell(application)
    return line


@write
def head(
    *, application: Application, other_unit: Unit | None, document: Any, by: Any
) -> Application:
    """Set what an application's only line says of the whole: the other unit, the document."""
    application = writable(application, by)
    application.other_unit, application.document = other_unit, document
    application.save(update_fields=["other_unit", "document", "saved_at"])
    application.refresh_from_db(fields=["other_scope"])
    return application


@write
def remove_line(*, line: Line, by: Any) -> None:
    """Take a line out of a draft."""
    application = writable(line.application, by)
    line.delete()
    _retell(application)


@write
def set_contact(*, application: Application, contact: str, phone: str, by: Any) -> Application:
    """Keep whom the office may call about the application."""
    application = writable(application, by)
    if (application.contact, sealed.contact(application)) == (contact, phone):
        return application
    application.contact = contact
    sealed.put_contact(application, phone)
    application.save(update_fields=["contact", "phone_ct", "saved_at"])
    return application


@write
def attach(*, application: Application, material: str, upload: Any, by: Any) -> Attachment:
    """Attach a file for one material. Raises TooManyFiles, documents.errors of the file."""
    application = writable(application, by)
    there = application.attachments.filter(material=material, removed_at__isnull=True)
    if there.count() >= MOST_FILES:
        raise errors.TooManyFiles(MOST_FILES)
    stored = files.take_in(upload)
    attachment = Attachment.objects.create(
        application=application,
        material=material,
        key=stored.key,
        name=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        added_by=by,
    )
    _count_up(application)
    return attachment


@write
def detach(*, attachment: Attachment, by: Any) -> None:
    """Take a file off; it stays where it lies, for the record."""
    application = writable(attachment.application, by)
    Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    _count_up(application)
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
    if data.person is not None:  # also where a new number is asked for: the person is who it is
        line.person_key = sealed.key_of_person(data.person)
    _refuse_twice(line)


def _refuse_twice(line: Line) -> None:
    """Raise where another line of the application has the same person or the same slot."""
    others = line.application.lines.exclude(pk=line.pk)
    if line.person_key is not None:
        same = others.filter(person_key=line.person_key).first()
        if same is not None:
            raise errors.PersonTwice(same)
    if line.slot is not None:
        used = others.filter(slot=line.slot).select_related("application").first()
        if used is not None:
            raise errors.SlotGone(line.slot, used)


def _tell(application: Application, data: kinds.LineData) -> None:
    """Keep what a line's form says of the whole application."""
    if not data.whole:
        return
    application.values = {**application.values, **data.whole}
    application.save(update_fields=["values"])


def _retell(application: Application) -> None:
    """Keep the summary in step with the lines."""
    lines = list(application.lines.select_related("quota_type"))
    kind = kinds.of(application.kind)
    application.summary = kind.summary(application, lines)[:200] if lines else ""
    _count_up(application, "summary")


def _count_up(application: Application, *names: str) -> None:
    application.revision += 1
    application.save(update_fields=["revision", "saved_at", *names])
