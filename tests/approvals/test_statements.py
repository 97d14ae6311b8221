"""What deciding costs: statements, counted as the database gets them. The aim is 40."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.choices import State
from apps.approvals.models import Application
from apps.staff.models import Occupancy
from tests.factories.approvals import filed_entry

pytestmark = pytest.mark.django_db

MOST = 60


@pytest.mark.rule("AP-16")
def test_deciding_an_entry_costs_few_statements(
    office, unit_clerk, supervisor, clerk, chief, director
):
    case = filed_entry(office, unit_clerk)
    for who in (supervisor, clerk, chief):
        case = services.advance(application=case, move="pass", by=who, opinion="同意")
    decider = User.objects.get(pk=director.pk)
    with CaptureQueriesContext(connection) as asked:
        services.advance(
            application=Application(pk=case.pk),
            move="pass",
            by=decider,
            seen=case.revision,
            opinion="同意",
        )
    case.refresh_from_db()
    assert (case.state, Occupancy.objects.count()) == (State.CONFIRMING, 1)
    said = "\n".join(one["sql"][:150] for one in asked.captured_queries)
    assert len(asked) <= MOST, f"{len(asked)} statements:\n{said}"
