"""Identity numbers and phones of people: sealing, opening, finding. Source: docs/rules.md P-04.

The plain value lives in memory only, for as long as one answer takes. Whatever shows a person
shows `Masked`; the one road to the plain text is services.reveal.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from apps.core import crypto, identity
from apps.core.masking import Masked

from .models import Person, PersonQuerySet

log = logging.getLogger(__name__)

ID_NO = "staff_person.id_no"
PHONE = "staff_person.phone"


class SealedNumber(NamedTuple):
    """What a row keeps of one identity number."""

    ct: bytes
    bi: bytes
    tail: int


def seal_id_no(number: str, *, uid: UUID) -> SealedNumber:
    """Seal a number that identity.check has passed, for the person with this uid."""
    return seal_id_nos([number], [uid])[0]


def seal_id_nos(numbers: Sequence[str], uids: Sequence[UUID]) -> list[SealedNumber]:
    """Seal a column of numbers, in order: about 20 µs a row."""
    sealed = crypto.encrypt_many(numbers, uids, field=ID_NO)
    indexes = crypto.blind_indexes(numbers, field=ID_NO)
    tails = crypto.tail_buckets(numbers, field=ID_NO)
    return [SealedNumber(*parts) for parts in zip(sealed, indexes, tails, strict=True)]


def index_of(numbers: Iterable[str]) -> list[bytes]:
    """Return the blind index of each normalised number, in order."""
    return crypto.blind_indexes(numbers, field=ID_NO)


def seal_phone(number: str, *, uid: UUID) -> bytes | None:
    """Seal a phone number; None for an empty one."""
    return crypto.encrypt(number, field=PHONE, row=uid) if number else None


def seal_phones(numbers: Sequence[str], uids: Sequence[UUID]) -> list[bytes]:
    """Seal a column of phone numbers, in order."""
    return crypto.encrypt_many(numbers, uids, field=PHONE)


def id_no(person: Person) -> Masked:
    """Open one person's identity number, to be shown masked."""
    return Masked(_opened(person, person.id_no_ct, ID_NO), "identity")


def phone(person: Person) -> Masked | None:
    """Open one person's phone, to be shown masked; None when there is none."""
    if person.phone_ct is None:
        return None
    return Masked(_opened(person, person.phone_ct, PHONE), "phone")


def _opened(person: Person, blob: bytes | memoryview, field: str) -> str:
    """Return the plain value; a damaged one is empty, so that one row never takes a list down."""
    try:
        return crypto.decrypt(blob, field=field, row=person.uid)
    except crypto.BadCiphertext:
        log.error("a sealed value cannot be opened", extra={"field": field, "person": person.pk})
        return ""


def id_nos(people: Sequence[Person]) -> list[Masked]:
    """Open the identity numbers of one page of people, in order, to be shown masked."""
    return [id_no(person) for person in people]


def open_id_nos(rows: Sequence[tuple[bytes | memoryview, UUID]]) -> list[str]:
    """Return the plain numbers of (ciphertext, uid) rows, in order. For comparing, not showing."""
    return crypto.decrypt_many([ct for ct, _ in rows], [uid for _, uid in rows], field=ID_NO)


def open_phones(rows: Sequence[tuple[bytes | memoryview, UUID]]) -> list[str]:
    """Return the plain phones of (ciphertext, uid) rows, in order. For comparing, not showing."""
    return crypto.decrypt_many([ct for ct, _ in rows], [uid for _, uid in rows], field=PHONE)


def find_by_id_no(number: str, *, lock: bool = False) -> Person | None:
    """Return the one person with this number, in anybody's scope; None when there is none.

    lock   hold the row to the end of the transaction
    For duplicate checks inside services. What a reader is told of the answer is
    rules.whereabouts's business (security.md X-04).
    """
    index = crypto.blind_index(identity.normalise(number), field=ID_NO)
    people = Person.objects.select_for_update(no_key=True) if lock else Person.objects.all()
    return people.filter(id_no_bi=index).first()


def with_id_no(people: PersonQuerySet, typed: str) -> PersonQuerySet:
    """Narrow `people`, already scoped, to a typed number or its last four characters.

    18 characters are looked up exactly by the blind index; 4 by their bucket, whose members are
    opened and compared. Any other length finds nobody.
    """
    text = identity.normalise(typed)
    if len(text) == identity.LENGTH:
        return people.filter(id_no_bi=crypto.blind_index(text, field=ID_NO))
    if len(text) != 4:
        return people.none()
    bucket = crypto.tail_bucket(text, field=ID_NO)
    rows = list(people.filter(id_no_tail=bucket).values_list("pk", "id_no_ct", "uid"))
    numbers = open_id_nos([(ct, uid) for _, ct, uid in rows])
    same = [row[0] for row, number in zip(rows, numbers, strict=True) if number.endswith(text)]
    return people.filter(pk__in=same)
