"""What a form shows while it is filled in: who a number is, and what a place does to the quota."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import AuditEvent
from apps.core import identity
from apps.core.models import CodeValue
from apps.quotas import rules as quota_rules
from apps.quotas.errors import IllegalQuotaType
from apps.quotas.models import Balance, OverageEntry
from apps.quotas.refusals import sentence as quota_sentence
from apps.quotas.standing import Lamp, lamp_of
from apps.units.models import Unit

from . import refusals, secrets
from .models import Occupancy, Person

#: Numbers of people elsewhere that one user may meet in a day; then the form is silent (X-04).
ELSEWHERE_A_DAY = 30
SILENT = "今天查到的在库号码已达上限，提交时系统会再次核对"


@dataclass(frozen=True)
class Box:
    """One cell before and after (核定/实有/在途/可用).

    delta     people more (+1) or fewer (−1)
    held      places that will be held for people still to come (用编): 在途 more, 实有 as it is
    """

    unit: Unit
    quota_type: CodeValue
    approved: int
    actual: int
    reserved: int
    over_allowed: int
    delta: int
    refusal: str = ""
    basis: tuple[OverageEntry, ...] = ()
    held: int = 0

    @property
    def usable(self) -> int:
        return max(0, self.approved + self.over_allowed - self.actual - self.reserved)

    @property
    def actual_after(self) -> int:
        return self.actual + self.delta

    @property
    def reserved_after(self) -> int:
        return self.reserved + self.held

    @property
    def changes(self) -> bool:
        return self.delta != 0 or self.held != 0

    @property
    def usable_after(self) -> int:
        return max(0, self.approved + self.over_allowed - self.actual_after - self.reserved_after)

    @property
    def missing(self) -> int:
        """People above what the quota allows once it is done."""
        if self.delta <= 0 and self.held <= 0:
            return 0
        return max(0, self.actual_after + self.reserved_after - self.approved - self.over_allowed)

    @property
    def lamp(self) -> Lamp:
        return lamp_of(
            approved=self.approved, actual=self.actual_after, reserved=self.reserved_after
        )


def box(
    unit: Unit | None, quota_type: CodeValue | None, delta: int, *, held: int = 0
) -> Box | None:
    """Return what `delta` people, or `held` places, do to the cell; None until both are chosen."""
    if unit is None or quota_type is None:
        return None
    row = Balance.objects.filter(unit=unit, quota_type=quota_type).first()
    row = row or Balance(approved=0, actual=0, reserved=0, over_allowed=0)
    legal = (delta <= 0 and held <= 0) or quota_rules.is_legal(quota_type, unit)
    basis: tuple[OverageEntry, ...] = ()
    if row.over_allowed:
        entries = OverageEntry.objects.filter(unit=unit, quota_type=quota_type, places__gt=0)
        basis = tuple(entries.select_related("document").order_by("-on", "-pk")[:3])
    return Box(
        unit,
        quota_type,
        row.approved,
        row.actual,
        row.reserved,
        row.over_allowed,
        delta,
        "" if legal else quota_sentence(IllegalQuotaType(unit, quota_type)),
        basis,
        held,
    )


def without_reserved(one: Box, places: int) -> Box:
    """Return the box as it is once `places` held for these very people are given back."""
    return replace(one, reserved=max(0, one.reserved - places))


@dataclass(frozen=True)
class NumberFacts:
    """What an identity number says, and whether the register has it.

    tone      "good", "info" or "bad"
    sentence  about the register; "" when it does not have the number
    """

    sex: str = ""
    birth_month: dt.date | None = None
    age: int | None = None
    warnings: tuple[str, ...] = ()
    tone: str = "good"
    sentence: str = ""
    person: Person | None = None


def number_facts(user: Any, typed: str) -> NumberFacts | None:
    """Read a typed number and name a duplicate at once (ux.md §5); None when nothing is typed."""
    if not typed.strip():
        return None
    try:
        found = identity.check(typed)
    except identity.BadIdentity as fault:
        return NumberFacts(tone="bad", sentence=fault.sentence)
    tone, sentence, person = _in_register(user, found.number)
    return NumberFacts(
        sex={"1": "男", "2": "女"}[found.sex],
        birth_month=found.birth_on.replace(day=1),
        age=found.age_on(timezone.localdate()),
        warnings=found.warnings,
        tone=tone,
        sentence=sentence,
        person=person,
    )


def _in_register(user: Any, number: str) -> tuple[str, str, Person | None]:
    person = secrets.find_by_id_no(number)
    if person is None:
        return "good", "", None
    spell = (
        Occupancy.objects.open().filter(person=person, counts=True).select_related("unit").first()
    )
    if not Person.objects.visible_to(user).filter(pk=person.pk).exists():
        if spell is None:
            return "good", "", None
        if elsewhere_today(user) >= ELSEWHERE_A_DAY:
            return "info", SILENT, None
        note_elsewhere(user)
        return "bad", refusals.ELSEWHERE, None
    if spell is None:
        words = f"该证件号已登记为 {person.name}（{person.person_no}），现不在编，将沿用原登记"
        return "info", words, person
    if refusals.sees(user, spell):
        return "bad", refusals.in_quota(spell.unit.name, spell.starts_on), person
    return "bad", refusals.ELSEWHERE, None


def note_elsewhere(user: Any) -> None:
    """Keep a note that the user met the number of somebody outside their scope."""
    audit.record("occupancy.enter", by=user, refused=True, note=refusals.ELSEWHERE)


def elsewhere_today(user: Any) -> int:
    midnight = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time()))
    return AuditEvent.objects.filter(
        actor_id=user.pk,
        kind="occupancy.enter",
        outcome=AuditEvent.Outcome.REFUSED,
        note=refusals.ELSEWHERE,
        at__gte=midnight,
    ).count()


def twins(user: Any, name: str, birth_month: dt.date | None) -> list[Occupancy]:
    """Return spells of people in sight with this name and month of birth: perhaps the same one."""
    if birth_month is None:
        return []
    rows = Occupancy.objects.visible_to(user).open()
    rows = rows.filter(person__name=name, person__birth_month=birth_month)
    return list(rows.select_related("person", "unit").order_by("pk")[:5])


def posts_of(unit: Unit | None) -> list[Any]:
    """Return the leadership posts of a unit (posts.PostBalance, by its relation), by kind."""
    if unit is None:
        return []
    return list(unit.post_balances.select_related("post_kind").order_by("post_kind__sort"))
