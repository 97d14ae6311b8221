"""What the services share: values as an audit event tells them, refusals of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction

from apps.quotas.errors import QuotaFull

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


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, or ""."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def refusals(
    *, person: Person | None = None, spell: Occupancy | None = None, cell: Any = None
) -> Iterator[None]:
    """Run one write in a savepoint and turn the database's refusal into ours.

    person   whose spells may overlap
    spell    the row being written, when it exists
    cell     (unit, quota_type) that may be full
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
                refusal = errors.OverlappingSpell if other.ends_on else errors.AlreadyInQuota
                raise refusal(other) from error
        if name == "balance_has_room" and cell is not None:
            raise quota_full(*cell) from error
        raise


def quota_full(unit: Any, quota_type: Any) -> QuotaFull:
    """Return the refusal with the figures of the cell as they are now."""
    from apps.quotas.models import Balance

    row = Balance.objects.filter(unit=unit, quota_type=quota_type).first()
    approved, actual, reserved = (row.approved, row.actual, row.reserved) if row else (0, 0, 0)
    return QuotaFull(unit, quota_type, approved, actual, reserved)
