"""Whom a unit takes over from another unit: found only by who knows all three, number, name, unit.

A clerk sees no people of other units, and is told nothing about them (security.md X-04). The
paper that orders a transfer names the person, the number and the unit; who can write all three is
told nothing new. Everything else gets one answer. Source: docs/rules.md TR-03.
"""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, Signer

from apps.core import identity
from apps.core.scope import covers
from apps.staff import looking, secrets
from apps.staff import services as staff
from apps.staff.models import Occupancy

from .filing import filing_permission

#: Mark of a key that stands for a place out of sight.
MARK = "~"
_signer = Signer(salt="approvals.elsewhere", sep=".")
RELATED = ("person", "unit", "quota_type", "status")


class TooMany(Exception):
    """The user has looked for people elsewhere as often as a day allows."""


def find(user: Any, *, id_no: str, name: str, unit: str) -> Occupancy | None:
    """Return the open place of a person where number, name and unit agree, whole and exact.

    A miss on somebody of the register is noted and counted. Raises TooMany.
    """
    if looking.elsewhere_today(user) >= looking.ELSEWHERE_A_DAY:
        raise TooMany
    person = secrets.find_by_id_no(identity.check(id_no).number)
    if person is None:
        return None
    rows = Occupancy.objects.open().filter(person=person, counts=True)
    spell: Occupancy | None = rows.select_related(*RELATED).first()
    if spell is not None and (person.name, spell.unit.name) == (name, unit):
        staff.note_found_elsewhere(spell=spell, by=user)
        return spell
    looking.note_elsewhere(user)
    return None


def key_of(user: Any, subject: Any) -> str:
    """Return how an address names a subject: its number, or a signed key where it is elsewhere."""
    scope = getattr(subject, "scope", None)
    if scope is None or covers(user.subtrees(filing_permission(user)), scope):
        return str(subject.pk)
    return MARK + _signer.sign(f"{user.pk}-{subject.pk}")


def opened(user: Any, key: str) -> Occupancy | None:
    """Return the open place behind a key that this very user was given."""
    try:
        owner, _, pk = _signer.unsign(key.removeprefix(MARK)).partition("-")
    except BadSignature:
        return None
    if owner != str(user.pk):
        return None
    return Occupancy.objects.open().select_related(*RELATED).filter(pk=pk).first()
