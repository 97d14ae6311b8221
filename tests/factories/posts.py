"""Leadership posts and their holders, for tests of pages and figures."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import count
from typing import Any

from apps.core.models import CodeValue
from apps.posts import services
from apps.posts.models import LeadershipEntry
from apps.staff.models import Person, PostHolding
from apps.units.models import Unit

from .documents import DocumentFactory

CHIEF, DEPUTY, OTHER = "post_kind.10", "post_kind.11", "post_kind.12"
DAY = dt.date(2015, 3, 1)
_people = count(1)


def due(
    unit: Unit, change: int, post_kind: str = CHIEF, on: dt.date = DAY, **fields: Any
) -> LeadershipEntry:
    """Enter one line of the post ledger through the service."""
    document = fields.pop("document", None) or DocumentFactory(scope=unit.path)
    return services.post_entry(
        unit=unit,
        post_kind=CodeValue.objects.get(pk=post_kind),
        change=change,
        on=on,
        document=document,
        reason=fields.pop("reason", "核定领导职数"),
        by=fields.pop("by", None),
        **fields,
    )


def holder(unit: Unit, post_kind: str = CHIEF, on: dt.date = DAY, **fields: Any) -> PostHolding:
    """Put a new person into a post, as rows of the tables."""
    serial = next(_people)
    person = Person.objects.create(
        person_no=f"L{serial:08}",
        name=f"领导{serial}",
        id_no_ct=b"-",
        id_no_bi=secrets.token_bytes(16),
        id_no_tail=0,
        sex_id=fields.pop("sex_id", "sex.1"),
        birth_month=fields.pop("birth_month", dt.date(1975, 1, 1)),
    )
    return PostHolding.objects.create(
        person=person,
        unit=unit,
        post_kind_id=post_kind,
        post_name=fields.pop("post_name", "局长"),
        starts_on=on,
        **fields,
    )
