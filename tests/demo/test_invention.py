"""Counties made up in memory: the same again, and others that come out as asked."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from apps.core import identity
from apps.demo import specs
from apps.demo.identities import SHARES, Identities
from apps.demo.invention import County, invent

HORIZON = dt.date(2026, 10, 30)


def _invent(seed: int, spec: specs.CountySpec = specs.NEIGHBOURS[0], **options: object) -> County:
    return invent(spec, Random(seed), share=1, horizon=options.get("horizon", HORIZON))


def _portrait(county: County) -> list[object]:
    people = [(life.name, life.birth, life.slots[-1].begun) for life in county.lives]
    return [*people, *((paper.number, paper.title) for paper in county.book.papers)]


def test_the_same_number_makes_the_same_county():
    assert _portrait(_invent(7)) == _portrait(_invent(7))
    assert _portrait(_invent(7)) != _portrait(_invent(8))


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("spec", [*specs.NEIGHBOURS, specs.county("云岭县", "X", 0.3, Random(1))])
def test_a_county_of_any_size_comes_to_its_figures(spec: specs.CountySpec, seed: int):
    county = _invent(seed, spec)

    for places, is_admin in ((spec.admin, True), (spec.institution, False)):
        cells = [cell for cell in county.tree.cells if cell.is_admin is is_admin]
        assert sum(cell.approved for cell in cells) == places.approved
        assert sum(cell.actual for cell in cells) == places.actual
    over = [cell for cell in county.tree.cells if cell.excess]
    assert len(over) == spec.over_units
    assert len(county.tree.root_institutions()) == spec.institutions
    assert len(county.book.papers) == spec.documents


@pytest.mark.parametrize("horizon", [dt.date(2024, 3, 1), dt.date(2026, 1, 15), HORIZON])
def test_nothing_happens_after_the_horizon(horizon: dt.date):
    county = _invent(3, horizon=horizon)

    days = [paper.on for paper in county.book.papers]
    for life in county.lives:
        for slot in life.slots:
            days += [slot.begun, slot.end or slot.begun]
    days += [held.on for held in county.posts.held]
    assert max(days) <= horizon


def test_shares_of_numbers_never_meet():
    numbers: set[str] = set()
    drawn = 0
    day = dt.date(1984, 5, 17)
    for share in (0, 1, SHARES - 1):
        identities = Identities(Random(share), share)
        for sex in ("1", "2", "2", "1", "2"):
            number = identities.draw(day, sex)
            found = identity.check(number)
            assert (found.birth_on, found.sex, found.warnings) == (day, sex, ())
            numbers.add(number)
            drawn += 1
    assert len(numbers) == drawn


def test_a_share_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="shares"):
        Identities(Random(1), SHARES)


def test_a_person_too_young_is_refused():
    with pytest.raises(ValueError, match="too young"):
        Identities(Random(1), 0).draw(dt.date(2010, 1, 1), "1")
