"""出编 from the unit's clerk to the payroll: the place and its posts are free at the end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from apps.approvals import errors, kinds, services
from apps.approvals.choices import State
from apps.approvals.models import KindVersion, PoolEntry, UseSetting
from apps.approvals.refusals import sentence
from apps.audit.models import AuditEvent
from apps.posts.models import PostBalance
from apps.quotas.models import Balance
from apps.staff import errors as staff_errors
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Office
from tests.factories import posts, quotas, staff
from tests.factories.approvals import decided, drafted, submitted
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db

RETIRING = {"exit_mode": staff.RETIRED, "on": "2026-09-01", "document_no": "嵊人社退[2026]7号"}


@pytest.fixture
def spell(office):
    return staff.enter(office, "张玥", post_name="科员")


def move(case, name, by, **more):
    return services.advance(application=case, move=name, by=by, **more)


@pytest.mark.rule("EX-01")
def test_an_exit_frees_the_place_and_the_post(spell, office, unit_clerk, cast, partners):
    posts.due(office, 1)
    kind = staff.code(posts.CHIEF)
    posting = PostHolding.objects.create(
        person=spell.person, unit=office, post_kind=kind, post_name="局长", starts_on=staff.ENTERED
    )
    case = submitted("exit", unit_clerk, RETIRING, spell=spell)
    assert (case.state, case.number[:2], case.summary) == (
        State.SUPERVISING, "CB", "张玥 出编 行政编制",
    )  # fmt: skip
    case = decided(case, cast)
    assert case.state == State.CONFIRMING
    spell.refresh_from_db()
    assert (spell.ends_on, spell.exit_document_no) == (dt.date(2026, 9, 1), "嵊人社退〔2026〕7号")
    posting.refresh_from_db()
    assert posting.ends_on == dt.date(2026, 9, 1)
    assert Balance.objects.get(unit=office).actual == 0
    assert PostBalance.objects.get(unit=office).filled == 0
    for code in ("personnel", "insurance", "finance"):
        case = move(case, "confirm", partners[code])
    assert case.state == State.DONE
    facts = dict(kinds.of("exit").facts(case.lines.get()))
    assert [one.value for one in facts["随出编离任"]] == ["局长"]


def test_what_is_shown_before_the_decision(spell, office, unit_clerk):
    case = submitted("exit", unit_clerk, RETIRING, spell=spell)
    kind = kinds.of("exit")
    (box,) = kind.boxes(case, list(case.lines.all()))
    assert (box.actual, box.actual_after, box.usable_after) == (1, 0, 5)
    facts = dict(kind.facts(case.lines.get()))
    shown = {one.label: one.value for one in facts["出编"]}
    assert shown["退出方式"] == "退休"
    assert shown["出编文件"] == "嵊人社退〔2026〕7号"
    assert "出编文号（未登记）" not in shown
    number = {one.label: one.value for one in facts["人员信息"]}["公民身份号码"]
    assert "*" in number


@pytest.mark.rule("EX-01")
def test_nobody_leaves_before_they_came(spell, unit_clerk):
    draft = drafted("exit", unit_clerk, {**RETIRING, "on": "2015-05-31"}, spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        move(draft, "submit", unit_clerk)
    assert isinstance(refused.value.refusal, staff_errors.ExitBeforeEntry)
    assert "2015-06-01" in sentence(refused.value)
    spell.refresh_from_db()
    assert spell.ends_on is None


@pytest.mark.rule("EX-02")
def test_who_leaves_for_good_holds_no_post_elsewhere(spell, office, home, unit_clerk, cast):
    other = staff.Unit.objects.get(pk=home.pk)
    kind = staff.code(posts.DEPUTY)
    posting = PostHolding.objects.create(
        person=spell.person, unit=other, post_kind=kind, post_name="督学", starts_on=staff.ENTERED
    )
    draft = drafted("exit", unit_clerk, RETIRING, spell=spell)
    with pytest.raises(errors.LineFails) as refused:
        move(draft, "submit", unit_clerk)
    assert "督学" in sentence(refused.value)
    assert "督学" not in sentence(refused.value, unit_clerk)
    assert "EX-02" in sentence(refused.value, unit_clerk)
    draft2 = drafted("exit", unit_clerk, {**RETIRING, "exit_mode": "exit_mode.02"}, spell=spell)
    case = decided(move(draft2, "submit", unit_clerk), cast)
    assert case.state == State.CONFIRMING
    posting.refresh_from_db()
    assert posting.ends_on is None


def test_a_line_of_another_unit_is_refused(spell, home, foreign_bureau, unit_clerk):
    draft = drafted("exit", unit_clerk, RETIRING, spell=spell)
    line = draft.lines.get()

    quotas.grant(foreign_bureau, 1)
    line.spell = staff.enter(foreign_bureau, "外县人")
    line.save()
    with pytest.raises(errors.LineFails) as refused:
        move(draft, "submit", unit_clerk)
    assert isinstance(refused.value.refusal, errors.NotOfThisUnit)
    assert foreign_bureau.name not in sentence(refused.value, unit_clerk)


def test_somebody_who_left_meanwhile_cannot_leave_again(spell, unit_clerk, cast):
    case = submitted("exit", unit_clerk, RETIRING, spell=spell)
    staff.services.leave(
        spell=spell, on=dt.date(2026, 8, 1), exit_mode=staff.RETIRED, document=None, by=None
    )
    with pytest.raises(errors.LineFails) as refused:
        move(case, "pass", cast[case.state])
    assert isinstance(refused.value.refusal, staff_errors.SpellClosed)
    assert AuditEvent.objects.filter(kind="application.pass").count() == 0
    assert Occupancy.objects.get().ends_on == dt.date(2026, 8, 1)


@pytest.mark.rule("KD-01")
@pytest.mark.parametrize("kind", ["exit"])
def test_a_basis_is_a_document_or_a_number_and_only_one(kind, spell, document, unit_clerk, clerk):
    of = kinds.of(kind)

    def form(user=clerk, **data):
        return of.form({**RETIRING, "document_no": "", **data}, user=user, spell=spell)

    assert "没有登记的" in form().errors["document"][0]
    both = form(document=document.pk, document_no="嵊人社退〔2026〕7号")
    assert document.number in both.errors["document_no"][0]
    assert form(document=document.pk).is_valid()
    typed = form(document_no=document.number)
    assert typed.is_valid()
    assert (typed.cleaned_data["document"], typed.cleaned_data["document_no"]) == (document, "")
    odd = form(document_no="口头通知")
    assert odd.is_valid()
    assert odd.cleaned_data["document_no"] == "口头通知"


@pytest.mark.rule("PL-01")
@pytest.mark.parametrize("freeze", [True, False])
def test_a_place_freed_in_an_over_staffed_unit_goes_to_the_pool(
    freeze, spell, office, home, unit_clerk, cast
):
    Office.objects.create(name="嵊州市委编办", home=home)
    UseSetting.objects.create(
        number=1, prefix="剡", balance="off", relation="lt", per="all", recover=True
    )
    quotas.staffed(office, 2, 4, quotas.SUPPORT)
    old = KindVersion.objects.in_force("exit")
    KindVersion.objects.create(
        kind="exit", number=2, steps=old.steps, options={"freeze_on_exit": freeze}
    )
    document = DocumentFactory(scope=office.path)
    data = {**RETIRING, "document_no": "", "document": document.pk}
    case = decided(submitted("exit", unit_clerk, data, spell=spell), cast)
    assert case.document == document
    row = Balance.objects.get(unit=office, quota_type=quotas.ADMIN)
    assert (row.approved, row.actual) == (4 if freeze else 5, 0)
    assert PoolEntry.objects.filter(application=case, change=1).count() == int(freeze)


@pytest.mark.rule("PL-01")
@pytest.mark.parametrize("freeze", [True, False])
def test_the_pages_say_that_the_freed_place_is_taken_back(
    freeze, spell, office, home, unit_clerk, clerk, cast, client
):
    Office.objects.create(name="嵊州市委编办", home=home)
    UseSetting.objects.create(
        number=1, prefix="剡", balance="off", relation="lt", per="all", recover=True
    )
    quotas.staffed(office, 2, 4, quotas.SUPPORT)
    old = KindVersion.objects.in_force("exit")
    KindVersion.objects.create(
        kind="exit",
        number=2,
        steps=old.steps,
        partners=old.partners,
        options={"freeze_on_exit": freeze},
    )
    document = DocumentFactory(scope=office.path)
    data = {**RETIRING, "document_no": "", "document": document.pk}
    ahead = "空出的行政编制 1 名将由编办收回编制池，核定 5 → 4 名，可用不增加"
    client.force_login(unit_clerk)
    form = client.get(reverse("approvals:new", args=["exit"]), {"spell": spell.pk})
    box = client.post(form.context["look"], data)
    assert box.status_code == 200
    assert (ahead in box.text) is freeze  # while the form is filled in
    draft = drafted("exit", unit_clerk, data, spell=spell)

    def shown(user, name, case):
        client.force_login(user)
        return client.get(reverse(f"approvals:{name}", args=[case.pk])).text

    assert (ahead in shown(unit_clerk, "check", draft)) is freeze
    case = services.advance(application=draft, move="submit", by=unit_clerk)
    assert (ahead in shown(clerk, "detail", case)) is freeze
    assert "已收回编制池" not in shown(clerk, "detail", case)
    case = decided(case, cast)
    assert case.state == State.CONFIRMING
    for user, name in ((clerk, "detail"), (unit_clerk, "detail"), (unit_clerk, "filed")):
        page = shown(user, name, case)
        assert ("空出的编制已收回编制池" in page) is freeze
        assert ahead not in page
        assert "办理前 → 办理后" not in page  # it has happened: nothing is projected again
    client.force_login(unit_clerk)
    pool = client.get(reverse("approvals:pool")).text
    assert "编制池由编办管理" in pool
    assert "编制池是空的" not in pool  # what is not the unit's to see is not said to be empty
    assert ("出编后空出编制收回" in pool) is freeze
