"""Races of the use of quotas, each forced: they meet in the database, one wins, none is lost."""

from __future__ import annotations

import pytest

from apps.approvals import errors, refusals, services
from apps.approvals.models import Application, Notice, Slot
from apps.approvals.services import slots
from apps.quotas.errors import NotEnoughPlaces
from apps.quotas.models import Balance
from apps.units.models import Unit
from tests.factories import quotas, units
from tests.factories.approvals import (
    decided_use,
    draft_entry,
    entry_line,
    filed_use,
    issued_notice,
    use_line,
)
from tests.races import meet_at

pytestmark = pytest.mark.django_db(transaction=True)


def at_last_step(unit: Unit, by, heads: int) -> Application:
    case = filed_use(unit, by, use_line(unit, heads))
    while case.state != "deciding":
        case = services.advance(application=case, move="pass", by=None)
    return case


@pytest.mark.rule("NT-02")
def test_two_approvals_do_not_share_the_last_usable_place(office, unit_clerk, director):
    quotas.people(office, 4)
    first, second = (at_last_step(office, unit_clerk, 1) for _ in range(2))

    def decide(case):
        return lambda: services.advance(application=case, move="pass", by=director)

    outcomes = meet_at(Balance.objects.filter(unit=office), decide(first), decide(second))
    assert [one.won for one in outcomes] == [True, False]
    refusal = outcomes[1].error
    assert isinstance(refusal, errors.UsableShort)
    assert "可用 0 名" in refusals.sentence(refusal)
    row = Balance.objects.get(unit=office)
    assert (row.reserved, row.usable) == (1, 0)
    second.refresh_from_db()
    assert (second.state, second.trail.filter(step="主任审定").count()) == ("deciding", 0)


@pytest.mark.rule("NT-06")
def test_two_issuers_at_once_get_two_numbers_in_a_row(office, home, clerk, chief):
    other = units.unit("嵊州市民政局", home, nature_id="nature.101", established_on=units.DAY)
    quotas.grant(other, 5)
    first, second = decided_use(office, use_line(office, 2)), decided_use(other, use_line(other, 1))

    def issue(case, who):
        return lambda: services.advance(application=case, move="issue", by=who)

    held = Balance.objects.filter(unit__in=[office, other])
    outcomes = meet_at(held, issue(first, clerk), issue(second, chief))
    assert all(one.won for one in outcomes), [one.error for one in outcomes]
    assert sorted(Notice.objects.values_list("serial", flat=True)) == [1, 2]
    assert Slot.objects.count() == 3


@pytest.mark.rule("NT-06")
def test_one_case_is_issued_once(office, clerk, chief):
    case = decided_use(office, use_line(office, 2))

    def issue(who):
        return lambda: services.advance(application=case, move="issue", by=who)

    outcomes = meet_at(Application.objects.filter(pk=case.pk), issue(clerk), issue(chief))
    assert sorted(one.won for one in outcomes) == [False, True]
    lost = next(one.error for one in outcomes if not one.won)
    assert isinstance(lost, errors.MoveRefused)
    assert Notice.objects.count() == 1
    assert Balance.objects.get(unit=office).reserved == 2


@pytest.mark.rule("NT-02")
def test_a_quota_cut_does_not_take_a_place_that_is_being_issued(office, clerk):
    case = decided_use(office, use_line(office, 5))
    outcomes = meet_at(
        Balance.objects.filter(unit=office),
        lambda: services.advance(application=case, move="issue", by=clerk),
        lambda: quotas.grant(office, -1),
    )
    assert outcomes[0].won
    assert isinstance(outcomes[1].error, NotEnoughPlaces)
    row = Balance.objects.get(unit=office)
    assert (row.approved, row.reserved) == (5, 5)


@pytest.mark.rule("NT-08")
def test_a_return_and_a_filing_of_one_head_end_with_one(office, clerk, unit_clerk):
    notice = issued_notice(office, 1, by=clerk)
    slot = notice.slots.get()
    draft = draft_entry(office, unit_clerk, entry_line(office, slot=slot))
    outcomes = meet_at(
        Slot.objects.filter(pk=slot.pk),
        lambda: slots.return_slots(notice=notice, slots=[slot], by=unit_clerk),
        lambda: services.advance(application=draft, move="submit", by=unit_clerk),
    )
    assert [one.won for one in outcomes] == [True, False]
    refusal = outcomes[1].error
    assert isinstance(refusal, errors.LineFails)
    assert isinstance(refusal.refusal, errors.SlotGone)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert Balance.objects.get(unit=office).reserved == 0
