"""Working days and working time (docs/rules.md C-01 to C-03)."""

import csv
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import reference
from apps.core.calendar import (
    HOLIDAY,
    UNKNOWN,
    WORKDAY,
    ZONE,
    Deadline,
    OutOfReach,
    WorkCalendar,
    WorkHours,
    parse_hours,
    published_years,
)
from tests.shared_data import shared_rows


def fixture_marks() -> dict[date, str]:
    rows = reference.rows_of(reference.FIXTURES / "holidays.csv", "date kind name source")
    return {date.fromisoformat(row["date"]): row["kind"] for _, row in rows}


CALENDAR = WorkCalendar(fixture_marks())
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1))


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.rule("C-01")
def test_2025_has_248_working_days():
    assert sum(CALENDAR.is_workday(day) is True for day in days_of(2025)) == 248


@pytest.mark.rule("C-01")
@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),  # holiday, a Wednesday
        (date(2025, 9, 28), True),  # a Sunday worked
        (date(2025, 9, 27), False),  # a plain Saturday
        (date(2025, 9, 26), True),
        (date(2025, 1, 28), False),
        (date(2025, 1, 26), True),
    ],
)
def test_holidays_make_up_days_and_plain_days(day, works):
    assert CALENDAR.is_workday(day) is works


@pytest.mark.rule("C-01")
def test_a_year_not_published_is_neither_true_nor_false():
    answer = CALENDAR.is_workday(date(2027, 1, 4))

    assert answer is UNKNOWN
    with pytest.raises(TypeError):
        bool(answer)
    assert CALENDAR.published == set(range(2004, 2027))


def test_single_days_do_not_publish_a_year():
    marks = {date(2027, 1, 1): HOLIDAY, date(2026, 12, 31): HOLIDAY, date(2026, 10, 1): HOLIDAY}

    assert published_years(marks) == {2026}


@pytest.mark.rule("C-02")
@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
        (date(2025, 9, 26), 20, date(2025, 10, 30)),
        (date(2025, 1, 24), 5, date(2025, 2, 7)),
        (date(2025, 5, 8), 8, date(2025, 5, 20)),  # the rest after a special procedure
        (date(2025, 4, 22), 10, date(2025, 5, 8)),
        (date(2025, 9, 26), 0, date(2025, 9, 26)),
        (date(2025, 10, 4), 1, date(2025, 10, 9)),
    ],
)
def test_the_day_of_acceptance_is_day_0(start, days, end):
    assert CALENDAR.deadline(start, days) == Deadline(end, provisional=False)


def test_the_shared_deadlines_agree():
    for row in shared_rows("holidays/workday_deadline_vectors.csv"):
        start = date.fromisoformat(row["start_date_day0"])
        found = CALENDAR.deadline(start, int(row["working_days"]))
        assert found == Deadline(date.fromisoformat(row["deadline_date"]), provisional=False)


def test_the_fixture_says_what_the_shared_calendar_says():
    shared = {
        date.fromisoformat(row["date"]): row["kind"]
        for row in shared_rows("holidays/cn_holidays_2004_2026.csv")
    }
    assert fixture_marks() == shared


@pytest.mark.rule("C-02")
def test_a_deadline_in_a_year_not_published_says_so():
    assert CALENDAR.deadline(date(2026, 12, 24), 2) == Deadline(date(2026, 12, 28), False)
    # The next notice may change the last days of December.
    assert CALENDAR.deadline(date(2026, 12, 24), 4) == Deadline(date(2026, 12, 30), True)
    assert CALENDAR.deadline(date(2026, 12, 24), 6) == Deadline(date(2027, 1, 1), True)


def test_days_past_the_table_are_refused():
    with pytest.raises(OutOfReach, match="2036年"):
        CALENDAR.deadline(date(2036, 12, 1), 60)
    with pytest.raises(OutOfReach, match="1950年不在工作日历范围内"):
        CALENDAR.deadline(date(1950, 1, 1), 1)
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.deadline(date(2025, 1, 1), -1)


@given(st.dates(date(2004, 1, 1), date(2026, 6, 1)), st.integers(1, 120))
def test_a_deadline_is_found_by_counting_one_by_one(start, days):
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_workday(day) is not False

    assert CALENDAR.deadline(start, days).day == day
    assert CALENDAR.working_days(start, day) == days


@pytest.mark.rule("C-03")
@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2025-06-13 16:30", "2025-06-16 09:30", 120),  # Friday to Monday
        ("2025-06-13 08:30", "2025-06-13 17:30", 420),
        ("2025-06-13 11:30", "2025-06-13 14:30", 60),  # lunch does not count
        ("2025-06-13 12:10", "2025-06-13 13:50", 0),
        ("2025-06-13 20:00", "2025-06-14 07:00", 0),
        ("2025-09-27 10:00", "2025-09-28 10:00", 90),  # a Sunday worked
        ("2025-09-30 17:00", "2025-10-09 09:00", 60),  # over the long holiday
        ("2025-06-16 09:30", "2025-06-13 16:30", 0),
    ],
)
def test_only_working_hours_count(start, end, minutes):
    span = CALENDAR.working_time(datetime.fromisoformat(start), datetime.fromisoformat(end))

    assert span == (minutes, False)


def test_aware_moments_are_read_in_chinese_time():
    start = datetime(2025, 6, 13, 8, 30, tzinfo=UTC)  # 16:30 here
    end = datetime(2025, 6, 16, 1, 30, tzinfo=UTC)  # 09:30 here

    assert CALENDAR.working_time(start, end).minutes == 120
    assert CALENDAR.after(start, 120) == datetime(2025, 6, 16, 9, 30, tzinfo=ZONE)


def test_time_in_a_year_not_published_is_provisional():
    span = CALENDAR.working_time(datetime(2026, 12, 31, 9), datetime(2027, 1, 4, 9))

    assert span.provisional


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2025-06-13 16:30", 60, "2025-06-13 17:30"),
        ("2025-06-13 16:30", 61, "2025-06-16 08:31"),
        ("2025-06-13 11:00", 60, "2025-06-13 12:00"),
        ("2025-06-13 11:00", 61, "2025-06-13 14:01"),
        ("2025-06-14 11:00", 420, "2025-06-16 17:30"),
        ("2025-06-14 11:00", 0, "2025-06-14 11:00"),
    ],
)
def test_a_moment_after_so_much_working_time(start, minutes, end):
    assert CALENDAR.after(datetime.fromisoformat(start), minutes) == datetime.fromisoformat(end)


@given(MOMENTS, st.integers(1, 5000))
def test_after_and_working_time_are_each_others_inverse(start, minutes):
    end = CALENDAR.after(start, minutes)

    assert CALENDAR.working_time(start.replace(second=0, microsecond=0), end).minutes == minutes
    assert CALENDAR.working_time(start, end - timedelta(minutes=1)).minutes == minutes - 1


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(one, two, three):
    one, two, three = sorted((one, two, three))
    parts = CALENDAR.working_time(one, two).minutes + CALENDAR.working_time(two, three).minutes

    assert parts == CALENDAR.working_time(one, three).minutes


def test_other_hours_may_be_set():
    hours = parse_hours("09:00-12:00, 13:00-17:00")

    assert hours.per_day == 420
    assert hours.until(time(12, 30)) == 180
    assert (
        WorkCalendar({}, {2025}, hours)
        .working_time(datetime(2025, 6, 13, 8), datetime(2025, 6, 13, 13, 30))
        .minutes
        == 210
    )
    assert WorkHours().per_day == 420
    for text in ("9-12", "12:00-09:00", "08:30-12:00,11:00-17:00", "08:30-08:30", "x"):
        with pytest.raises(ValueError, match="工作时间"):
            parse_hours(text)


def test_a_make_up_day_and_a_holiday_change_the_count():
    plain = WorkCalendar({}, {2025})
    changed = WorkCalendar({date(2025, 6, 14): WORKDAY, date(2025, 6, 16): HOLIDAY}, {2025})

    assert plain.deadline(date(2025, 6, 13), 1).day == date(2025, 6, 16)
    assert changed.deadline(date(2025, 6, 13), 1).day == date(2025, 6, 14)
    assert changed.deadline(date(2025, 6, 13), 2).day == date(2025, 6, 17)


def test_every_mark_of_the_fixture_differs_from_the_plain_week_or_is_a_named_holiday():
    with open(reference.FIXTURES / "holidays.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            assert row["name"], row
            assert row["source"].startswith("国务院"), row
            if row["kind"] == WORKDAY:
                assert day.weekday() >= 5, row
