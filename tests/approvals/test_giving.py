"""跨单位划转 between two offices: the one over the unit people leave agrees first, and sees its own
side of it (rules TR-04, TR-05)."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid

import pytest
from django.apps import apps as registry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.approvals import errors, late, offices, progress, recipients, rules, services
from apps.approvals.choices import Event, State
from apps.approvals.forms.kind_settings import KindSettingForm
from apps.approvals.models import Application, KindVersion, Message
from apps.approvals.queries import inbox
from apps.approvals.queries.review import colleagues, readers
from apps.approvals.refusals import sentence
from apps.approvals.services import desk, kind_settings
from apps.audit.models import AuditEvent
from apps.staff import secrets
from apps.staff.errors import SpellClosed
from apps.staff.models import Occupancy
from apps.units.appointments import appoint
from apps.units.models import Office
from tests.factories import posts, quotas, staff, units
from tests.factories.approvals import decided, drafted, filed_transfer
from tests.races import meet_at

from .test_messages import ring

pytestmark = pytest.mark.django_db

STEPS = ["主管部门审核", "划出方编办同意", "编办经办审核", "科长审签", "主任审定"]


@pytest.fixture
def spell(foreign_bureau):
    """张玥 of the other county: she leads there, in one of its 9 places."""
    quotas.grant(foreign_bureau, 9)
    posts.due(foreign_bureau, 1)
    held = staff.enter(foreign_bureau, "张玥", post_name="科员")
    staff.services.start_posting(
        person=held.person,
        unit=foreign_bureau,
        post_kind=staff.code(posts.CHIEF),
        post_name="外县分管局长",
        starts_on=staff.ENTERED,
        by=None,
    )
    return held


@pytest.fixture
def giver(stranger, foreign_home):
    """编办经办人 of the county she leaves, with a chief and a director above."""
    units.holder("giving_chief", "office_chief", foreign_home, "褚科长")
    units.holder("giving_director", "office_director", foreign_home, "卫主任")
    return stranger


@pytest.fixture
def filed(spell, giver, office, unit_clerk, supervisor, director):
    return filed_transfer(spell, office, unit_clerk)


@pytest.fixture
def case(filed, supervisor):
    """The transfer as it waits at the giving office."""
    return move(filed, "pass", supervisor)


def move(application, name, by, **more):
    return services.advance(application=application, move=name, by=by, **more)


def window(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(user, case) -> str:
    return window(user).get(reverse("approvals:detail", args=[case.pk])).text


def act(user, case, name, opinion=""):
    data = {"_key": str(uuid.uuid4()), "seen": case.revision, "move": name, "opinion": opinion}
    return window(user).post(reverse("approvals:act", args=[case.pk]), data)


# -- the way ---------------------------------------------------------------------------------
@pytest.mark.rule("TR-04")
def test_the_giving_office_agrees_and_then_the_receiving_one_decides(
    case, giver, cast, clerk, spell, office
):
    assert (case.state, case.releases) == (State.RELEASING, True)
    assert case.due_at is not None
    assert [mark.label for mark in progress.line_of(case)][1:6] == STEPS
    assert case in inbox.todo(giver)
    assert case not in inbox.todo(clerk)
    assert progress.turn_of(case).offices == ("新昌县编办",)

    case = move(case, "pass", giver, opinion="同意划出")
    assert case.state == State.EXAMINING
    assert case not in inbox.todo(giver)
    assert case in inbox.todo(clerk)
    assert case.effected_at is None
    step = case.trail.last()
    assert (step.step, step.limit, step.minutes is not None) == ("划出方编办同意", 3, True)
    case = decided(case, cast)
    assert case.state == State.CONFIRMING
    assert Occupancy.objects.open().get(person=spell.person).unit == office


@pytest.mark.rule("TR-04")
def test_two_units_of_one_office_need_no_such_step(home, office, unit_clerk, cast, director):
    other = units.unit("嵊州市水利局", home, nature_id="nature.101")
    quotas.grant(other, 1)
    # handlers may each have their part of the units: there is one director over both
    units.holder("part", "office_clerk", other, "何分管")
    spell = staff.enter(other, "张玥")
    draft = drafted("transfer", unit_clerk, _data(office, spell), spell=spell)
    shown = window(unit_clerk).get(reverse("approvals:check", args=[draft.pk])).text
    assert "还要划出方编办同意" not in shown
    case = filed_transfer(spell, office, unit_clerk)
    assert case.releases is False
    assert "划出方编办同意" not in [mark.label for mark in progress.line_of(case)]
    case = move(case, "pass", cast["supervising"])
    assert case.state == State.EXAMINING


@pytest.mark.rule("TR-04")
def test_a_city_and_its_county_are_two_offices(home, office, unit_clerk, director, clerk):
    """A unit of the city itself gives somebody to a unit of one of its counties."""
    city = units.county("绍兴市")
    own = units.unit("绍兴市水利局", city)
    quotas.grant(own, 1)
    units.holder("city_clerk", "office_clerk", city, "市经办")
    units.holder("city_director", "office_director", city, "市主任")
    case = filed_transfer(staff.enter(own, "张玥"), office, unit_clerk)
    assert (case.releases, offices.over(own.path)) == (True, city.path)


@pytest.mark.rule("TR-04")
def test_where_nobody_examines_over_the_giving_unit_nobody_is_waited_for(
    spell, office, unit_clerk, supervisor
):
    case = filed_transfer(spell, office, unit_clerk)
    assert case.releases is False
    assert move(case, "pass", supervisor).state == State.EXAMINING


@pytest.mark.rule("TR-04")
def test_a_refusal_ends_the_case_and_leaves_the_person_where_they_are(
    case, giver, spell, office, unit_clerk
):
    with pytest.raises(errors.OpinionMissing) as missing:
        move(case, "refuse", giver)
    assert "不同意划出" in sentence(missing.value)
    case = move(case, "refuse", giver, opinion="本单位空编不足，暂不同意")
    assert (case.state, case.effected_at) == (State.REFUSED, None)
    spell.refresh_from_db()
    assert spell.ends_on is None
    ring()
    told = Message.objects.filter(user=unit_clerk, event=Event.REFUSED).get()
    assert told.words == "划出方编办同意：不同意划出"
    assert filed_transfer(spell, office, unit_clerk).state == State.SUPERVISING  # may be asked anew


@pytest.mark.rule("TR-04")
def test_what_it_sends_back_comes_to_it_again(case, giver, unit_clerk, supervisor):
    case = move(case, "return", giver, opinion="划转日期请改到下月")
    assert case.state == State.RETURNED
    assert case in inbox.todo(unit_clerk)
    assert case in inbox.returned(giver)
    case = move(case, "submit", unit_clerk)
    assert move(case, "pass", supervisor).state == State.RELEASING


@pytest.mark.rule("AP-10")
def test_a_case_under_way_keeps_a_version_without_the_step(
    spell, giver, office, unit_clerk, supervisor, clerk
):
    old = KindVersion.objects.get(kind="transfer", number=1)
    assert old.step_at(State.RELEASING) is None
    case = filed_transfer(spell, office, unit_clerk)
    Application.objects.filter(pk=case.pk).update(version=old, releases=False)
    case = move(case, "pass", supervisor)
    assert case.state == State.EXAMINING
    case = move(case, "return", clerk, opinion="补材料")
    case = move(case, "submit", unit_clerk)
    assert (case.version, case.releases) == (old, False)
    assert move(case, "pass", supervisor).state == State.EXAMINING


# -- who may ---------------------------------------------------------------------------------
@pytest.mark.rule("TR-04")
def test_nobody_of_the_receiving_side_takes_the_step(
    case, clerk, chief, director, supervisor, unit_clerk, home
):
    everybody = (clerk, chief, director, supervisor, unit_clerk)
    refused = (PermissionDenied, errors.MoveRefused, errors.OwnApplication)
    for who in everybody:
        for name in ("pass", "return", "refuse", "reassign", "override"):
            assert not rules.may_move(who, name, case) or name == "override"
            with pytest.raises(refused):
                move(case, name, who, opinion="同意", to=who)
        assert case not in inbox.todo(who)
    assert act(clerk, case, "pass").status_code == 403
    assert Application.objects.get(pk=case.pk).state == State.RELEASING


@pytest.mark.rule("TR-04")
def test_who_holds_the_right_over_both_may_take_it(case, clerk, home, foreign_home):
    appoint(user=clerk, role="office_clerk", unit=foreign_home, by=None)
    both = type(clerk).objects.get(pk=clerk.pk)
    assert case in inbox.todo(both)
    assert move(case, "pass", both).state == State.EXAMINING


@pytest.mark.rule("AP-03")
def test_nobody_agrees_to_what_they_filed_themselves(spell, giver, office, supervisor):
    appoint(user=giver, role="unit_clerk", unit=office, by=None)
    both = type(giver).objects.get(pk=giver.pk)
    case = move(filed_transfer(spell, office, both), "pass", supervisor)
    assert case.state == State.RELEASING
    assert case not in inbox.todo(both)
    with pytest.raises(errors.OwnApplication):
        move(case, "pass", both)


@pytest.mark.rule("TR-04")
def test_it_hands_the_case_to_colleagues_of_its_own_side(case, giver, chief, foreign_home):
    names = {str(one) for one in colleagues(giver, case)}
    assert names == {"褚科长"}
    assert {str(one) for one in readers(giver, case)} >= {"褚科长", "卫主任"}
    with pytest.raises(errors.NoSuchHandler):
        move(case, "reassign", giver, opinion="请办", to=chief)
    boss = type(giver).objects.get(username="giving_chief")
    case = move(case, "reassign", giver, opinion="请褚科长办理", to=boss)
    assert case in inbox.todo(boss)
    assert case not in inbox.todo(giver)
    number = desk.reveal(line=case.lines.get(), field="id_no", purpose="核对身份", by=boss)
    assert number == secrets.id_no(case.lines.get().person).reveal()
    # who looked is found on the side of those whose person it is
    assert AuditEvent.objects.get(kind="person.reveal").scope.startswith(foreign_home.path)
    assert [one.user for one in desk.send_copies(application=case, users=[giver], by=boss)] == [
        giver
    ]


@pytest.mark.rule("TR-04")
def test_the_database_knows_when_a_case_can_be_there(case, office):
    for name, values in (
        ("application_at_the_giving_office_releases", {"releases": False}),
        ("application_releases_from_another_unit", {"other_unit": None}),
        ("application_releases_from_another_unit", {"kind": "entry"}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Application.objects.filter(pk=case.pk).update(**values)


# -- what it sees ----------------------------------------------------------------------------
@pytest.mark.rule("TR-05")
def test_the_giving_office_sees_its_own_side_only(case, giver, office, foreign_bureau, document):
    page = page_of(giver, case)
    assert "请答复是否同意划出" in page
    for label in ("同意划出", "退回补正", "不同意划出"):
        assert f">{label}</span></button>" in page
    assert "随划转离任" in page
    assert "外县分管局长" in page
    assert f"{foreign_bureau.name} · 行政编制" in page
    assert f"{office.name} · " not in page  # no figures of the receiving unit
    assert "1 → <strong>0</strong>" in page
    assert office.get_absolute_url() not in page
    assert foreign_bureau.get_absolute_url() in page or foreign_bureau.name in page
    assert "部分核准" not in page
    assert "granted-" not in page
    checks = window(giver).get(reverse("approvals:review_checks", args=[case.pk])).text
    assert "可以划出" in checks
    assert office.name not in checks
    assert "核定" not in checks
    assert window(giver).get(office.get_absolute_url()).status_code == 404


@pytest.mark.rule("TR-05")
def test_a_full_receiving_unit_is_no_matter_of_the_giving_office(case, giver, office):
    quotas.people(office, 5)
    checks = window(giver).get(reverse("approvals:review_checks", args=[case.pk])).text
    assert "可以划出" in checks
    assert "5 名" not in checks
    assert move(case, "pass", giver).state == State.EXAMINING
    checks = window(giver).get(reverse("approvals:review_checks", args=[case.pk])).text
    assert "5 名" not in checks  # nor while the other office looks at it


@pytest.mark.rule("TR-05")
def test_the_receiving_side_sees_no_figures_of_the_giving_unit(
    filed, case, clerk, unit_clerk, office, foreign_bureau, spell
):
    page = page_of(clerk, case)
    assert f"{office.name} · 行政编制" in page
    assert f"{foreign_bureau.name} · 行政编制" not in page
    assert 'name="move"' not in page
    assert "划出方编办同意" in page
    checks = window(clerk).get(reverse("approvals:review_checks", args=[case.pk])).text
    assert "有红色校核，不能通过" not in checks
    services.advance(application=case, move="withdraw", by=unit_clerk, opinion="重报")
    draft = drafted("transfer", unit_clerk, _data(office, spell), spell=spell)
    shown = window(unit_clerk).get(reverse("approvals:check", args=[draft.pk])).text
    assert f"{office.name} · 行政编制" in shown
    assert f"{foreign_bureau.name} · 行政编制" not in shown
    assert "还要划出方编办同意" in shown


def _data(office, spell):
    return {
        "unit": office.pk,
        "quota_type": spell.quota_type_id,
        "on": "2026-09-01",
        "document_no": "嵊组干〔2026〕3号",
        "entry_mode": "entry_mode.07",
        "exit_mode": "exit_mode.13",
    }


@pytest.mark.rule("TR-04")
def test_it_is_decided_on_the_page(case, giver, unit_clerk):
    blank = act(giver, case, "refuse")
    assert blank.status_code == 422
    assert "请填写不同意划出的意见" in blank.text
    done = act(giver, case, "pass", "同意")
    assert done.status_code == 302
    assert Application.objects.get(pk=case.pk).state == State.EXAMINING
    page = page_of(giver, case)
    assert "同意划出" in page
    assert 'name="move"' not in page
    tab = window(giver).get(reverse("approvals:inbox") + "?tab=done").text
    assert "划出方编办同意 · 同意划出" in tab
    late_click = act(giver, case, "refuse", "晚了")
    assert late_click.status_code in (403, 409)
    mine = window(unit_clerk).get(reverse("approvals:filed", args=[case.pk])).text
    assert "编办经办审核" in mine


@pytest.mark.rule("TR-04")
def test_an_outsider_sees_nothing_of_it(case, home):
    third = units.county("诸暨市")
    outside = units.holder("third", "office_clerk", third, "第三县")
    assert case not in inbox.todo(outside)
    address = reverse("approvals:detail", args=[case.pk])
    assert window(outside).get(address).status_code == 404
    assert act(outside, case, "pass").status_code == 404


# -- time and messages -----------------------------------------------------------------------
@pytest.mark.rule("AP-21")
def test_the_nearest_of_the_giving_office_are_told(filed, supervisor, giver, clerk):
    case = move(filed, "pass", supervisor)
    ring()
    chief = type(giver).objects.get(username="giving_chief")
    told = Message.objects.filter(application=case, event=Event.TURN, settled_at=None)
    assert {one.user for one in told} == {giver, chief}
    assert "待划出方编办同意" in told[0].words
    over = {type(giver).objects.get(pk=pk).username for pk in recipients.supervisors(case)}
    assert over == {"giving_chief", "giving_director"}
    move(case, "pass", giver)
    ring()
    open_ = Message.objects.filter(application=case, event=Event.TURN, settled_at=None)
    assert {one.user.username for one in open_} >= {"clerk"}
    assert giver not in {one.user for one in open_}


@pytest.mark.rule("AP-22")
def test_what_it_keeps_too_long_is_late_on_both_sides(
    case, giver, clerk, chief, office, foreign_bureau
):
    Application.objects.filter(pk=case.pk).update(due_at=timezone.now() - dt.timedelta(days=2))
    assert [(row.unit, row.open) for row in late.by_unit(giver)] == [(foreign_bureau, 1)]
    assert [(row.unit, row.open) for row in late.by_unit(clerk)] == [(office, 1)]
    page = window(giver).get(reverse("approvals:late_unit", args=[foreign_bureau.pk])).text
    assert case.number in page
    boss = type(giver).objects.get(username="giving_chief")
    assert case in inbox.watch(boss)
    assert case in inbox.watch(chief)


# -- settings --------------------------------------------------------------------------------
@pytest.mark.rule("TR-04")
def test_the_step_is_a_setting_of_transfers_alone(home, director):
    Office.objects.update_or_create(pk=1, defaults={"name": "县委编办", "home": home})
    newest = KindVersion.objects.in_force("transfer")
    assert [one.label for one in newest.way] == STEPS
    assert "releasing_on" in KindSettingForm(version=newest).fields
    entry = KindVersion.objects.in_force("entry")
    assert "releasing_on" not in KindSettingForm(version=entry).fields
    releasing = {"state": "releasing", "label": "划出方编办同意", "limit": 2}
    examining = {"state": "examining", "label": "编办经办审核", "limit": 2}
    for kind, steps, says in (
        ("entry", [releasing, examining], "没有这个环节"),
        ("transfer", [examining, releasing], "划出方编办先表态"),
        ("transfer", [releasing], "至少保留编办的一个环节"),
    ):
        version = KindVersion.objects.in_force(kind)
        with pytest.raises(errors.SettingUnfit, match=says):
            kind_settings.change(
                kind=kind,
                based_on=version.number,
                steps=steps,
                materials=version.materials,
                partners=version.partners,
                paper=False,
                options={},
                note="试",
                by=director,
            )


@pytest.mark.rule("TR-04")
def test_settings_of_an_office_get_the_step_in_a_further_version():
    step = importlib.import_module("apps.approvals.migrations.0013_giving_step")
    count = KindVersion.objects.filter(kind="transfer").count()
    step.next_version(registry, None)
    assert KindVersion.objects.filter(kind="transfer").count() == count  # it has it already
    own = [{"state": "examining", "label": "初审", "limit": 1}]
    old = KindVersion.objects.create(
        kind="transfer", number=count + 1, steps=own, paper=True, options={"slot_required": True}
    )
    step.next_version(registry, None)
    made = KindVersion.objects.in_force("transfer")
    assert (made.number, made.paper, made.options) == (old.number + 1, True, old.options)
    assert [one.state for one in made.way] == ["releasing", "examining"]


# -- races -----------------------------------------------------------------------------------
def reading(case, name, by, **more):
    """Return a call that makes a move as a page would: on the case as it is read now."""
    seen = Application.objects.get(pk=case.pk).revision
    return lambda: services.advance(application=case, move=name, by=by, seen=seen, **more)


@pytest.mark.rule("TR-04")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("agreed_first", [True, False])
def test_one_agrees_while_a_colleague_refuses(agreed_first, case, giver):
    boss = type(giver).objects.get(username="giving_chief")
    calls = [reading(case, "pass", giver), reading(case, "refuse", boss, opinion="不同意")]
    first, second = meet_at(
        Application.objects.filter(pk=case.pk), *(calls if agreed_first else reversed(calls))
    )
    assert first.won
    assert isinstance(second.error, errors.Stale)
    assert ("同意划出" if agreed_first else "不同意划出") in sentence(second.error)
    state = Application.objects.get(pk=case.pk).state
    assert state == (State.EXAMINING if agreed_first else State.REFUSED)


@pytest.mark.rule("TR-04")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refused_first", [True, False])
def test_a_refusal_meets_the_pass_of_the_receiving_office(refused_first, case, giver, clerk):
    """Both had the page open: the one of the giving office from before it agreed."""
    boss = type(giver).objects.get(username="giving_chief")
    refusing = reading(case, "refuse", boss, opinion="不同意")
    if refused_first:  # the receiving office's pass was never due
        calls = [refusing, reading(case, "pass", clerk)]
    else:
        case = move(case, "pass", giver)
        calls = [reading(case, "pass", clerk), refusing]
    first, second = meet_at(Application.objects.filter(pk=case.pk), *calls)
    assert first.won
    assert isinstance(second.error, errors.Stale)
    state = Application.objects.get(pk=case.pk).state
    assert state == (State.REFUSED if refused_first else State.SIGNING)
    assert Application.objects.get(pk=case.pk).effected_at is None


@pytest.mark.rule("TR-04")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", [State.RELEASING, State.DECIDING])
def test_the_person_leaves_meanwhile(at, case, giver, cast, spell, foreign_bureau):
    while case.state != at:
        case = move(case, "pass", giver if case.state == State.RELEASING else cast[case.state])

    def at_the_desk():
        return staff.services.leave(
            spell=spell,
            on=dt.date(2026, 8, 1),
            exit_mode=staff.RETIRED,
            document=None,
            by=giver,
        )

    passing = reading(case, "pass", giver if at == State.RELEASING else cast[at])
    if at == State.RELEASING:  # it reads, and changes nothing of the place
        at_the_desk()
        with pytest.raises(errors.LineFails) as failed:
            passing()
        error = failed.value
    else:
        left, passed = meet_at(Occupancy.objects.filter(pk=spell.pk), at_the_desk, passing)
        assert left.won
        error = passed.error
    assert isinstance(error, errors.LineFails)
    assert isinstance(error.refusal, SpellClosed)
    assert "已由他人办理出编" in sentence(error)
    assert Application.objects.get(pk=case.pk).state == at
    assert Occupancy.objects.count() == 1
