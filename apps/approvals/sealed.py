"""Identity numbers and phones of lines: sealed under the line's own uid until the effect.

A person of the register keeps the number there; a line repeats it only for somebody new.
"""

from __future__ import annotations

from typing import Any

from apps.core import crypto
from apps.core.masking import Masked
from apps.staff import secrets

from .models import Application, Line

ID_NO = "approvals_line.id_no"
PHONE = "approvals_line.phone"
CONTACT = "approvals_application.phone"


def put(line: Line, *, id_no: str, phone: str) -> None:
    """Seal what was typed into an unsaved line, and set its key."""
    line.person_key = secrets.index_of([id_no])[0] if id_no else None
    line.id_no_ct = crypto.encrypt(id_no, field=ID_NO, row=line.uid) if id_no else None
    line.phone_ct = crypto.encrypt(phone, field=PHONE, row=line.uid) if phone else None


def id_no(line: Line) -> Masked:
    """Return the line's identity number, to be shown masked."""
    if line.id_no_ct is not None:
        return Masked(crypto.decrypt(line.id_no_ct, field=ID_NO, row=line.uid), "identity")
    if line.person is not None:
        return secrets.id_no(line.person)
    return Masked("", "identity")


def phone(line: Line) -> str:
    """Return the plain phone of a line; "" when none was given."""
    if line.phone_ct is None:
        return ""
    return crypto.decrypt(line.phone_ct, field=PHONE, row=line.uid)


def put_contact(application: Application, phone: str) -> None:
    application.phone_ct = (
        crypto.encrypt(phone, field=CONTACT, row=application.uid) if phone else None
    )


def contact(application: Application) -> str:
    """Return the plain phone of the contact."""
    if application.phone_ct is None:
        return ""
    return crypto.decrypt(application.phone_ct, field=CONTACT, row=application.uid)


def key_of_person(person: Any) -> bytes:
    """Return the blind index of a person of the register."""
    return bytes(person.id_no_bi)
