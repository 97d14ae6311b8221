"""People in quotas, made through the real services, with invented identity numbers that hold."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from apps.core.models import CodeValue
from apps.staff import services
from apps.staff.models import Occupancy
from apps.units.models import Unit
from tests.identity_numbers import number

from .documents import DocumentFactory
from .quotas import ADMIN

DIVISION = "330683"
BORN = dt.date(1985, 3, 12)
ENTERED = dt.date(2015, 6, 1)
CIVIL_EXAM, RETIRED = "entry_mode.01", "exit_mode.03"
_serials = count(1)


def id_no(born: dt.date = BORN, *, woman: bool = False) -> str:
    """Return an invented number nobody has yet."""
    serial = next(_serials)
    # three digits hold 499 of a sex and day: later ones are born later
    born += dt.timedelta(days=serial // 400)
    return number(DIVISION, born, (serial % 400) * 2 + (2 if woman else 1))


def code(key: str) -> CodeValue:
    return CodeValue.objects.get(pk=key)


def enter(unit: Unit, name: str = "", quota_type: str = ADMIN, **fields: Any) -> Occupancy:
    """Put a new person into a quota of the unit, as a clerk would; the unit needs the room.

    id_no, phone, education, …   of the person
    """
    person = {
        key: fields.pop(key)
        for key in ("phone", *services.persons.DETAILS)
        if key in fields and key != "note"
    }
    person["id_no"] = fields.pop("id_no", None) or id_no()
    person["name"] = name or f"人员{'甲乙丙丁戊己庚辛壬癸'[next(_serials) % 10]}"
    fields.setdefault("document", None)
    if fields["document"] is True:
        fields["document"] = DocumentFactory(scope=unit.path)
    return services.enter(
        unit=unit,
        quota_type=code(quota_type),
        starts_on=fields.pop("starts_on", ENTERED),
        entry_mode=fields.pop("entry_mode", CIVIL_EXAM),
        person_data=person,
        by=fields.pop("by", None),
        **fields,
    )
