"""Notices and their heads: issued whole, numbered without a gap, given back, run out, revoked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.approvals import errors, refusals, services
from apps.approvals.choices import SlotState
from apps.approvals.models import KindVersion, Notice, Slot
from apps.approvals.services import slots
from apps.approvals.services.issuing import valid_until
from apps.checks.rules import BY_NUMBER, Asked, Scope, sources
from apps.quotas.models import Balance, Reservation
from tests.factories import quotas
from tests.factories.approvals import (
    decided_use,
    draft_entry,
    entry_line,
    filed_entry,
    filed_use,
    issued_notice,
    use_line,
)
from tests.factories.quotas import ADMIN, SUPPORT

pytestmark = pytest.mark.django_db


def balance(unit, quota_type=ADMIN) -> tuple[int, int]:
    row = Balance.objects.get(unit=unit, quota_type=quota_type)
    return row.reserved, row.usable


@pytest.mark.rule("NT-06")
def test_a_use_goes_from_letter_to_notice(office, unit_clerk, supervisor, clerk, chief, director):
    case = filed_use(office, unit_clerk, use_line(office, 2))
    assert case.number.startswith("YB")
    assert case.summary == "用编申请 行政编制 2 名"
    for who in (supervisor, clerk, chief, director):
        assert balance(office) == (0, 5)
        case = services.advance(application=case, move="pass", by=who)
    assert (case.state, balance(office)) == ("issuing", (2, 3))
    case = services.advance(application=case, move="issue", by=clerk)
    notice = Notice.objects.get(application=case)
    year = timezone.localdate().year
    assert (case.state, notice.number) == ("done", f"编控〔{year}〕1号")
    assert case.effected_at is not None
    assert [slot.no for slot in notice.slots.all()] == [1, 2]
    assert len({slot.token for slot in notice.slots.all()}) == 2
    assert all(len(slot.token) >= 32 for slot in notice.slots.all())
    assert balance(office) == (2, 3)
    assert case.trail.last().facts["notice"] == notice.number


@pytest.mark.rule("NT-02")
def test_two_purposes_become_one_notice(office, clerk):
    quotas.grant(office, 2, SUPPORT)
    case = decided_use(office, use_line(office, 2), use_line(office, 1, SUPPORT))
    services.advance(application=case, move="issue", by=clerk)
    slots_ = list(Slot.objects.order_by("no"))
    assert [(one.no, one.quota_type_id) for one in slots_] == [(1, ADMIN), (2, ADMIN), (3, SUPPORT)]
    assert balance(office, SUPPORT) == (1, 1)


@pytest.mark.rule("NT-02")
def test_the_database_refuses_a_free_head_without_its_place(office, clerk):
    notice = issued_notice(office, 1, by=clerk)
    with pytest.raises(IntegrityError, match="slot_free_holds_a_place"), transaction.atomic():
        Slot.objects.filter(notice=notice).update(reservation=None)
    with pytest.raises(IntegrityError, match="no room in the quota"), transaction.atomic():
        Reservation.objects.create(unit=office, quota_type_id=ADMIN, places=5, purpose="多占")


@pytest.mark.rule("NT-06")
def test_numbers_run_on_and_a_failed_issue_leaves_no_gap(office, clerk, monkeypatch):
    first = issued_notice(office, 1, by=clerk)
    case = decided_use(office, use_line(office, 1))

    def fails(*args, **kwargs):
        raise RuntimeError("电源中断")

    with monkeypatch.context() as patched:
        patched.setattr("apps.approvals.services.issuing._heads", fails)
        with pytest.raises(RuntimeError):
            services.advance(application=case, move="issue", by=clerk)
    assert Notice.objects.count() == 1
    case.refresh_from_db()
    assert case.state == "issuing"
    services.advance(application=case, move="issue", by=clerk)
    assert sorted(Notice.objects.values_list("serial", flat=True)) == [first.serial, 2]


@pytest.mark.parametrize(
    ("months", "day", "until"),
    [
        (12, dt.date(2026, 11, 29), dt.date(2027, 11, 29)),
        (3, dt.date(2026, 11, 30), dt.date(2027, 2, 28)),
        (1, dt.date(2026, 11, 15), dt.date(2026, 12, 15)),
        (1, dt.date(2026, 12, 31), dt.date(2027, 1, 31)),
        (0, dt.date(2026, 3, 1), dt.date(2026, 12, 31)),
    ],
)
def test_validity_is_months_or_the_years_end(months, day, until):
    assert valid_until(KindVersion(options={"valid_months": months}), day) == until


def test_a_notice_is_not_issued_for_a_day_gone(office, clerk):
    case = decided_use(office)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(errors.ValidityPast):
        services.advance(application=case, move="issue", by=clerk, until=yesterday)
    assert not Notice.objects.exists()


@pytest.mark.rule("NT-08")
def test_a_unit_gives_heads_back_and_its_places_are_usable_again(
    office, clerk, unit_clerk, supervisor, stranger
):
    notice = issued_notice(office, 3, by=clerk)
    two = list(notice.slots.filter(no__in=[1, 3]))
    for who in (supervisor, stranger):
        with pytest.raises(PermissionDenied):
            slots.return_slots(notice=notice, slots=two, by=who)
    slots.return_slots(notice=notice, slots=two, by=unit_clerk, reason="不再招录")
    assert balance(office) == (1, 4)
    states = dict(notice.slots.values_list("no", "state"))
    assert states == {1: "returned", 2: "free", 3: "returned"}
    with pytest.raises(errors.SlotGone):
        slots.return_slots(notice=notice, slots=two, by=unit_clerk)
    assert balance(office) == (1, 4)


@pytest.mark.rule("NT-08")
def test_a_head_in_an_open_application_is_not_taken_away(office, clerk, unit_clerk):
    notice = issued_notice(office, 2, by=clerk)
    used = notice.slots.get(no=1)
    case = filed_entry(office, unit_clerk, entry_line(office, slot=used))
    with pytest.raises(errors.SlotBusy) as refused:
        slots.return_slots(notice=notice, slots=[used], by=unit_clerk)
    assert case.number in refusals.sentence(refused.value)
    with pytest.raises(errors.SlotBusy):
        slots.revoke(notice=notice, by=clerk, reason="政策调整")
    assert balance(office) == (2, 3)
    with pytest.raises(IntegrityError, match="open application"), transaction.atomic():
        Slot.objects.filter(pk=used.pk).update(state=SlotState.REVOKED)
    services.advance(application=case, move="withdraw", by=unit_clerk, opinion="不办了")
    slots.revoke(notice=notice, by=clerk, reason="政策调整")
    notice.refresh_from_db()
    assert notice.revoked_at is not None
    assert set(notice.slots.values_list("state", flat=True)) == {"revoked"}
    assert balance(office) == (0, 5)


@pytest.mark.rule("NT-08")
def test_a_draft_on_a_head_that_was_taken_away_is_not_filed(office, clerk, unit_clerk):
    notice = issued_notice(office, 1, by=clerk)
    slot = notice.slots.get()
    draft = draft_entry(office, unit_clerk, entry_line(office, slot=slot))
    slots.return_slots(notice=notice, slots=[slot], by=unit_clerk)
    with pytest.raises(errors.SlotGone):
        services.advance(application=draft, move="submit", by=unit_clerk)


@pytest.mark.rule("NT-08")
def test_revoking_is_the_offices_and_says_why(office, clerk, unit_clerk):
    notice = issued_notice(office, 1, by=clerk)
    with pytest.raises(PermissionDenied):
        slots.revoke(notice=notice, by=unit_clerk, reason="x")
    with pytest.raises(errors.OpinionMissing):
        slots.revoke(notice=notice, by=clerk, reason=" ")
    slots.revoke(notice=notice, by=clerk, reason="会议决定")
    with pytest.raises(errors.NothingFree):
        slots.revoke(notice=notice, by=clerk, reason="会议决定")


@pytest.mark.rule("NT-09")
def test_heads_run_out_once_and_those_in_hand_stay(office, clerk, unit_clerk):
    notice = issued_notice(office, 3, by=clerk)
    filed_entry(office, unit_clerk, entry_line(office, slot=notice.slots.get(no=2)))
    assert slots.expire(today=notice.valid_until) == 0
    day_after = notice.valid_until + dt.timedelta(days=1)
    assert slots.expire(today=day_after) == 2
    assert slots.expire(today=day_after) == 0
    states = dict(notice.slots.values_list("no", "state"))
    assert states == {1: "expired", 2: "free", 3: "expired"}
    assert balance(office) == (1, 4)


@pytest.mark.rule("NT-02")
def test_an_entry_uses_the_place_behind_its_head(
    office, clerk, unit_clerk, supervisor, chief, director
):
    notice = issued_notice(office, 5, by=clerk)
    assert balance(office) == (5, 0)
    case = filed_entry(office, unit_clerk, entry_line(office, slot=notice.slots.get(no=4)))
    for who in (supervisor, clerk, chief, director):
        case = services.advance(application=case, move="pass", by=who)
    slot = notice.slots.get(no=4)
    assert (slot.state, slot.name) == ("used", "张玥")
    assert balance(office) == (4, 0)


@pytest.mark.rule("CK-Q31")
def test_the_checks_find_heads_past_their_validity_until_they_run_out(office, clerk):
    assert sources.is_there("slots")
    notice = issued_notice(office, 1, by=clerk)

    def found():
        return list(BY_NUMBER["Q31"].find(Asked(Scope(frozenset({office.pk})))))

    assert found() == []
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Notice.objects.filter(pk=notice.pk).update(valid_until=yesterday)
    [hit] = found()
    assert hit.facts["number"] == f"{notice.number} 第 1 号"
    slots.expire()
    assert found() == []
