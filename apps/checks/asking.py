"""Asking the rules without writing: for review pages, imports and other doors.

`for_units(units)` says what the rules find now, inside the caller's transaction, so facts written
a moment ago are seen. `for_application(units=…, apply=…)` says what would change if `apply()` were
done; it does it in a savepoint and takes it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.units.models import Unit

from .rules import RULES, Asked, Hit, Rule, Scope
from .settings import Held, held


@dataclass(frozen=True)
class Found:
    """A hit with its rule. `identity` is what makes it the same finding in another run."""

    rule: Rule
    hit: Hit

    @property
    def identity(self) -> tuple[str, int, str]:
        return (self.rule.number, self.hit.unit, self.hit.key)

    @property
    def level(self) -> str:
        return self.hit.level or self.rule.level


def ask(one: Held, scope: Scope, today: dt.date | None = None) -> list[Hit]:
    """Return what one rule finds in a scope; each subject once."""
    asked = Asked(scope, one.values, today or timezone.localdate())
    return list({(hit.unit, hit.key): hit for hit in one.rule.find(asked)}.values())


def for_units(
    units: Iterable[Unit | int], *, rules: Iterable[str] | None = None, today: dt.date | None = None
) -> list[Found]:
    """Return what the enabled rules find in these units now, red first.

    rules   numbers to ask only; None: all that look at single units
    Writes no finding. A fixed number of queries for any number of units.
    """
    scope = Scope(frozenset(unit.pk if isinstance(unit, Unit) else unit for unit in units))
    wanted = set(rules) if rules is not None else None
    found = [
        Found(one.rule, hit)
        for one in held(today)
        if one.applies
        and (one.rule.number in wanted if wanted is not None else not one.rule.nightly)
        for hit in ask(one, scope, today)
        if hit.unit in (scope.units or ())
    ]
    return sorted(found, key=lambda one: (one.level != "red", one.identity))


def red_rules(subjects: Iterable[str]) -> frozenset[str]:
    """Return the numbers of the red rules that an application may break.

    subjects   modules of apps.checks.rules
    """
    wanted = set(subjects)
    return frozenset(
        rule.number
        for rule in RULES
        if rule.level == "red"
        and not rule.nightly
        and not rule.is_fault
        and rule.find.__module__.rsplit(".", 1)[-1] in wanted
    )


@dataclass(frozen=True)
class Outcome:
    """What an application would do to the findings of the units it touches."""

    appears: list[Found]
    goes: list[Found]
    stays: list[Found]

    @property
    def is_refused(self) -> bool:
        """A red contradiction would be new: 通过 needs an override with a reason (ux.md §11)."""
        return any(one.level == "red" for one in self.appears)


def for_application(*, units: Iterable[Unit | int], apply: Callable[[], object]) -> Outcome:
    """Return what would appear, go and stay if `apply()` were done; nothing of it remains.

    apply   does the writes through the services; what it raises goes through
    """
    units = list(units)
    before = {one.identity: one for one in for_units(units)}
    with transaction.atomic():
        apply()
        after = {one.identity: one for one in for_units(units)}
        transaction.set_rollback(True)
    return Outcome(
        appears=[one for key, one in after.items() if key not in before],
        goes=[one for key, one in before.items() if key not in after],
        stays=[one for key, one in after.items() if key in before],
    )
