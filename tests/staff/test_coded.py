"""Code values read beside the rows are those the joins would give."""

import pytest

from apps.core.coded import attach
from apps.staff.models import Occupancy
from apps.staff.tables import CODES, RELATED
from tests.factories import quotas

pytestmark = pytest.mark.django_db


@pytest.fixture
def spells(bureau):
    quotas.grant(bureau, 9)
    quotas.people(bureau, 5)
    return Occupancy.objects.select_related(*RELATED).order_by("pk")


def values(row):
    person = [getattr(row.person, name.split("__")[1]) for name in CODES if "__" in name]
    return [*person, *(getattr(row, name) for name in CODES if "__" not in name)]


def test_every_value_is_the_one_of_the_row_itself(spells, django_assert_num_queries):
    plain = [values(row) for row in spells]
    with django_assert_num_queries(2):
        assert [values(row) for row in spells.with_codes(*CODES)] == plain
    assert any(value is not None for row in plain for value in row)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_streamed_rows_have_them_too(spells, size, django_assert_max_num_queries):
    with django_assert_max_num_queries(1 + -(-5 // size)):
        found = [values(row) for row in spells.with_codes(*CODES).iterator(chunk_size=size)]
    assert found == [values(row) for row in spells]


def test_slices_filters_and_single_rows_keep_the_wish(spells, django_assert_num_queries):
    rows = spells.with_codes(*CODES).filter(ends_on__isnull=True)[1:3]
    with django_assert_num_queries(2):
        assert len([values(row) for row in rows]) == 2
    with django_assert_num_queries(2):
        values(spells.with_codes(*CODES).first())


def test_plain_values_are_left_alone(spells):
    assert list(spells.with_codes(*CODES).values_list("pk", flat=True)) == [s.pk for s in spells]


def test_nothing_to_fill_in_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        attach([], CODES)
