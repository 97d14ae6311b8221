"""Statutory retirement months (docs/rules.md R-01)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.staff.retirement import Category, Retirement, retirement_month
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
