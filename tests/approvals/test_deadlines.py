"""Until when a step must be done: working days, to the end of the last one's hours."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals import deadlines
from apps.approvals.models import Application
from apps.core import calendar
from apps.core.reference import load_holidays
from tests.factories.approvals import filed_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def holidays():
    load_holidays()


def at(day: str, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), tzinfo=calendar.ZONE)


@pytest.mark.rule("AP-06")
@pytest.mark.parametrize(
    ("arrived", "days", "ends"),
    [
        ("2026-06-08", 3, "2026-06-11"),  # a plain week
        ("2026-06-12", 1, "2026-06-15"),  # over a weekend
        ("2026-02-13", 3, "2026-02-25"),  # a Saturday of work, then nine days off
    ],
)
def test_a_limit_ends_with_the_hours_of_its_last_working_day(arrived, days, ends):
    due = deadlines.due(at(arrived), days)

    assert due.at == dt.datetime.combine(
        dt.date.fromisoformat(ends), calendar.current().hours.parts[-1][1], tzinfo=calendar.ZONE
    )
    assert not due.provisional


@pytest.mark.rule("AP-06")
def test_without_a_limit_there_is_none():
    assert deadlines.due(at("2026-06-08"), 0) == deadlines.NEVER


@pytest.mark.rule("AP-06")
def test_a_limit_in_a_year_whose_holidays_are_not_published_is_marked(
    client, office, unit_clerk, clerk
):
    assert deadlines.due(at("2031-06-09"), 3).provisional
    case = filed_entry(office, unit_clerk)
    Application.objects.filter(pk=case.pk).update(
        due_at=at("2031-06-12", 17), arrived_at=at("2031-06-09"), provisional=True
    )
    client.force_login(clerk)
    assert "暂算" in client.get(reverse("approvals:detail", args=[case.pk])).content.decode()
