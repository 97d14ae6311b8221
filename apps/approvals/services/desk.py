"""What goes with acting: phrases kept, copies for colleagues, numbers shown in full.

Source: docs/rules.md AP-13, AP-15.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents import files
from apps.staff.services import reveals
from apps.units.models import Unit

from .. import rules, sealed
from ..models import Application, Attachment, Copy, Line, Phrase
from ..queries.review import let_through_by

#: Own phrases one account keeps.
MOST_PHRASES = 50


@write
def keep_phrase(*, text: str, move: str, by: Any, unit: Unit | None = None) -> Phrase | None:
    """Keep a phrase for the user, or for everybody of the office that `unit` is the root of.

    Returns None when there is nothing to keep or the user has as many as one keeps.
    Raises PermissionDenied for an office the user does not sign or decide for.
    """
    text = text.strip()[:200]
    if not text:
        return None
    if unit is not None and not any(by.may(name, unit) for name in ("sign", "decide")):
        raise PermissionDenied("只有科长、主任可以设全办常用意见")
    owner = by if unit is None else None
    if owner is not None and Phrase.objects.filter(owner=owner).count() >= MOST_PHRASES:
        return None
    phrase, _ = Phrase.objects.get_or_create(text=text, move=move, owner=owner, unit=unit)
    return phrase


@write
def drop_phrase(*, phrase: Phrase, by: Any) -> None:
    """Forget a phrase of one's own, or of an office one signs or decides for."""
    own = phrase.owner_id is not None and phrase.owner_id == by.pk
    offices = phrase.unit is not None and any(
        by.may(name, phrase.unit) for name in ("sign", "decide")
    )
    if not own and not offices:
        raise PermissionDenied("只能删除自己的常用意见")
    phrase.delete()


@write
def send_copies(*, application: Application, users: Iterable[Any], by: Any) -> list[Copy]:
    """Tell colleagues of a case. Who may not see it is left out; once for each colleague."""
    units = [one for one in (application.unit, application.other_unit) if one is not None]
    told = [
        one
        for one in users
        if one.pk != by.pk and any(one.may("view_subtree", unit) for unit in units)
    ]
    Copy.objects.bulk_create(
        [Copy(application=application, user=one, by=by) for one in told], ignore_conflicts=True
    )
    if told:
        names = "、".join(str(one) for one in told)
        audit.record("application.copy", target=application, by=by, note=names)
    return list(application.copies.filter(user__in=told))


@write
def ask_to_let_through(*, application: Application, by: Any) -> list[Any]:
    """Send the case to whoever may let its red checks through; return them. Asked again, the case
    is unread to them once more (AP-07)."""
    people = [one for one in let_through_by(application) if one.pk != by.pk]
    Copy.objects.filter(application=application, user__in=people).delete()
    send_copies(application=application, users=people, by=by)
    return people


def see_copy(*, application: Application, by: Any) -> None:
    """Note that the user opened a case they were told of. One statement, whoever opens it."""
    Copy.objects.filter(application=application, user=by, seen_at=None).update(
        seen_at=timezone.now()
    )


@write
def download(*, attachment: Attachment, by: Any) -> IO[bytes]:
    """Open an attached file and note who took it. Raises documents.errors.FileMissing."""
    stream = files.open_stored(attachment.key)
    audit.record("application.file", target=attachment.application, by=by, note=attachment.name)
    return stream


@write
def reveal(*, line: Line, field: str, purpose: str, by: Any) -> str:
    """Return one plain number of a line, for one answer; who looked and why stays on record.

    field   "id_no" or "phone"
    Raises PermissionDenied, PurposeMissing, RevealLimit: the limit of a day is the one of the
    register of people (docs/rules.md P-09).
    """
    application = line.application
    if not rules.may_reveal(by, application):
        raise PermissionDenied("账号没有查看完整号码的权限")
    reveals.allow_looks(by=by, purpose=purpose)
    audit.record(
        "person.reveal",
        target=application,
        by=by,
        scope=application.desk,
        purpose=purpose.strip()[:200],
        note=f"{line.name}的{reveals.FIELDS[field]}",
    )
    return sealed.id_no(line).reveal() if field == "id_no" else sealed.phone(line)


def offices_of(user: Any) -> list[Unit]:
    """Return the units whose office phrases the user may set."""
    paths = {path for name in ("sign", "decide") for path in user.subtrees(name)}
    return list(Unit.objects.filter(Q(path__in=paths)).order_by("path")) if paths else []
