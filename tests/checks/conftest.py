"""What the tests of the checks share."""

from __future__ import annotations

import datetime as dt
from itertools import count

import pytest

from apps.staff import secrets
from apps.staff.models import Person
from apps.units.models import Office
from tests.factories import quotas, reference
from tests.factories.cast import (  # noqa: F401
    bureau,
    clerk,
    document,
    foreign_bureau,
    foreign_home,
    home,
    leader,
    reader,
    stranger,
    unit_clerk,
)
from tests.identity_numbers import number


@pytest.fixture(autouse=True)
def codes(db: None) -> None:
    """The code tables as shipped: the rules ask them."""
    reference.load()


@pytest.fixture(autouse=True)
def real_numbers(monkeypatch) -> None:
    """People of the factory carry identity numbers that hold: rule Q06 opens them."""
    plain, serials = quotas.people, count()

    def people(*args, **fields):
        spells = plain(*args, **fields)
        for spell in spells:
            serial, person = next(serials), spell.person
            day = dt.date(person.birth_month.year, person.birth_month.month, serial % 28 + 1)
            text = number("330683", day, serial // 28 * 2 % 998 + 1)
            sealed = secrets.seal_id_no(text, uid=person.uid)
            Person.objects.filter(pk=person.pk).update(
                id_no_ct=sealed.ct, id_no_bi=sealed.bi, id_no_tail=sealed.tail
            )
        return spells

    monkeypatch.setattr(quotas, "people", people)


@pytest.fixture
def office(home):  # noqa: F811
    """The portal belongs to the county."""
    return Office.objects.create(name="嵊州市编办", home=home)
