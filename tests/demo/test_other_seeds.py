"""Counties by size: any number of them, and going on after an interruption."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from apps.core import identity
from apps.staff import secrets
from apps.staff.models import Occupancy, Person
from apps.units.models import Office, Unit

pytestmark = pytest.mark.django_db


def test_a_small_county_loads_whole_and_only_once():
    said = io.StringIO()

    call_command("seed", "county", "--scale", "0.3", stdout=said)

    root = Unit.objects.get(code="33B0101")
    assert Office.objects.get().home == root
    people = Occupancy.objects.open().count()
    assert 3_000 < people < 5_500
    rows = list(Person.objects.values_list("id_no_ct", "uid"))
    numbers = secrets.open_id_nos(rows)
    assert len(set(numbers)) == len(numbers)
    assert not any(isinstance(n, identity.BadIdentity) for n in identity.check_many(numbers))
    facts = io.StringIO()
    call_command("check_facts", stdout=facts)
    assert "全部一致" in facts.getvalue()

    call_command("seed", "county", "--scale", "0.3", stdout=said)
    assert Occupancy.objects.open().count() == people
    assert Unit.objects.filter(depth=1).count() == 1
