"""Every write of documents. Source: docs/rules.md D-01 to D-06."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write

from . import files, numbers
from .choices import Secrecy
from .errors import (
    ClassifiedKeepsNoFile,
    DocumentInUse,
    FileMissing,
    IssuedInFuture,
    NumberTaken,
    NumberUnreadable,
)
from .models import ApprovalDocument

log = logging.getLogger(__name__)

#: What `change` may change, besides the number.
CHANGEABLE = (
    "title",
    "issuer",
    "issued_on",
    "kind_id",
    "secrecy",
    "pages",
    "archive_no",
    "box_no",
    "retention",
    "superseded_by_id",
    "note",
)


@write
def register(
    *,
    number: str,
    title: str,
    issuer: str,
    issued_on: dt.date,
    kind: Any,
    by: Any,
    secrecy: str = Secrecy.INTERNAL,
    file: Any = None,
    scope_unit_path: str = "",
    pages: int | None = None,
    archive_no: str = "",
    box_no: str = "",
    retention: str = "",
    superseded_by: ApprovalDocument | None = None,
    note: str = "",
) -> ApprovalDocument:
    """Enter a document into the register.

    number            as typed; stored in its canonical spelling
    kind              CodeValue of doc_kind, or its key
    file              uploaded original, or None
    scope_unit_path   tree path of the office that registers: who may view it sees the document
    Raises NumberUnreadable, NumberTaken, IssuedInFuture and what `attach` raises.
    """
    canonical = _canonical(number)
    _refuse_future(issued_on)
    document = ApprovalDocument(
        number=canonical,
        title=_plain(title),
        issuer=_plain(issuer),
        issued_on=issued_on,
        kind_id=_key(kind),
        secrecy=secrecy,
        pages=pages,
        archive_no=archive_no.strip(),
        box_no=box_no.strip(),
        retention=retention.strip(),
        superseded_by=superseded_by,
        note=note.strip(),
        scope=scope_unit_path,
    )
    _save_new(document)
    audit.record(
        "document.register", target=document, by=by, after={**_facts(document), "number": canonical}
    )
    if file is not None:
        attach(document=document, file=file, by=by)
    return document


@write
def change(*, document: ApprovalDocument, by: Any, **values: Any) -> ApprovalDocument:
    """Correct what was registered.

    values   any of CHANGEABLE (`kind` and `superseded_by` may be given as objects), and `number`
    Returns the document; when nothing differs, nothing is written. Raises NumberUnreadable,
    NumberTaken, IssuedInFuture, DocumentInUse (the number of a cited document stays),
    ClassifiedKeepsNoFile (a document with an original becomes 涉密).
    """
    document = ApprovalDocument.objects.select_for_update().get(pk=document.pk)
    before = {**_facts(document), "number": document.number}
    if "number" in values:
        _change_number(document, values.pop("number"))
    for name in ("kind", "superseded_by"):
        if name in values:
            values[f"{name}_id"] = _key(values.pop(name))
    for name, value in values.items():
        if name not in CHANGEABLE:
            raise TypeError(f"{name} is not changed here")
        setattr(document, name, _plain(value) if isinstance(value, str) else value)
    _refuse_future(document.issued_on)
    if document.secrecy == Secrecy.CLASSIFIED and document.file:
        raise ClassifiedKeepsNoFile
    after = {**_facts(document), "number": document.number}
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return document
    _save_new(document)
    audit.record(
        "document.change",
        target=document,
        by=by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return document


@write
def attach(*, document: ApprovalDocument, file: Any, by: Any) -> ApprovalDocument:
    """Store the original of a document; an earlier one is kept in the store, no longer shown.

    Raises ClassifiedKeepsNoFile, FileEmpty, FileTooLarge, FileUnknown.
    """
    if document.secrecy == Secrecy.CLASSIFIED:
        raise ClassifiedKeepsNoFile
    stored = files.take_in(file)
    try:
        with transaction.atomic():
            row = ApprovalDocument.objects.select_for_update().get(pk=document.pk)
            before = {"name": row.file_name, "sha256": row.file_sha256} if row.file else None
            row.file, row.file_name = stored.key, stored.name
            row.file_sha256, row.file_size = stored.sha256, stored.size
            row.save(update_fields=["file", "file_name", "file_sha256", "file_size"])
            audit.record(
                "document.file",
                target=row,
                by=by,
                before=before,
                after={"name": stored.name, "sha256": stored.sha256, "size": stored.size},
            )
    except BaseException:
        files.discard(stored.key)
        raise
    for name in ("file", "file_name", "file_sha256", "file_size"):
        setattr(document, name, getattr(row, name))
    return document


@write
def download(*, document: ApprovalDocument, by: Any) -> Any:
    """Open the original for one reader, and note that it was read. Raises FileMissing."""
    if not document.file:
        raise FileMissing
    stream = files.open_stored(document.file)
    audit.record(
        "document.download",
        target=document,
        by=by,
        after={"name": document.file_name, "sha256": document.file_sha256},
    )
    return stream


def _change_number(document: ApprovalDocument, text: str) -> None:
    canonical = _canonical(text)
    if canonical == document.number:
        return
    links = document.unit_links.count()  # every fact that cites a document links it to its unit
    if links:
        raise DocumentInUse(document, links)
    document.number = canonical


def _canonical(text: str) -> str:
    try:
        return numbers.normalise(text)
    except numbers.BadNumber as fault:
        raise NumberUnreadable(fault.sentence) from None


def _refuse_future(day: dt.date) -> None:
    if day > timezone.localdate():
        raise IssuedInFuture(day)


def _save_new(document: ApprovalDocument) -> None:
    """Save; a number that is there already (also since a moment ago) is a NumberTaken."""
    first = ApprovalDocument.objects.filter(number=document.number).exclude(pk=document.pk).first()
    if first is not None:
        raise NumberTaken(document.number, first)
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError:
        first = ApprovalDocument.objects.filter(number=document.number).first()
        if first is None or first.pk == document.pk:
            raise
        raise NumberTaken(document.number, first) from None


def _plain(text: str) -> str:
    return " ".join(text.split()) if "\n" not in text else text.strip()


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _facts(document: ApprovalDocument) -> dict[str, Any]:
    """Return what `change` may change, ready for JSON."""
    return {
        name: str(value) if isinstance(value := getattr(document, name), dt.date) else value
        for name in CHANGEABLE
    }
