"""Runs: findings appear, stay and go; safe to run twice; after writes and over everything."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.checks.choices import State
from apps.checks.models import DirtyUnit, Finding, Run, UnitActivity
from apps.checks.rules import BY_NUMBER, catalogue
from apps.checks.services import check_all, check_changed, handle, set_rule
from apps.units.models import Unit
from tests.factories import posts as p
from tests.factories import quotas as q
from tests.factories import units
from tests.races import meet_at

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CK-02")]


def lasting(rule="Q01"):
    return list(
        Finding.objects.lasting().filter(rule=rule).order_by("unit").values_list("unit", "key")
    )


@pytest.fixture
def over(bureau):
    q.staffed(bureau, 3, 4)
    return bureau


def test_a_finding_appears_stays_and_goes(over):
    first = check_all()
    row = Finding.objects.get(rule="Q01")
    assert (row.unit, row.key, row.level, row.state) == (over, q.ADMIN, "red", State.OPEN)
    assert row.scope == over.path
    assert first.rules["Q01"]["appeared"] == 1

    second = check_all()
    stayed = Finding.objects.get(rule="Q01")
    assert (stayed.pk, stayed.first_seen) == (row.pk, row.first_seen)
    assert stayed.last_seen > row.last_seen
    assert (second.appeared, second.gone) == (0, 0)

    q.grant(over, 1)
    third = check_all()
    gone = Finding.objects.get(rule="Q01")
    assert third.rules["Q01"]["gone"] == 1
    assert (gone.gone_why, gone.gone_at > stayed.last_seen) == ("fixed", True)

    q.allow(over, 1)
    q.people(over, 1)
    check_all()
    assert Finding.objects.filter(rule="Q01").count() == 2, "what comes back is another finding"


def test_figures_of_a_lasting_finding_follow(over):
    check_all()
    q.allow(over, 1)
    q.people(over, 1)
    check_all()
    assert Finding.objects.get(rule="Q01").facts["over"] == 2


def test_a_run_that_changes_nothing_leaves_no_history(over):
    check_all()
    before = Finding.history.count()
    check_all()
    assert Finding.history.count() == before


def test_a_write_marks_its_unit_and_only_that_one_is_checked(over, home):
    other = units.unit("民政局", home, nature_id="nature.101")
    check_all()
    assert not DirtyUnit.objects.exists()
    assert check_changed() is None

    q.staffed(other, 2, 3)
    Finding.objects.filter(rule="Q01", unit=over).update(facts={"stale": True})
    run = check_changed()

    assert (run.kind, run.units) == ("writes", 1)
    assert lasting() == [(over.pk, q.ADMIN), (other.pk, q.ADMIN)]
    assert Finding.objects.get(rule="Q01", unit=over).facts == {"stale": True}
    assert UnitActivity.objects.get(unit=other).at <= timezone.now()
    assert check_changed() is None


@pytest.mark.parametrize("table", ["post", "event", "unit", "person", "document", "link"])
def test_every_sort_of_fact_marks_its_unit(bureau, document, table):
    q.grant(bureau, 2, document=document)
    spell = q.people(bureau, 1)[0]
    DirtyUnit.objects.all().delete()

    if table == "post":
        p.holder(bureau)
    elif table == "event":
        bureau.events.create(kind="rank", on=dt.date(2016, 1, 1), document=document)
    elif table == "unit":
        Unit.objects.filter(pk=bureau.pk).update(name="嵊州市教体局")
    elif table == "person":
        type(spell.person).objects.filter(pk=spell.person_id).update(name="新名")
    elif table == "document":
        type(document).objects.filter(pk=document.pk).update(title="新标题")
    else:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM units_documentunit WHERE unit_id = %s", [bureau.pk])

    assert set(DirtyUnit.objects.values_list("unit_id", flat=True)) == {bureau.pk}


def test_a_mark_of_a_failed_write_is_not_there(bureau):
    DirtyUnit.objects.all().delete()
    with transaction.atomic():
        q.grant(bureau, 2)
        assert DirtyUnit.objects.exists()
        transaction.set_rollback(True)
    assert not DirtyUnit.objects.exists()


def test_a_rule_that_fails_leaves_its_findings_and_the_others_alone(over, monkeypatch):
    check_all()

    def fail(asked):
        Unit.objects.raw("SELECT nope")[0]
        yield

    broken = dataclasses.replace(BY_NUMBER["Q01"], find=fail)
    rules = tuple(broken if one.number == "Q01" else one for one in catalogue.RULES)
    monkeypatch.setattr("apps.checks.settings.RULES", rules)
    p.holder(over)
    p.holder(over)

    run = check_all()

    assert run.failed == 1
    assert "error" in run.rules["Q01"]
    assert lasting("Q01") == [(over.pk, q.ADMIN)]
    assert lasting("Q04") == [(over.pk, p.CHIEF)]


def test_a_rule_switched_off_closes_its_findings(over, office, clerk):
    check_all()
    set_rule(number="Q01", enabled=False, values={}, reason="超编已另行整治", by=clerk)

    run = check_all()

    row = Finding.objects.get(rule="Q01")
    assert (row.gone_why, run.rules["Q01"]["gone"]) == ("off", 1)
    set_rule(number="Q01", enabled=True, values={}, reason="恢复", by=clerk)
    check_all()
    assert lasting() == [(over.pk, q.ADMIN)]


def test_thresholds_of_the_office_hold(office, clerk, bureau):
    Unit.objects.filter(pk=bureau.pk).update(nature_id="nature.104")
    bureau.refresh_from_db()
    due = timezone.localdate() + dt.timedelta(days=40)
    q.grant(bureau, 1, "quota_type.30", revolve_due_on=due)
    check_all()
    assert lasting("Q30") == []

    set_rule(number="Q30", enabled=True, values={"days": 40}, reason="提前四十天", by=clerk)
    check_all()

    assert [unit for unit, _ in lasting("Q30")] == [bureau.pk]


def test_a_mute_that_has_run_out_opens_by_itself(over, clerk):
    check_all()
    row = Finding.objects.get(rule="Q01")
    today = timezone.localdate()
    handle(finding=row, move="mute", by=clerk, opinion="编委已同意暂缓", until=today)
    check_all()
    row.refresh_from_db()
    assert row.state == State.MUTED, "the last day is still muted"
    assert row not in Finding.objects.open()

    yesterday = today - dt.timedelta(days=1)
    Finding.objects.filter(pk=row.pk).update(muted_until=yesterday)
    assert row in Finding.objects.open(), "open again before any run"
    check_all()

    row.refresh_from_db()
    assert (row.state, row.muted_until) == (State.OPEN, None)
    woken = row.handlings.latest("pk")
    assert (woken.move, woken.by, woken.before) == ("wake", None, State.MUTED)


def test_findings_follow_their_unit_in_the_tree(over, home):
    check_all()
    Unit.objects.filter(pk=over.pk).update(path=home.path + "ZZZZ")
    assert Finding.objects.get(rule="Q01").scope == home.path + "ZZZZ"


def test_one_finding_per_subject_whatever_the_road(over):
    check_all()
    now = timezone.now()
    with pytest.raises(IntegrityError, match="finding_once_while_it_lasts"), transaction.atomic():
        Finding.objects.create(
            rule="Q01", unit=over, key=q.ADMIN, level="red", first_seen=now, last_seen=now
        )


@pytest.mark.parametrize("count", [1, 4])
def test_more_units_cost_no_query(home, count, django_assert_max_num_queries):
    for number in range(count):
        q.staffed(units.unit(f"单位{number}", home), 2, 3)
    with django_assert_max_num_queries(280):
        check_all()
    assert Finding.objects.filter(rule="Q01").count() == count


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_each_finding_once(over):
    first, second = meet_at(None, check_all, check_all)

    assert first.won, first.error
    assert second.won, second.error
    assert Finding.objects.filter(rule="Q01").count() == 1
    assert sorted(run.rules["Q01"]["appeared"] for run in Run.objects.all()) == [0, 1]
