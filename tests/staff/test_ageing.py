"""Who reaches the statutory age by a month: the database counts as the rule does (rules B-03)."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.staff.ageing import born_by, leader_retires_by, retires_by, shifted
from apps.staff.models import Occupancy, RetirementChoice
from apps.staff.retirement import Category, retirement_month
from tests.factories import quotas as q

UNTIL = [dt.date(2024, 12, 1), dt.date(2026, 11, 22), dt.date(2028, 11, 1), dt.date(2041, 6, 30)]


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("until", UNTIL)
def test_the_cutoff_is_the_last_month_of_birth_that_retires_by_then(category, until):
    month = shifted(until, 0)
    last = born_by(category, until)

    assert retirement_month(last, category).month <= month
    assert retirement_month(shifted(last, 1), category).month > month


@pytest.mark.parametrize("category", Category)
def test_the_month_of_retirement_only_rises_with_birth(category):
    """On this the cutoff rests."""
    months = [shifted(dt.date(1950, 1, 1), n) for n in range(50 * 12)]
    retired = [retirement_month(month, category).month for month in months]

    assert retired == sorted(retired)


@pytest.mark.django_db
def test_men_cadres_and_women_workers_are_asked_by_their_own_rule(bureau):
    """Three months of birth, five sorts of people; the rule itself is asked one by one."""
    q.grant(bureau, 20)
    cast = {
        "man": {"sex_id": "sex.1", "identity_id": "person_identity.11"},
        "cadre": {"sex_id": "sex.2", "identity_id": "person_identity.11"},
        "unknown identity": {"sex_id": "sex.2", "identity_id": None},
        "worker": {"sex_id": "sex.2", "identity_id": "person_identity.7"},
        "unknown sex": {"sex_id": "sex.0", "identity_id": "person_identity.11"},
    }
    until = dt.date(2028, 11, 1)
    for month in (dt.date(1966, 5, 1), dt.date(1972, 5, 1), dt.date(1976, 5, 1)):
        for name, fields in cast.items():
            (spell,) = q.people(
                bureau, 1, birth_month=month, identity_id=fields["identity_id"], note=name
            )
            spell.person.sex_id = fields["sex_id"]
            spell.person.save()

    found = Occupancy.objects.filter(retires_by(until))

    rule = {
        "man": Category.MEN,
        "cadre": Category.WOMEN_55,
        "unknown identity": Category.WOMEN_55,
        "worker": Category.WOMEN_50,
    }
    by_rule = {
        (spell.note, spell.person.birth_month)
        for spell in Occupancy.objects.select_related("person")
        if spell.note in rule
        and retirement_month(spell.person.birth_month, rule[spell.note]).month <= until
    }
    assert {(s.note, s.person.birth_month) for s in found.select_related("person")} == by_rule
    assert len(by_rule) == 8
    leaders = Occupancy.objects.filter(leader_retires_by(until)).select_related("person")
    cadres = {
        (spell.note, spell.person.birth_month)
        for spell in Occupancy.objects.select_related("person")
        if spell.note in rule
        and retirement_month(
            spell.person.birth_month,
            Category.MEN if spell.note == "man" else Category.WOMEN_55,
        ).month
        <= until
    }
    assert {(s.note, s.person.birth_month) for s in leaders} == cadres


@pytest.mark.django_db
def test_a_chosen_month_goes_before_the_statutory_one(bureau):
    q.grant(bureau, 5)
    late, early = q.people(bureau, 2, birth_month=dt.date(1966, 5, 1))  # statutory: 2026-10
    RetirementChoice.objects.create(person=late.person, month=dt.date(2028, 10, 1), reason="延迟")
    RetirementChoice.objects.create(person=early.person, month=dt.date(2026, 6, 1), reason="提前")

    for condition in (retires_by, leader_retires_by):
        by_june = Occupancy.objects.filter(condition(dt.date(2026, 6, 1)))
        by_2027 = Occupancy.objects.filter(condition(dt.date(2027, 12, 1)))
        assert [spell.pk for spell in by_june] == [early.pk]
        assert [spell.pk for spell in by_2027] == [early.pk]
