"""What the services share: values as an audit event tells them, refusals of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction

from apps.core.writes import constraint_of
from apps.quotas import refusals as quota_refusals

from .. import errors
from ..models import Occupancy, Person


def key_of(value: Any) -> Any:
    """Return the primary key of a row, or the value itself."""
    return getattr(value, "pk", value)


def told(row: models.Model, names: Any) -> dict[str, Any]:
    """Return some fields of a row, ready for JSON and for reading: labels instead of keys."""
    return {name: _word(getattr(row, name)) for name in names}


def _word(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


@contextmanager
def refusals(*, person: Person | None = None, spell: Occupancy | None = None) -> Iterator[None]:
    """Run one write in a savepoint and turn the database's refusal into ours.

    person   whose spells may overlap
    spell    the row being written, when it exists
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = constraint_of(error)
        if name == "occupancy_one_person_one_quota" and person is not None:
            others = Occupancy.objects.filter(person=person, counts=True).select_related("unit")
            if spell is not None:
                others = others.exclude(pk=spell.pk)
            other = others.order_by("-starts_on", "-pk").first()
            if other is not None:
                if other.ends_on is None:
                    raise errors.AlreadyInQuota(other) from error
                raise errors.OverlappingSpell(other) from error
        refusal = quota_refusals.refusal_of(error)
        if refusal is not None:
            raise refusal from error
        raise
