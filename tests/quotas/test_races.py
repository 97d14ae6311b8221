"""Two clerks and the last vacancy: one wins, the other hears which quota was full."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.models import CodeValue
from apps.quotas import refusals, services
from apps.quotas.choices import EntryKind
from apps.quotas.errors import NotEnoughPlaces, QuotaFull
from apps.quotas.models import Balance
from apps.staff.models import Occupancy
from tests.factories import quotas as q
from tests.factories import units
from tests.factories.documents import DocumentFactory
from tests.quotas import world as w
from tests.quotas.test_balance import RAW_SPELL
from tests.races import meet_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau():
    return units.unit("教育局", units.county())


def balance(unit):
    return Balance.objects.filter(unit=unit)


def test_the_last_place_is_reserved_once(bureau):
    q.staffed(bureau, 3, 2)
    kind = CodeValue.objects.get(pk=q.ADMIN)

    def reserve():
        return services.reserve(unit=bureau, quota_type=kind, places=1, purpose="录用", by=None)

    first, second = meet_at(balance(bureau), reserve, reserve)

    assert first.won
    assert isinstance(second.error, QuotaFull)
    assert (second.error.approved, second.error.actual, second.error.reserved) == (3, 2, 1)
    assert "教育局行政编制" in refusals.sentence(second.error)
    assert w.cell(bureau) == (3, 2, 1, 0)
    assert w.drift() == []


@pytest.mark.rule("Q-03")
def test_the_last_place_is_taken_once_by_raw_sql(bureau):
    q.staffed(bureau, 3, 2)
    one, two = w.person(), w.person()

    def enter(who):
        def call():
            with connection.cursor() as cursor:
                cursor.execute(RAW_SPELL, [who.pk, bureau.pk, q.ADMIN])

        return call

    first, second = meet_at(balance(bureau), enter(one), enter(two))

    assert first.won
    assert isinstance(second.error, IntegrityError)
    refusal = refusals.refusal_of(second.error)
    assert isinstance(refusal, QuotaFull)
    assert refusals.sentence(refusal).startswith("教育局行政编制已无足够空编：核定 3 名、实有 3 名")
    assert w.cell(bureau) == (3, 3, 0, 0)
    assert Occupancy.objects.filter(person=two).count() == 0
    assert w.drift() == []


def cut(bureau, places):
    kind = CodeValue.objects.get(pk=q.ADMIN)
    document = DocumentFactory()
    return lambda: services.post_entry(
        unit=bureau, quota_type=kind, change=-places, kind=EntryKind.CUT,
        on=dt.date(2016, 1, 1), document=document, reason="精简", by=None,
    )  # fmt: skip


def test_a_cut_against_an_entry_leaves_room_for_one_of_them(bureau):
    q.staffed(bureau, 3, 2)
    first, second = meet_at(balance(bureau), lambda: q.people(bureau, 1), cut(bureau, 1))
    assert first.won
    assert isinstance(second.error, NotEnoughPlaces)
    assert w.cell(bureau) == (3, 3, 0, 0)

    other = units.unit("民政局", units.county("新昌县"))
    q.staffed(other, 3, 2)
    first, second = meet_at(balance(other), cut(other, 1), lambda: q.people(other, 1))
    assert first.won
    assert isinstance(refusals.refusal_of(second.error), QuotaFull)
    assert w.cell(other) == (2, 2, 0, 0)
    assert w.drift() == []


def move(spell, to):
    """Close a spell and open one elsewhere, as the staff services do."""

    def call():
        with transaction.atomic():
            services.lock_balances([(spell.unit_id, q.ADMIN), (to.pk, q.ADMIN)])
            Occupancy.objects.filter(pk=spell.pk).update(
                ends_on=dt.date(2016, 1, 1), exit_mode_id="exit_mode.02"
            )
            Occupancy.objects.create(
                person_id=spell.person_id, unit=to, quota_type_id=q.ADMIN,
                status_id=w.AT_POST, starts_on=dt.date(2016, 1, 1),
            )  # fmt: skip

    return call


def test_crossing_transfers_never_deadlock():
    """Different counties, so that unit totals and buckets cross too."""
    here, there = units.unit("甲局", units.county("甲县")), units.unit("乙局", units.county("乙县"))
    for where in (here, there):
        q.staffed(where, 5, 3)
    pairs = zip(
        Occupancy.objects.filter(unit=here), Occupancy.objects.filter(unit=there), strict=True
    )

    for one, two in pairs:
        first, second = meet_at(balance(here), move(one, there), move(two, here))
        assert (first.error, second.error) == (None, None)

    assert (w.cell(here), w.cell(there)) == ((5, 3, 0, 0), (5, 3, 0, 0))
    assert w.drift() == []


def test_many_transfers_at_once_leave_no_drift():
    counties = [units.county(f"{n}县") for n in range(2)]
    places = [units.unit(f"局{n}", counties[n % 2]) for n in range(6)]
    for where in places:
        q.staffed(where, 12, 4)

    def some(start):
        def call():
            import random

            chance = random.Random(start)
            for spell in Occupancy.objects.filter(unit=places[start], ends_on=None):
                move(spell, chance.choice([p for p in places if p != places[start]]))()

        return call

    outcomes = meet_at(None, *[some(n) for n in range(6)])

    assert [o.error for o in outcomes] == [None] * 6
    assert Occupancy.objects.filter(ends_on=None).count() == 24
    assert w.drift() == []


def test_a_statement_that_cannot_wait_says_so(bureau):
    """meet_at itself: a call that does not meet fails the test."""
    q.staffed(bureau, 1, 0)
    with pytest.raises(AssertionError, match="did not wait"):
        meet_at(balance(bureau), lambda: Balance.objects.count())
    with pytest.raises(AssertionError, match="no rows"):
        meet_at(Balance.objects.none(), lambda: None)
