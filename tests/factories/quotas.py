"""Quotas and people in them, for tests of pages and figures."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import count
from typing import Any

from apps.core.models import CodeValue
from apps.quotas import services
from apps.quotas.choices import EntryKind, OverageKind
from apps.quotas.models import QuotaEntry
from apps.staff.models import Occupancy, Person
from apps.units.models import Unit

from .documents import DocumentFactory

ADMIN, SUPPORT, FULL, OUTSIDE = "quota_type.10", "quota_type.19", "quota_type.21", "quota_type.80"
DAY = dt.date(2015, 3, 1)
_people = count(1)


def grant(
    unit: Unit, change: int, quota_type: str = ADMIN, on: dt.date = DAY, **fields: Any
) -> QuotaEntry:
    """Enter one line of the ledger through the service."""
    fields.setdefault("kind", EntryKind.GRANT if change > 0 else EntryKind.CUT)
    fields.setdefault("reason", "核定编制" if change > 0 else "精简编制")
    fields.setdefault("document", None)
    document = fields.pop("document") or DocumentFactory(scope=unit.path)
    return services.post_entry(
        unit=unit,
        quota_type=CodeValue.objects.get(pk=quota_type),
        change=change,
        on=on,
        document=document,
        by=fields.pop("by", None),
        **fields,
    )


def allow(unit: Unit, places: int, quota_type: str = ADMIN) -> None:
    """Give room above the approved places, as 历史遗留."""
    services.allow_overage(
        unit=unit,
        quota_type=CodeValue.objects.get(pk=quota_type),
        places=places,
        kind=OverageKind.LEGACY,
        document=None,
        reason="历史遗留",
        on=DAY,
        by=None,
    )


def people(
    unit: Unit, number: int, quota_type: str = ADMIN, on: dt.date = DAY, **fields: Any
) -> list[Occupancy]:
    """Put `number` new people into a quota of the unit, as rows of the tables."""
    persons = Person.objects.bulk_create(
        Person(
            person_no=f"Q{serial:08}",
            name=f"人员{serial}",
            id_no_ct=b"-",
            id_no_bi=secrets.token_bytes(16),
            id_no_tail=0,
            sex_id="sex.1",
            birth_month=fields.get("birth_month", dt.date(1980, 1, 1)),
        )
        for serial in (next(_people) for _ in range(number))
    )
    fields.pop("birth_month", None)
    return Occupancy.objects.bulk_create(
        Occupancy(
            **{
                "person": person,
                "unit": unit,
                "quota_type_id": quota_type,
                "status_id": "person_status.110",
                "starts_on": on,
                **fields,
            }
        )
        for person in persons
    )


def staffed(unit: Unit, approved: int, actual: int, quota_type: str = ADMIN) -> None:
    """Give the unit `approved` places and `actual` people, over-staffed where need be."""
    if approved:
        grant(unit, approved, quota_type)
    if actual > approved:
        allow(unit, actual - approved, quota_type)
    people(unit, actual, quota_type)
