"""任职 and 离任. Over-filling is real and shown in red, never refused (docs/rules.md L-01)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.audit import services as audit
from apps.core.models import CodeValue
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.units import services as units
from apps.units.models import Unit

from .. import errors
from ..models import Person, PostHolding
from .facts import key_of, told


@write
def start_posting(
    *,
    person: Person,
    unit: Unit,
    post_kind: CodeValue,
    post_name: str,
    starts_on: dt.date,
    by: Any,
    post_level: CodeValue | str | None = None,
    counted: bool | None = None,
    document: ApprovalDocument | None = None,
    document_no: str = "",
    note: str = "",
) -> PostHolding:
    """Give a person a leadership post (任职).

    document_no   number of a basis that is not registered; "" where `document` is
    counted   whether it takes one of the approved posts; None: as the kind says (attrs.counts)
    Raises PostingOpen, EntryInFuture. Source: docs/rules.md S-08.
    """
    if starts_on > timezone.localdate():
        raise errors.EntryInFuture("starts_on", starts_on)
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    same = PostHolding.objects.open().filter(person=person, unit=unit, post_kind=post_kind)
    held = same.select_related("post_kind").first()
    if held is not None:
        raise errors.PostingOpen(held)
    if counted is None:
        counted = bool(post_kind.attrs.get("counts", True))
    posting = PostHolding.objects.create(
        person=person,
        unit=unit,
        post_kind=post_kind,
        post_name=post_name,
        post_level_id=key_of(post_level),
        counted=counted,
        starts_on=starts_on,
        document=document,
        document_no=document_no,
        note=note,
    )
    posting.refresh_from_db(fields=["scope"])
    if document is not None:
        units.link(document=document, unit=unit, by=by)
    facts = ["unit", "post_kind", "post_name", "starts_on", "document", "counted"]
    audit.record(
        "posting.start",
        target=posting,
        by=by,
        after={"person": str(person), **told(posting, facts)},
    )
    return posting


@write
def end_posting(
    *,
    posting: PostHolding,
    on: dt.date,
    by: Any,
    document: ApprovalDocument | None = None,
    document_no: str = "",
    note: str = "",
) -> PostHolding:
    """End a leadership post (离任).

    document_no   number of a basis that is not registered; told in the event
    on   first day no longer in the post; today or earlier
    Raises PostingClosed, ExitBeforeEntry, ExitInFuture. Source: docs/rules.md S-08.
    """
    locked = (
        PostHolding.objects.open()
        .select_for_update(of=("self",))
        .select_related("person", "unit", "post_kind")
        .filter(pk=posting.pk)
        .first()
    )
    if locked is None:
        raise errors.PostingClosed
    if on > timezone.localdate():
        raise errors.ExitInFuture("on", on)
    if on < locked.starts_on:
        raise errors.ExitBeforeEntry("on", locked.starts_on, on)
    locked.ends_on = on
    if note:
        locked.note = note
    locked.save(update_fields=["ends_on", "note"])
    if document is not None:
        units.link(document=document, unit=locked.unit, by=by)
    before = {
        "person": str(locked.person),
        **told(locked, ["unit", "post_kind", "post_name", "starts_on"]),
    }
    basis = str(document) if document is not None else document_no
    after = {"ends_on": on.isoformat(), **({"document": basis} if basis else {})}
    audit.record("posting.end", target=locked, by=by, before=before, after=after)
    return locked


def end_postings_at(*, person: Person, unit: Unit, on: dt.date, by: Any) -> list[PostHolding]:
    """End every post a person holds in the unit whose quota they leave. Inside a transaction."""
    held = PostHolding.objects.open().filter(person=person, unit=unit).order_by("pk")
    # a post begun on a later day than the exit ends on the day it began: it never counted
    return [end_posting(posting=posting, on=max(on, posting.starts_on), by=by) for posting in held]
