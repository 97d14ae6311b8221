"""What deciding costs: statements, counted as the database gets them. An entry's bound is 40."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.choices import State
from apps.approvals.models import Application
from apps.staff.models import Occupancy
from tests.factories import approvals, quotas, staff, units
from tests.factories.approvals import entry_line, filed_entry, submitted
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db

ON = {"on": "2026-09-01"}
#: Statements of the deciding move, its savepoint among them. What changes a place somebody holds
#: asks every rule on people, posts and papers, and locks that place first.
MOST = {
    "entry": 29,
    "entry citing a document": 30,
    "entry with a head": 36,
    "exit": 38,
    "transfer": 41,
    "retype": 40,
}


@pytest.fixture
def file(office, home, unit_clerk, clerk):
    """File one application that is to be counted."""
    letter = DocumentFactory(scope=office.path)

    def of(what: str) -> Application:
        if what == "entry":
            return filed_entry(office, unit_clerk)
        if what == "entry citing a document":
            line = entry_line(office, document=letter.pk)
            return filed_entry(office, unit_clerk, line, document=letter)
        if what == "entry with a head":
            head = approvals.slot(office, clerk)
            line = entry_line(office, slot=head, document=letter.pk)
            return filed_entry(office, unit_clerk, line, document=letter)
        quotas.grant(office, 1, quotas.SUPPORT)
        other = units.unit("嵊州市水利局", home, nature_id="nature.101", established_on=units.DAY)
        quotas.grant(other, 1)
        spell = staff.enter(other if what == "transfer" else office, "张玥", post_name="科员")
        data = {
            "exit": {"exit_mode": staff.RETIRED, **ON},
            "transfer": {
                "unit": office.pk,
                "quota_type": quotas.ADMIN,
                "entry_mode": "entry_mode.07",
                "exit_mode": "exit_mode.13",
                **ON,
            },
            "retype": {"quota_type": quotas.SUPPORT, "reason": "身份变动", **ON},
        }[what]
        return submitted(what, unit_clerk, {**data, "document": letter.pk}, spell=spell)

    return of


@pytest.mark.rule("AP-16")
@pytest.mark.parametrize("what", MOST)
def test_deciding_costs_few_statements(what, file, cast):
    case = file(what)
    while (after := case.state_after(case.state)) is not None:
        case = services.advance(application=case, move="pass", by=cast[case.state], opinion="同意")
    decider = User.objects.get(pk=cast[case.state].pk)
    before = Occupancy.objects.open().count()
    with CaptureQueriesContext(connection) as asked:
        services.advance(
            application=Application(pk=case.pk),
            move="pass",
            by=decider,
            seen=case.revision,
            opinion="同意",
        )
    case.refresh_from_db()
    came = {"exit": -1, "transfer": 0, "retype": 0}.get(what, 1)
    assert (after, case.state) == (None, State.CONFIRMING)
    assert Occupancy.objects.open().count() - before == came
    said = "\n".join(one["sql"][:200] for one in asked.captured_queries)
    assert len(asked) <= MOST[what], f"{len(asked)} statements:\n{said}"
