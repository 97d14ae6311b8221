"""What holds for each rule today: on or off, and its thresholds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from .models import RuleSetting
from .rules import RULES, Rule, sources


@dataclass(frozen=True)
class Held:
    """A rule with what holds for it. setting: the row that says so, or None."""

    rule: Rule
    enabled: bool
    values: dict[str, Any]
    setting: RuleSetting | None

    @property
    def applies(self) -> bool:
        """Say whether the rule can find anything: switched on, and its facts exist."""
        return self.enabled and (not self.rule.source or sources.is_there(self.rule.source))

    @property
    def missing(self) -> str:
        """Return the fact source that is not there yet, in words; "" when nothing is missing."""
        source = self.rule.source
        return sources.LABELS[source] if source and not sources.is_there(source) else ""


def held(today: dt.date | None = None) -> list[Held]:
    """Return every rule of the catalogue with its latest setting that has begun. One query."""
    rows = RuleSetting.objects.filter(starts_on__lte=today or timezone.localdate())
    latest: dict[str, RuleSetting] = {}
    for row in rows.order_by("starts_on", "pk"):
        latest[row.rule] = row
    found = []
    for rule in RULES:
        last = latest.get(rule.number)
        values = {**rule.defaults, **(last.values if last is not None else {})}
        found.append(Held(rule, last is None or last.enabled, values, last))
    return found


def held_for(number: str, today: dt.date | None = None) -> Held:
    return next(one for one in held(today) if one.rule.number == number)
