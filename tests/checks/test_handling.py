"""Handling: every move from every state, refusals that change nothing, two at one finding."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.checks.choices import State
from apps.checks.errors import (
    DayUnfit,
    FindingGone,
    HandledMeanwhile,
    MoveRefused,
    OpinionMissing,
    ReasonMissing,
    ValueUnfit,
)
from apps.checks.models import Finding, Handling, RuleSetting
from apps.checks.services import check_all, handle, handle_many, moves_of, set_rule
from tests.factories import quotas as q
from tests.factories import units
from tests.races import meet_at

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CK-03")]

#: move → states it starts from, written out by hand
TABLE = {
    "explain": {"open", "explained", "claimed"},
    "claim": {"open", "explained", "confirmed", "claimed"},
    "confirm": {"open", "explained", "claimed"},
    "mute": {"open", "explained", "confirmed", "claimed", "muted"},
    "reopen": {"explained", "confirmed", "claimed", "muted"},
}
TARGETS = {
    "explain": "explained", "claim": "claimed", "confirm": "confirmed", "mute": "muted",
    "reopen": "open",
}  # fmt: skip


def later(days=30):
    return timezone.localdate() + dt.timedelta(days=days)


@pytest.fixture
def finding(bureau):
    q.staffed(bureau, 3, 4)
    check_all()
    return Finding.objects.select_related("unit").get(rule="Q01")


def put(finding, state):
    until = later() if state == "muted" else None
    Finding.objects.filter(pk=finding.pk).update(state=state, muted_until=until)
    finding.refresh_from_db()


def move(finding, name, by, **values):
    values.setdefault("opinion", "理由")
    if name == "mute":
        values.setdefault("until", later())
    return handle(finding=finding, move=name, by=by, **values)


@pytest.mark.parametrize("state", [s.value for s in State])
@pytest.mark.parametrize("name", TABLE)
def test_each_move_from_each_state(finding, clerk, name, state):
    put(finding, state)

    if state in TABLE[name]:
        after = move(finding, name, clerk)
        assert after.state == TARGETS[name]
        told = after.handlings.latest("pk")
        assert (told.move, told.before, told.after, told.by) == (
            name, state, TARGETS[name], clerk
        )  # fmt: skip
        assert AuditEvent.objects.filter(kind=f"finding.{name}").count() == 1
    else:
        with pytest.raises(MoveRefused):
            move(finding, name, clerk)
        finding.refresh_from_db()
        assert finding.state == state
        assert not Handling.objects.exists()
        assert not AuditEvent.objects.filter(kind__startswith="finding.").exists()


@pytest.mark.parametrize("name", TABLE)
def test_a_unit_clerk_explains_and_reports_but_does_not_judge(finding, unit_clerk, name):
    if name == "reopen":
        put(finding, "explained")
    if name in ("explain", "claim"):
        assert move(finding, name, unit_clerk).state == TARGETS[name]
    else:
        with pytest.raises(PermissionDenied):
            move(finding, name, unit_clerk)
        assert not Handling.objects.exists()


def test_others_may_do_nothing(finding, stranger, reader, leader, home):
    school = units.unit("实验中学", home)
    colleague = units.holder("other-unit", "unit_clerk", school, "别单位")
    for user in (stranger, reader, leader, colleague):
        assert moves_of(user, finding) == []
        for name in ("explain", "claim", "confirm", "mute"):
            with pytest.raises(PermissionDenied):
                move(finding, name, user)
    assert not Handling.objects.exists()


def test_the_buttons_are_the_moves_that_work(finding, clerk, unit_clerk):
    assert [name for name, _ in moves_of(clerk, finding)] == [
        "explain", "claim", "confirm", "mute"
    ]  # fmt: skip
    assert [name for name, _ in moves_of(unit_clerk, finding)] == ["explain", "claim"]


def test_a_claim_that_is_true_closes(finding, bureau, unit_clerk):
    q.grant(bureau, 1)

    after = handle(finding=finding, move="claim", by=unit_clerk, opinion="已核增")

    assert (after.gone_why, after.state) == ("fixed", State.CLAIMED)
    assert moves_of(unit_clerk, after) == []
    with pytest.raises(FindingGone):
        handle(finding=after, move="explain", by=unit_clerk, opinion="再说明")


def test_a_claim_that_is_not_true_stays_and_says_so(finding, unit_clerk):
    after = handle(finding=finding, move="claim", by=unit_clerk)
    assert (after.gone_at, after.state) == (None, State.CLAIMED)
    check_all()
    after.refresh_from_db()
    assert (after.gone_at, after.state) == (None, State.CLAIMED)


@pytest.mark.parametrize("name", ["explain", "mute"])
def test_a_reason_is_needed(finding, clerk, name):
    with pytest.raises(OpinionMissing):
        move(finding, name, clerk, opinion="  ")
    assert not Handling.objects.exists()


@pytest.mark.parametrize("days", [-1, 367, None])
def test_a_mute_ends_within_a_year(finding, clerk, days):
    until = None if days is None else later(days)
    with pytest.raises(DayUnfit):
        handle(finding=finding, move="mute", by=clerk, opinion="理由", until=until)
    assert not Handling.objects.exists()
    assert move(finding, "mute", clerk, until=later(366)).muted_until == later(366)


def test_who_comes_second_with_an_old_page_is_told(finding, clerk, unit_clerk):
    seen = finding.turn
    handle(finding=finding, move="explain", by=unit_clerk, opinion="有批文", turn=seen)

    with pytest.raises(HandledMeanwhile) as refusal:
        move(finding, "confirm", clerk, turn=seen)

    assert (refusal.value.by, refusal.value.move) == (str(unit_clerk), "说明")
    finding.refresh_from_db()
    assert (finding.state, finding.handlings.count()) == (State.EXPLAINED, 1)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_one_finding(finding, clerk, unit_clerk):
    turn = finding.turn
    first, second = meet_at(
        Finding.objects.filter(pk=finding.pk),
        lambda: handle(finding=finding, move="explain", by=unit_clerk, opinion="甲", turn=turn),
        lambda: handle(finding=finding, move="confirm", by=clerk, turn=turn),
    )

    assert first.won, first.error
    assert isinstance(second.error, HandledMeanwhile)
    assert Handling.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_claim_and_a_run_do_not_lock_each_other_out(finding, unit_clerk):
    outcomes = meet_at(
        None,
        check_all,
        lambda: handle(finding=finding, move="claim", by=unit_clerk),
        check_all,
    )
    assert [one.error for one in outcomes] == [None, None, None]
    finding.refresh_from_db()
    assert finding.state == State.CLAIMED


def test_many_are_moved_and_what_cannot_be_is_left(finding, clerk, home):
    other = units.unit("民政局", home)
    q.staffed(other, 1, 2)
    check_all()
    put(finding, "confirmed")
    rows = Finding.objects.filter(rule="Q01").select_related("unit")

    done, left = handle_many(findings=rows, move="confirm", by=clerk)

    assert (done, left) == (1, 1)
    with pytest.raises(OpinionMissing):
        handle_many(findings=rows, move="mute", by=clerk, until=later())
    assert not Finding.objects.filter(state="muted").exists()


@pytest.mark.parametrize("verb", ["UPDATE checks_handling SET opinion = ''",
                                  "DELETE FROM checks_handling"])  # fmt: skip
def test_what_was_done_is_never_changed(finding, clerk, verb):
    move(finding, "confirm", clerk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert Handling.objects.count() == 1


# -- settings -------------------------------------------------------------------------------------


def test_settings_are_kept_as_versions(office, clerk):
    set_rule(number="Q33", enabled=True, values={"days": 100}, reason="按季核对", by=clerk)
    set_rule(number="Q33", enabled=False, values={"days": 100}, reason="系统切换期", by=clerk)

    rows = RuleSetting.objects.filter(rule="Q33").order_by("pk")
    assert [(r.enabled, r.values["days"], r.by) for r in rows] == [
        (True, 100, clerk), (False, 100, clerk)
    ]  # fmt: skip
    assert AuditEvent.objects.filter(kind="checkrule.change").count() == 2


@pytest.mark.parametrize(
    ("number", "values"),
    [
        ("Q33", {"days": 29}),
        ("Q33", {"days": "200"}),
        ("Q33", {}),
        ("Q32", {"relation": "gt", "per": "all", "exempt": "yes"}),
        ("Q11", {"words": " "}),
    ],
)
def test_a_threshold_outside_its_limits_is_refused(office, clerk, number, values):
    with pytest.raises(ValueUnfit):
        set_rule(number=number, enabled=True, values=values, reason="试", by=clerk)
    assert not RuleSetting.objects.exists()


def test_only_the_office_sets_rules_and_says_why(office, clerk, stranger, unit_clerk):
    with pytest.raises(ReasonMissing):
        set_rule(number="Q01", enabled=False, values={}, reason=" ", by=clerk)
    for user in (stranger, unit_clerk):
        with pytest.raises(PermissionDenied):
            set_rule(number="Q01", enabled=False, values={}, reason="试", by=user)
    assert not RuleSetting.objects.exists()
