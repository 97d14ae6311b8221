"""The person: one row for each identity number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, connection, transaction

from apps.audit import services as audit
from apps.core import identity, pinyin
from apps.core.masking import mask_identity, mask_phone
from apps.core.models import CodeValue
from apps.core.writes import constraint_of, write

from .. import errors, secrets
from ..models import Person
from ..versions import refuse_stale
from .facts import key_of, told

#: What may be given beside name and number.
DETAILS = (
    "ethnicity",
    "native_place",
    "political_status",
    "joined_party_on",
    "work_started_on",
    "education",
    "degree",
    "school",
    "major",
    "prof_title",
    "photo_no",
    "note",
)
SEX = {"1": "sex.1", "2": "sex.2"}


@write
def register_person(
    *,
    name: str,
    id_no: str,
    by: Any,
    sex: CodeValue | str | None = None,
    birth_month: dt.date | None = None,
    phone: str = "",
    scope: str = "",
    **details: Any,
) -> Person:
    """Enter a person. Sex and month of birth follow from the number.

    id_no     as typed; spaces, full-width digits and a small x are put right
    sex, birth_month   given only to be compared with the number
    scope     tree path for the audit event: the unit that asked
    details   any of DETAILS
    Raises IdentityRefused, ContradictsNumber, AlreadyRegistered. Source: docs/rules.md P-01, S-02.
    """
    found = checked(id_no, sex=sex, birth_month=birth_month)
    same = secrets.find_by_id_no(found.number)
    if same is not None:
        raise errors.AlreadyRegistered(same)
    return enrol(found, name=name, by=by, phone=phone, scope=scope, **details)


def enrol(
    found: identity.Identity,
    *,
    name: str,
    by: Any,
    phone: str = "",
    scope: str = "",
    **details: Any,
) -> Person:
    """Write a person whose number was checked and found nobody. Inside a write by the same actor.

    Raises AlreadyRegistered where somebody else was faster. The row is locked by being new.
    """
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"not known of a person: {sorted(unknown)}")
    person = Person(
        person_no=next_number(),
        name=name,
        sex_id=SEX[found.sex],
        birth_month=found.birth_on.replace(day=1),
        **{field_name(Person, key): key_of(value) for key, value in details.items()},
    )
    read_aloud(person)
    seal(person, found.number)
    person.phone_ct = secrets.seal_phone(phone, uid=person.uid)
    _save_new(person)
    audit.record(
        "person.register",
        target=person,
        by=by,
        scope=scope,
        after={
            "person_no": person.person_no,
            "name": person.name,
            "id_no": mask_identity(found.number),
        },
    )
    return person


@write
def change_person(
    *,
    person: Person,
    by: Any,
    version: int | None = None,
    reason: str = "",
    scope: str = "",
    **values: Any,
) -> Person:
    """Correct what is known of a person.

    version   history id of the row as the page showed it; None: not asked
    values    any of DETAILS, and name, id_no, phone (plain)
    Sex and month of birth follow a changed number. Returns the person; when nothing differs,
    nothing is written. Raises ChangedMeanwhile, IdentityRefused, AlreadyRegistered.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    refuse_stale(person, version)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if "id_no" in values:
        _change_number(person, values.pop("id_no"), before, after)
    if "phone" in values:
        _change_phone(person, values.pop("phone"), before, after)
    for key, value in values.items():
        if key not in (*DETAILS, "name"):
            raise TypeError(f"{key} is not changed here")
        attribute = field_name(Person, key)
        if getattr(person, attribute) != key_of(value):
            before |= told(person, [key])
            setattr(person, attribute, key_of(value))
            after |= told(person, [key])
    if not after:
        return person
    read_aloud(person)
    _save_new(person)
    audit.record(
        "person.change",
        target=person,
        by=by,
        scope=scope,
        before=before,
        after=after,
        note=reason,
    )
    return person


def checked(
    id_no: str, *, sex: CodeValue | str | None = None, birth_month: dt.date | None = None
) -> identity.Identity:
    """Check a number and what is said beside it. Raises IdentityRefused, ContradictsNumber."""
    try:
        found = identity.check(id_no)
    except identity.BadIdentity as fault:
        raise errors.IdentityRefused(fault.sentence) from None
    if sex is not None and key_of(sex) != SEX[found.sex]:
        raise errors.ContradictsNumber("sex", found.sex)
    born = found.birth_on.replace(day=1)
    if birth_month is not None and birth_month.replace(day=1) != born:
        raise errors.ContradictsNumber("birth_month", born)
    return found


def next_number() -> str:
    """Return a new 人员编号."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_next_person_no()")
        return cursor.fetchone()[0]


def read_aloud(person: Person) -> None:
    """Set pinyin and initials from the name."""
    person.name_pinyin, person.name_initials = (
        pinyin.full(person.name),
        pinyin.initials(person.name),
    )


def seal(person: Person, number: str) -> None:
    """Set the three columns of the identity number."""
    sealed = secrets.seal_id_no(number, uid=person.uid)
    person.id_no_ct, person.id_no_bi, person.id_no_tail = sealed


def field_name(model: Any, key: str) -> str:
    """Return the attribute that holds `key`: “education” → “education_id”."""
    return model._meta.get_field(key).attname


def _change_number(person: Person, typed: str, before: dict, after: dict) -> None:
    found = checked(typed)
    old = secrets.id_no(person).reveal()
    if found.number == old:
        return
    same = secrets.find_by_id_no(found.number)
    if same is not None:
        raise errors.AlreadyRegistered(same)
    seal(person, found.number)
    before["id_no"], after["id_no"] = mask_identity(old), mask_identity(found.number)
    for key, value in (("sex", SEX[found.sex]), ("birth_month", found.birth_on.replace(day=1))):
        attribute = field_name(Person, key)
        if getattr(person, attribute) != value:
            before |= told(person, [key])
            setattr(person, attribute, value)
            after |= told(person, [key])


def _change_phone(person: Person, number: str, before: dict, after: dict) -> None:
    old = secrets.phone(person)
    plain = old.reveal() if old is not None else ""
    if number == plain:
        return
    person.phone_ct = secrets.seal_phone(number, uid=person.uid)
    before["phone"] = mask_phone(plain) if plain else None
    after["phone"] = mask_phone(number) if number else None


def _save_new(person: Person) -> None:
    """Save; a number that another row has since a moment ago is AlreadyRegistered."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        same = Person.objects.filter(id_no_bi=bytes(person.id_no_bi)).exclude(pk=person.pk).first()
        if same is None or "id_no_bi" not in constraint_of(error):
            raise
        raise errors.AlreadyRegistered(same) from None
