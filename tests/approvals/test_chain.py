"""An entry from the unit's clerk to the payroll list, through the services."""

from __future__ import annotations

import pytest

from apps.approvals import errors, services
from apps.approvals.choices import State
from apps.approvals.models import Application, Step
from apps.quotas.models import Balance
from apps.staff.models import Occupancy
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db


def move(application, name, by, **more):
    return services.advance(application=application, move=name, by=by, **more)


def test_an_entry_goes_from_clerk_to_payroll(
    office, unit_clerk, supervisor, clerk, chief, director, partners
):
    case = filed_entry(office, unit_clerk)
    assert (case.state, case.number[:2]) == (State.SUPERVISING, "RB")
    assert case.due_at is not None
    for who in (supervisor, clerk, chief):
        case = move(case, "pass", who)
        assert not Occupancy.objects.exists()
    case = move(case, "pass", director)
    assert case.state == State.CONFIRMING
    spell = Occupancy.objects.get()
    assert (spell.unit, spell.person.name) == (office, "张玥")
    assert case.lines.get().result == spell
    with pytest.raises(errors.NotAPartner):
        move(case, "confirm", partners["finance"])
    for code in ("personnel", "organisation", "insurance"):
        case = move(case, "confirm", partners[code])
        assert case.state == State.CONFIRMING
    case = move(case, "confirm", partners["finance"], reference_no="CZ-1")
    assert case.state == State.DONE
    assert case.ended_at is not None
    assert [step.move for step in case.trail.all()] == ["submit", *["pass"] * 4, *["confirm"] * 4]
    assert Balance.objects.get(unit=office).actual == 1


def test_a_person_has_one_open_application(office, unit_clerk, supervisor):
    first = filed_entry(office, unit_clerk)
    with pytest.raises(errors.PersonHasOpenApplication) as refused:
        filed_entry(office, unit_clerk)
    assert refused.value.other == first
    assert Application.objects.filter(state=State.DRAFT).count() == 1
    move(first, "withdraw", unit_clerk, opinion="材料不全")
    filed_entry(office, unit_clerk)


def test_nobody_decides_their_own(office, clerk, home):
    case = filed_entry(office, clerk)
    assert case.state == State.EXAMINING
    with pytest.raises(errors.OwnApplication):
        move(case, "pass", clerk)
    assert Step.objects.filter(move="pass").count() == 0


def test_a_stale_page_is_refused_with_who_was_faster(office, unit_clerk, supervisor):
    case = filed_entry(office, unit_clerk)
    seen = case.revision
    move(case, "return", supervisor, opinion="请补充任职文件", seen=seen)
    with pytest.raises(errors.Stale) as refused:
        move(case, "pass", supervisor, seen=seen)
    assert refused.value.step.move == "return"


def test_two_people_in_one_application(office, unit_clerk, supervisor, clerk, chief, director):
    case = filed_entry(
        office, unit_clerk, entry_line(office, 11, "张玥"), entry_line(office, 13, "王强")
    )
    for who in (supervisor, clerk, chief):
        case = move(case, "pass", who)
    refused = case.lines.get(name="王强")
    move(case, "pass", director, granted={refused.pk: False})
    assert [spell.person.name for spell in Occupancy.objects.all()] == ["张玥"]
