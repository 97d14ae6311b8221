"""Two people at one case, one person, one head, one vacancy: one wins, the other is told why."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from apps.approvals import errors, kinds, services
from apps.approvals.choices import SlotState, State
from apps.approvals.models import Application, Line, Slot, Step
from apps.approvals.refusals import sentence
from apps.quotas import services as quota_services
from apps.quotas.errors import NotEnoughPlaces, QuotaFull
from apps.quotas.models import Balance
from apps.staff.errors import SpellClosed
from apps.staff.models import Occupancy, Person
from apps.units.models import Unit
from tests.factories import quotas, staff, units
from tests.factories.approvals import (
    draft_entry,
    drafted,
    entry_line,
    filed_entry,
    submitted,
)
from tests.factories.approvals import (
    slot as free_slot,
)
from tests.races import meet_at

pytestmark = pytest.mark.django_db(transaction=True)

EXITING = {"exit_mode": staff.RETIRED, "on": "2026-09-01", "document_no": "嵊人社退〔2026〕7号"}


def passing(case: Application, by, move: str = "pass", **more):
    """Return a call that makes a move as a page would: on the case as it is read now."""
    seen = Application.objects.get(pk=case.pk).revision
    return lambda: services.advance(application=case, move=move, by=by, seen=seen, **more)


def up_to(state: str, case: Application, cast) -> Application:
    """Pass a case until it waits at `state`."""
    while case.state != state:
        case = services.advance(application=case, move="pass", by=cast[case.state])
    return case


def told(outcome) -> str:
    return sentence(outcome.error)


@pytest.mark.rule("Q-03")
def test_the_last_vacancy_by_two_approvals(office, unit_clerk, cast, director, chief):
    quotas.people(office, 4)
    cases = [
        up_to("deciding", filed_entry(office, unit_clerk, entry_line(office, n, name)), cast)
        for n, name in ((11, "张玥"), (13, "王强"))
    ]
    first, second = meet_at(
        Balance.objects.filter(unit=office), *(passing(case, director) for case in cases)
    )
    assert first.won
    assert isinstance(second.error, errors.LineFails)
    assert isinstance(second.error.refusal, QuotaFull)
    assert "核定 5 名、实有 5 名" in told(second)
    assert Balance.objects.get(unit=office).actual == 5
    loser = Application.objects.get(pk=cases[1].pk)
    assert (loser.state, loser.revision) == (State.DECIDING, cases[1].revision)
    assert Occupancy.objects.filter(person__name="王强").count() == 0


@pytest.mark.rule("Q-03")
@pytest.mark.parametrize("approval_first", [True, False])
def test_an_approval_against_a_quota_cut(
    approval_first, office, unit_clerk, cast, director, clerk, document
):
    quotas.people(office, 4)
    case = up_to("deciding", filed_entry(office, unit_clerk), cast)

    def cut():
        return quota_services.post_entry(
            unit=office,
            quota_type=staff.code(quotas.ADMIN),
            change=-1,
            kind="cut",
            on=timezone.localdate(),
            document=document,
            reason="精简编制",
            by=clerk,
        )

    calls = [passing(case, director), cut]
    outcomes = meet_at(
        Balance.objects.filter(unit=office), *(calls if approval_first else calls[::-1])
    )
    assert outcomes[0].won
    balance = Balance.objects.get(unit=office)
    if approval_first:
        assert isinstance(outcomes[1].error, NotEnoughPlaces)
        assert (balance.approved, balance.actual) == (5, 5)
    else:
        assert "核定 4 名、实有 4 名" in told(outcomes[1])
        assert (balance.approved, balance.actual) == (4, 4)


@pytest.fixture
def other(home: Unit) -> Unit:
    return units.unit("嵊州市水利局", home, nature_id="nature.101", established_on=units.DAY)


@pytest.fixture
def filer(home: Unit):
    """Files as the office on the units' behalf; somebody else examines."""
    return units.holder("filer", "office_clerk", home, "尤代报")


def moving(unit: Unit) -> dict[str, object]:
    return {
        "unit": unit.pk,
        "quota_type": quotas.ADMIN,
        "on": "2026-09-01",
        "document_no": "嵊组干〔2026〕3号",
        "entry_mode": "entry_mode.07",
        "exit_mode": "exit_mode.13",
    }


@pytest.mark.rule("TR-01")
@pytest.mark.parametrize("free", [0, 1])
@pytest.mark.parametrize("together", [True, False])
def test_two_transfers_cross_at_the_last_places(
    together, free, bureau, other, filer, cast, director
):
    for unit in (bureau, other):
        quotas.grant(unit, 1 + free)
    here, there = staff.enter(bureau, "张玥"), staff.enter(other, "王强")
    if not free:
        # neither can be filed: each waits for the other's place
        for spell, unit in ((here, other), (there, bureau)):
            with pytest.raises(errors.LineFails) as refused:
                submitted("transfer", filer, moving(unit), spell=spell)
            assert isinstance(refused.value.refusal, QuotaFull)
        return
    cases = [
        up_to("deciding", submitted("transfer", filer, moving(unit), spell=spell), cast)
        for spell, unit in ((here, other), (there, bureau))
    ]
    held = Balance.objects.filter(unit__in=[bureau, other]) if together else None
    outcomes = meet_at(held, *(passing(case, director) for case in cases))
    assert [outcome.error for outcome in outcomes] == [None, None]
    names = dict(Occupancy.objects.open().values_list("person__name", "unit__name"))
    assert names == {"张玥": other.name, "王强": bureau.name}
    assert set(Balance.objects.values_list("actual", flat=True)) == {1}


@pytest.mark.rule("KD-03")
def test_two_transfers_of_several_people_cross(bureau, other, filer, cast, director):
    names = {bureau: ["张玥", "王强"], other: ["李敏", "赵刚"]}
    cases = []
    for unit in names:
        quotas.grant(unit, 4)
    for unit, to in ((bureau, other), (other, bureau)):
        spells = [staff.enter(unit, name) for name in names[unit]]
        draft = drafted("transfer", filer, moving(to), spell=spells[0])
        kind = kinds.of("transfer")
        form = kind.form(moving(to), user=filer, spell=spells[1])
        assert form.is_valid()
        services.add_line(application=draft, data=kind.line(form), by=filer)
        case = services.advance(application=draft, move="submit", by=filer)
        cases.append(up_to("deciding", case, cast))
    outcomes = meet_at(None, *(passing(case, director) for case in cases))
    assert [outcome.error for outcome in outcomes] == [None, None]
    now = dict(Occupancy.objects.open().values_list("person__name", "unit__name"))
    assert now == {
        **dict.fromkeys(names[bureau], other.name),
        **dict.fromkeys(names[other], bureau.name),
    }


@pytest.mark.rule("AP-01")
def test_return_against_approve(office, unit_clerk, cast, director):
    second = units.holder("director2", "office_director", Unit.objects.get(name="嵊州市"), "吴主任")
    case = up_to("deciding", filed_entry(office, unit_clerk), cast)
    outcomes = meet_at(
        Application.objects.filter(pk=case.pk),
        passing(case, director, "return", opinion="请补材料"),
        passing(case, second),
    )
    assert outcomes[0].won
    assert isinstance(outcomes[1].error, errors.Stale)
    assert "李主任" in told(outcomes[1])
    assert "退回补正" in told(outcomes[1])
    assert Application.objects.get(pk=case.pk).state == State.RETURNED
    assert Occupancy.objects.count() == 0
    assert Step.objects.filter(application=case, from_state="deciding").count() == 1


@pytest.mark.rule("AP-01")
def test_one_draft_submitted_twice(office, unit_clerk):
    draft = draft_entry(office, unit_clerk)
    outcomes = meet_at(
        Application.objects.filter(pk=draft.pk),
        passing(draft, unit_clerk, "submit"),
        lambda: services.advance(application=draft, move="submit", by=unit_clerk),
    )
    assert outcomes[0].won
    assert isinstance(outcomes[1].error, errors.MoveRefused)
    assert "提交审核" in told(outcomes[1])
    case = Application.objects.get(pk=draft.pk)
    assert case.trail.count() == 1
    assert Application.objects.exclude(number=None).count() == 1


@pytest.mark.rule("AP-05")
def test_two_applications_for_one_person_at_once(office, unit_clerk, clerk):
    spell = staff.enter(office, "张玥")
    drafts = [drafted("exit", who, EXITING, spell=spell) for who in (unit_clerk, clerk)]
    outcomes = meet_at(
        Person.objects.filter(pk=spell.person_id),
        *(passing(draft, draft.applicant, "submit") for draft in drafts),
    )
    winner, loser = sorted((0, 1), key=lambda place: not outcomes[place].won)
    assert (outcomes[winner].won, outcomes[loser].won) == (True, False)
    assert isinstance(outcomes[loser].error, errors.PersonHasOpenApplication)
    assert Application.objects.get(pk=drafts[winner].pk).number in told(outcomes[loser])
    assert Application.objects.get(pk=drafts[loser].pk).state == State.DRAFT
    assert Line.objects.filter(is_open=True).count() == 1


@pytest.mark.rule("NT-01")
def test_one_head_by_two_applications(office, unit_clerk, clerk):
    slot = free_slot(office, clerk)
    drafts = [
        draft_entry(office, who, entry_line(office, n, name, slot=slot, entry_mode="entry_mode.01"))
        for who, n, name in ((unit_clerk, 11, "张玥"), (clerk, 13, "王强"))
    ]
    outcomes = meet_at(
        Slot.objects.filter(pk=slot.pk),
        *(passing(draft, draft.applicant, "submit") for draft in drafts),
    )
    assert sorted(outcome.won for outcome in outcomes) == [False, True]
    (loser,) = (outcome for outcome in outcomes if not outcome.won)
    assert isinstance(getattr(loser.error, "refusal", loser.error), errors.SlotGone)
    assert "请换一个用编序号" in told(loser)
    slot.refresh_from_db()
    assert slot.state == SlotState.FREE
    assert Line.objects.filter(slot=slot, is_open=True).count() == 1


@pytest.mark.rule("EX-01")
def test_two_roads_out_for_one_person(office, unit_clerk, cast, chief, clerk):
    """An approved exit meets the office's own exit at the person's place."""
    spell = staff.enter(office, "张玥")
    case = up_to("signing", submitted("exit", unit_clerk, EXITING, spell=spell), cast)

    def at_the_desk():
        return staff.services.leave(
            spell=spell,
            on=dt.date(2026, 8, 1),
            exit_mode=staff.RETIRED,
            document=None,
            by=clerk,
        )

    outcomes = meet_at(Occupancy.objects.filter(pk=spell.pk), at_the_desk, passing(case, chief))
    assert outcomes[0].won
    assert isinstance(outcomes[1].error, errors.LineFails)
    assert isinstance(outcomes[1].error.refusal, SpellClosed)
    spell.refresh_from_db()
    assert spell.ends_on == dt.date(2026, 8, 1)
    assert Application.objects.get(pk=case.pk).state == State.SIGNING
