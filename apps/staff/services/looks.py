"""Notes of who looked at whom, for the offices and the people concerned (docs/rules.md P-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import AuditEvent
from apps.core.scope import within
from apps.core.writes import write

from ..models import Occupancy, Person


@write
def note_view(*, person: Person, scope: str, by: Any) -> bool:
    """Note that `by` opened the page of a person: once a day for each reader and person.

    scope   of the spell by which the reader sees the person
    Returns whether it was the first time today.
    """
    midnight = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time()))
    seen = AuditEvent.objects.about(person).filter(
        kind="person.view", actor_id=by.pk, at__gte=midnight
    )
    if seen.exists():
        return False
    audit.record("person.view", target=person, by=by, scope=scope)
    return True


@write
def note_found(*, people: Sequence[Person], by: Any) -> None:
    """Note that `by` found these people by their numbers. Two queries for any number of people."""
    spells = Occupancy.objects.filter(
        within(by.subtrees("view_subtree"), "scope"), person__in=[one.pk for one in people]
    )
    scopes = dict(spells.order_by("starts_on", "pk").values_list("person_id", "scope"))
    targets: dict[Model, str] = {person: scopes.get(person.pk, "") for person in people}
    audit.record_each("person.find", targets=targets, by=by)


@write
def note_found_elsewhere(*, spell: Occupancy, by: Any) -> None:
    """Note that `by` found somebody out of sight, who is to come over: the old unit reads of it."""
    audit.record("person.find", target=spell.person, by=by, scope=spell.scope)
