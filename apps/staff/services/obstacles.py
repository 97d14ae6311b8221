"""What stands in the way of a place: units, types, days, other spells, full quotas."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from apps.core import identity
from apps.core.models import CodeValue
from apps.quotas import rules as quota_rules
from apps.quotas import services as quotas
from apps.quotas.errors import IllegalQuotaType, QuotaFull
from apps.quotas.models import Balance
from apps.units.models import Unit

from .. import errors
from ..models import Occupancy, Person

LEAST_AGE = 16  # completed years on the day of entry


def refuse_entry(*, unit: Unit, quota_type: CodeValue, starts_on: dt.date) -> None:
    """Raise UnitHoldsNoPeople, IllegalQuotaType or EntryInFuture where the road ends at once."""
    if not quota_rules.may_hold_quota(unit):
        raise errors.UnitHoldsNoPeople(unit)
    if not quota_rules.is_legal(quota_type, unit):
        raise IllegalQuotaType(unit, quota_type)
    refuse_future("starts_on", starts_on)


def refuse_overlap(
    person: Person, starts_on: dt.date, ends_on: dt.date | None, *, spell: Occupancy | None = None
) -> None:
    """Raise AlreadyInQuota or OverlappingSpell when a counting spell meets the days (S-01)."""
    others = Occupancy.objects.filter(person=person, counts=True).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)
    )
    if ends_on is not None:
        others = others.filter(starts_on__lt=ends_on)
    if spell is not None:
        others = others.exclude(pk=spell.pk)
    other = others.select_related("unit").order_by("-starts_on").first()
    if other is None:
        return
    if other.ends_on is None:
        raise errors.AlreadyInQuota(other)
    if other.ends_on > other.starts_on:
        raise errors.OverlappingSpell(other)


def counts(spell: Occupancy) -> bool:
    """Say whether a spell takes a place by its status: what the database will set."""
    return bool(spell.occupies_slot and spell.status.attrs.get("in_quota", True))


def take_place(unit: Unit, quota_type: CodeValue) -> None:
    locked = quotas.lock_balances([(unit, quota_type)])
    refuse_full(locked.get((unit.pk, quota_type.pk)), unit, quota_type)


def refuse_full(balance: Balance | None, unit: Unit, quota_type: CodeValue) -> None:
    """Raise QuotaFull when the locked balance has no room for one more."""
    row = balance or Balance(approved=0, actual=0, reserved=0, over_allowed=0)
    if row.approved + row.over_allowed - row.actual - row.reserved < 1:
        raise QuotaFull(
            unit,
            quota_type,
            approved=row.approved,
            actual=row.actual,
            reserved=row.reserved,
            over_allowed=row.over_allowed,
        )


def refuse_future(field: str, day: dt.date) -> None:
    if day > timezone.localdate():
        raise errors.EntryInFuture(field, day)


def refuse_end(starts_on: dt.date, on: dt.date) -> None:
    if on > timezone.localdate():
        raise errors.ExitInFuture("on", on)
    if on < starts_on:
        raise errors.ExitBeforeEntry("on", starts_on, on)


def refuse_age(person: Person, on: dt.date) -> None:
    """Only month and year of birth are at hand: the whole birth month counts as reached."""
    age = identity.age_on(person.birth_month, on)
    if age < LEAST_AGE:
        raise errors.TooYoung(age, LEAST_AGE)
