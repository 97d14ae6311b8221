"""What units write of their people: corrections, notices, objections; chosen retirements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.staff.models import Correction, Objection, Occupancy, Publicity, RetirementChoice
from apps.units.models import Unit


def notice(unit: Unit, by: Any, starts_on: dt.date, ends_on: dt.date, **fields: Any) -> Publicity:
    """A notice hung out some time ago, as no form would enter it any more."""
    return Publicity.objects.create(
        unit=unit,
        kind=fields.pop("kind", Publicity.Kind.STAFF),
        place=Publicity.Place.BOARD,
        starts_on=starts_on,
        days=fields.pop("days", 5),
        ends_on=ends_on,
        contact="人事科 83030001",
        content=fields.pop("content", {"people": []}),
        people=0,
        made_by=by,
        **fields,
    )


def one_of_each(unit: Unit, by: Any) -> None:
    """Write one row into each table, about somebody of the unit."""
    spell = Occupancy.objects.filter(unit=unit).order_by("pk").first()
    assert spell is not None
    day = dt.date(2026, 3, 2)
    Correction.objects.create(
        person=spell.person,
        spell=spell,
        unit=unit,
        versions={"person": [1, 2], "spell": [1, 1]},
        fields=["person.education"],
        happened_on=day,
        due_on=dt.date(2026, 3, 16),
        reason="学历变动",
        made_by=by,
    )
    RetirementChoice.objects.create(person=spell.person, month=dt.date(2047, 1, 1), reason="弹性")
    made = notice(unit, by, day, dt.date(2026, 3, 6))
    Objection.objects.create(
        publicity=made, raised_by="匿名", raised_on=day, matter="编制类型有误", made_by=by
    )
