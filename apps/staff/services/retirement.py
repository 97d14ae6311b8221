"""弹性退休: a month agreed on in the place of the statutory one (docs/rules.md R-02)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents.models import ApprovalDocument
from apps.units import services as units

from .. import errors
from ..models import Occupancy, Person, RetirementChoice
from ..retirement import bounds, retirement_month
from ..versions import refuse_stale


@write
def choose_retirement(
    *,
    person: Person,
    month: dt.date,
    reason: str,
    document: ApprovalDocument,
    by: Any,
    version: int | None = None,
) -> RetirementChoice:
    """Set the month of retirement of somebody in quota, early or late.

    month     any day of it; not before this month, within retirement.bounds
    version   history id of the choice as the page showed it, 0 for none; None: not asked
    The spells follow by trigger. Raises NotInQuota, NoEstimate, RetirementInPast,
    RetirementOutOfBounds, StatutoryMonth, ChangedMeanwhile. Source: docs/rules.md R-02.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    spell = _spell_of(person)
    month = month.replace(day=1)
    if spell.retires_as is None:
        raise errors.NoEstimate
    if month < timezone.localdate().replace(day=1):
        raise errors.RetirementInPast(month)
    allowed = bounds(person.birth_month, spell.retires_as)
    if not allowed.first <= month <= allowed.last:
        raise errors.RetirementOutOfBounds(month, allowed.first, allowed.last)
    statutory = retirement_month(person.birth_month, spell.retires_as).month
    choice = RetirementChoice.objects.filter(person=person).first()
    if choice is None and version:
        raise errors.ChoiceWithdrawn
    if choice is None and month == statutory:
        raise errors.StatutoryMonth(month)
    before = {"month": f"{spell.retires_on:%Y-%m}" if spell.retires_on else None}
    if choice is None:
        choice = RetirementChoice(person=person)
    else:
        refuse_stale(choice, version)
    choice.month, choice.reason, choice.document = month, reason, document
    choice.save()
    units.link(document=document, unit=spell.unit, by=by)
    audit.record(
        "retirement.choose",
        target=person,
        by=by,
        scope=spell.scope,
        before=before,
        after={"month": f"{month:%Y-%m}", "document": str(document)},
        note=reason,
    )
    return choice


@write
def withdraw_retirement(*, person: Person, by: Any) -> None:
    """Go back to the statutory month. Raises ChoiceWithdrawn when there is no choice any more."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    choice = RetirementChoice.objects.filter(person=person).first()
    if choice is None:
        raise errors.ChoiceWithdrawn
    spell = Occupancy.objects.filter(person=person).order_by("-starts_on", "-pk").first()
    audit.record(
        "retirement.withdraw",
        target=person,
        by=by,
        scope=spell.scope if spell is not None else "",
        before={"month": f"{choice.month:%Y-%m}"},
    )
    choice.delete()


def _spell_of(person: Person) -> Occupancy:
    """Return the spell by which the person is in quota. Raises NotInQuota."""
    spells = Occupancy.objects.open().filter(person=person, counts=True).select_related("unit")
    spell = spells.first()
    if spell is None:
        raise errors.NotInQuota
    return spell
