"""Statutory retirement months (docs/rules.md R-01)."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.staff.forecast import contribution
from apps.staff.retirement import (
    Category,
    Retirement,
    bounds,
    category_of,
    retirement_month,
    shifted,
)
from tests.factories import reference
from tests.shared_data import shared_rows


@pytest.mark.rule("R-01")
@pytest.mark.parametrize(
    ("category", "born", "month", "age", "delay"),
    [
        ("M", date(1964, 12, 31), date(2024, 12, 1), 720, 0),
        ("M", date(1965, 1, 1), date(2025, 2, 1), 721, 1),
        ("M", date(1965, 5, 20), date(2025, 7, 1), 722, 2),
        ("M", date(1976, 8, 1), date(2039, 7, 1), 755, 35),
        ("M", date(1976, 9, 1), date(2039, 9, 1), 756, 36),
        ("M", date(1990, 6, 1), date(2053, 6, 1), 756, 36),
        ("F55", date(1969, 12, 1), date(2024, 12, 1), 660, 0),
        ("F55", date(1970, 5, 1), date(2025, 7, 1), 662, 2),
        ("F55", date(1981, 9, 1), date(2039, 9, 1), 696, 36),
        ("F50", date(1974, 12, 1), date(2024, 12, 1), 600, 0),
        ("F50", date(1975, 1, 1), date(2025, 2, 1), 601, 1),
        ("F50", date(1975, 3, 1), date(2025, 5, 1), 602, 2),
        ("F50", date(1984, 10, 1), date(2039, 9, 1), 659, 59),
        ("F50", date(1984, 11, 1), date(2039, 11, 1), 660, 60),
    ],
)
def test_the_age_rises_by_steps_to_its_cap(category, born, month, age, delay):
    assert retirement_month(born, category) == Retirement(month, age, delay)


def test_an_unknown_category_is_refused():
    with pytest.raises(ValueError, match="F60"):
        retirement_month(date(1970, 1, 1), "F60")


@given(st.sampled_from(Category), st.dates(date(1930, 1, 1), date(2030, 12, 1)))
def test_nobody_retires_before_someone_older(category, born):
    month, age, delay = retirement_month(born, category)
    day_after = born.replace(day=28)
    older = retirement_month(date(born.year - 1, born.month, 1), category)

    assert month.day == 1
    assert older.month < month
    assert 0 <= delay <= (60 if category is Category.WOMEN_50 else 36)
    assert (month.year - born.year) * 12 + month.month - born.month == age
    assert retirement_month(day_after, category).month == month


def test_the_shared_vectors_agree():
    rows = shared_rows("retirement/retirement_vectors.csv")
    for row in rows:
        found = retirement_month(date.fromisoformat(row["birth_month"] + "-01"), row["category"])
        assert f"{found.month:%Y-%m}" == row["retirement_month"], row
        assert found.delay_months == int(row["delay_months"]), row
        years, months = divmod(found.age_months, 12)
        assert (years, months) == (int(row["age_years"]), int(row["age_months_part"])), row
    assert len(rows) > 90


IDENTITIES = [None, *(f"person_identity.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 11))]


def by_the_database(sex, identity, months):
    """Ask the functions of the database for many months of birth at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT staff_retires_as(%s, %s), staff_retires_on(staff_retires_as(%s, %s), m) "
            "FROM unnest(%s::date[]) WITH ORDINALITY AS x(m, n) ORDER BY n",
            [sex, identity, sex, identity, months],
        )
        return cursor.fetchall()


@pytest.mark.django_db
@pytest.mark.rule("R-01")
@pytest.mark.parametrize("sex", ["sex.0", "sex.1", "sex.2", "sex.9", None])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_database_says_the_same_for_every_month_of_birth(sex, identity):
    months = [shifted(date(1925, 1, 1), n) for n in range(100 * 12)]
    category = category_of(sex, identity)

    expected = [
        (category, retirement_month(month, category).month) if category else (None, None)
        for month in months
    ]

    assert by_the_database(sex, identity, months) == expected


@pytest.mark.django_db
@pytest.mark.rule("R-01")
def test_the_database_agrees_with_the_shared_vectors():
    asked = {"M": ("sex.1", None), "F55": ("sex.2", None), "F50": ("sex.2", "person_identity.7")}
    for row in shared_rows("retirement/retirement_vectors.csv"):
        born = date.fromisoformat(row["birth_month"] + "-01")
        ((category, month),) = by_the_database(*asked[row["category"]], [born])
        assert (category, f"{month:%Y-%m}") == (row["category"], row["retirement_month"])


@pytest.mark.rule("R-02")
@pytest.mark.parametrize(
    ("category", "born", "first", "last"),
    [
        # born 1965-01: 60 years and 1 month; early only back to 60
        ("M", date(1965, 1, 1), date(2025, 1, 1), date(2028, 2, 1)),
        ("M", date(1990, 6, 1), date(2050, 6, 1), date(2056, 6, 1)),
        ("F55", date(1981, 9, 1), date(2036, 9, 1), date(2042, 9, 1)),
        # delay of 60 months: three years early is later than 50
        ("F50", date(1990, 3, 1), date(2042, 3, 1), date(2048, 3, 1)),
    ],
)
def test_the_choice_is_three_years_either_way_not_before_the_old_age(category, born, first, last):
    assert bounds(born, category) == (first, last)


@pytest.mark.rule("R-03")
@pytest.mark.parametrize(
    ("year", "months"),
    [(2024, 180), (2025, 180), (2029, 180), (2030, 186), (2033, 204), (2039, 240), (2060, 240)],
)
def test_the_least_contribution_rises_by_half_a_year_from_2030(db, year, months):
    reference.load()
    assert contribution(year).months == months


def test_the_shared_contribution_years_agree(db):
    reference.load()
    for row in shared_rows("retirement/minimum_contribution_years.csv"):
        for year in {int(row["year_from"]), int(row["year_to"] or 2070)}:
            assert contribution(year).months == float(row["years"]) * 12
