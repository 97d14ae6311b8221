"""部门联办: turns and their order, scopes, objections, partners without an account, paper forms."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.homes import home_of
from apps.approvals import errors, services
from apps.approvals.choices import State
from apps.approvals.models import Application, Confirmation, KindVersion
from apps.approvals.queries import joint
from apps.approvals.services import paper
from apps.quotas.models import Balance
from apps.staff.models import Occupancy
from tests.factories import quotas, staff, units
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db


def move(application, name, by, **more):
    return services.advance(application=application, move=name, by=by, **more)


def post(client: Client, name: str, *args: object, **fields: object):
    return client.post(reverse(name, args=args), {"_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def decided(office, unit_clerk, supervisor, clerk, chief, director):
    """An entry that took effect: with the partners, or on paper."""

    def make(*lines) -> Application:
        case = filed_entry(office, unit_clerk, *lines)
        for who in (supervisor, clerk, chief, director):
            case = move(case, "pass", who)
        return case

    return make


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def part(case, code) -> Confirmation:
    return case.confirmations.get(partner=code)


@pytest.mark.rule("AP-09")
@pytest.mark.rule("JT-01")
def test_a_slip_shows_only_to_the_partner_whose_turn_it_is(decided, partners):
    case = decided()
    assert [row.partner for row in joint.waiting(partners["personnel"])] == ["personnel"]
    assert not joint.waiting(partners["finance"]).exists()
    page = browser(partners["finance"])
    assert page.get(reverse("approvals:slip", args=[part(case, "finance").pk])).status_code == 404
    assert page.get(reverse("approvals:slip", args=[part(case, "personnel").pk])).status_code == 404
    for code in ("personnel", "organisation"):
        case = move(case, "confirm", partners[code])
    assert [row.partner for row in joint.waiting(partners["finance"])] == ["finance"]
    due = part(case, "finance")
    assert due.arrived_at is not None
    assert due.due_at > due.arrived_at


def test_the_page_of_a_case_names_every_partner_whose_turn_it_is(decided, unit_clerk):
    case = decided()
    Confirmation.objects.filter(application=case, partner="personnel").update(
        due_at=case.due_at - dt.timedelta(days=2)
    )
    Application.objects.filter(pk=case.pk).update(due_at=case.due_at - dt.timedelta(days=2))
    page = browser(unit_clerk).get(reverse("approvals:detail", args=[case.pk]))
    until = timezone.localtime(part(case, "personnel").due_at)
    assert page.context["where"]["step"] == "组织部门联办、人社部门联办"
    assert page.context["where"]["lamp"].until == f"{until:%m-%d %H:%M} 前"


@pytest.mark.rule("JT-02")
def test_one_click_and_several_at_once(decided, office, partners):
    first, second = decided(), decided(entry_line(office, 13, "王强"))
    page = browser(partners["personnel"])
    listed = page.get(reverse("approvals:to_confirm")).content.decode()
    assert first.number in listed
    assert second.number in listed
    answer = post(page, "approvals:confirm", only=part(first, "personnel").pk)
    assert answer.status_code == 302
    assert part(first, "personnel").confirmed_by == partners["personnel"]
    assert part(second, "personnel").confirmed_at is None
    foreign = part(first, "organisation").pk
    post(page, "approvals:confirm", pk=[part(second, "personnel").pk, foreign])
    assert part(second, "personnel").confirmed_at is not None
    assert part(first, "organisation").confirmed_at is None
    again = page.post(
        reverse("approvals:confirm"),
        {"_key": str(uuid.uuid4()), "only": part(first, "personnel").pk},
        follow=True,
    )
    assert "没有选中待确认的办件" in again.content.decode()


def test_a_number_of_ones_own_is_kept_and_found(decided, partners):
    case = decided()
    page = browser(partners["personnel"])
    row = part(case, "personnel")
    shown = page.get(reverse("approvals:slip", args=[row.pk]))
    assert shown.status_code == 200
    assert "张玥" in shown.content.decode()
    answer = post(
        page, "approvals:slip_confirm", row.pk, reference_no="RS-2026-77", seen=case.revision
    )
    assert answer.status_code == 302
    assert part(case, "personnel").reference_no == "RS-2026-77"
    found = page.get(reverse("approvals:confirmed"), {"q": "RS-2026"}).content.decode()
    assert case.number in found
    assert case.number not in page.get(reverse("approvals:to_confirm")).content.decode()


@pytest.mark.rule("JT-03")
def test_an_objection_is_answered_in_words_and_then_confirmed(decided, partners, clerk):
    case = decided()
    page = browser(partners["personnel"])
    row = part(case, "personnel")
    empty = post(page, "approvals:slip_object", row.pk, opinion=" ")
    assert empty.status_code == 422
    assert "提出异议请写明理由" in empty.content.decode()
    post(page, "approvals:slip_object", row.pk, opinion="本人工资仍在外县发放")
    assert joint.counts(partners["personnel"]).objected == 1

    desk = browser(clerk)
    assert joint.objections_for(clerk) == 1
    assert "有异议需要答复" in desk.get(reverse("approvals:joint")).content.decode()
    shown = desk.get(reverse("approvals:joint_case", args=[case.pk])).content.decode()
    assert "本人工资仍在外县发放" in shown
    assert "答复异议" in shown
    assert post(desk, "approvals:answer", row.pk, opinion="").status_code == 422
    post(desk, "approvals:answer", row.pk, opinion="已核实，外县 10 月停发")
    assert joint.objections_for(clerk) == 0
    with pytest.raises(errors.NothingObjected):
        move(case, "answer", clerk, opinion="再答一次", partner="personnel")
    assert (
        "已核实，外县 10 月停发"
        in page.get(reverse("approvals:slip", args=[row.pk])).content.decode()
    )
    post(page, "approvals:slip_confirm", row.pk)
    assert part(case, "personnel").confirmed_at is not None
    assert [s.move for s in case.trail.all()][-3:] == ["object", "answer", "confirm"]
    assert case.trail.filter(move="object").get().opinion == "本人工资仍在外县发放"


def test_a_new_objection_waits_for_a_new_answer(decided, partners, clerk):
    case = decided()
    move(case, "object", partners["personnel"], opinion="姓名不符")
    move(case, "answer", clerk, opinion="已更正", partner="personnel")
    move(case, "object", partners["personnel"], opinion="证件仍不符")
    assert joint.objections_for(clerk) == 1
    assert part(case, "personnel").answer == ""


@pytest.mark.rule("JT-04")
def test_a_partner_without_an_account_does_not_block(
    office, unit_clerk, supervisor, clerk, chief, director, document, home
):
    personnel = units.holder("personnel", "partner_personnel", home, "人社联办")
    case = filed_entry(office, unit_clerk)
    for who in (supervisor, clerk, chief, director):
        case = move(case, "pass", who)
    with pytest.raises(errors.PartnerActs):
        move(case, "confirm_for", clerk, opinion="代办", partner="personnel", document=document)
    with pytest.raises(errors.PaperMissing):
        move(case, "confirm_for", clerk, opinion="代办", partner="organisation")
    with pytest.raises(PermissionDenied):
        move(case, "confirm_for", supervisor, opinion="代办", document=document)
    desk = browser(clerk)
    row = part(case, "organisation")
    lacking = post(desk, "approvals:confirm_for", row.pk, opinion="已盖章")
    assert lacking.status_code == 422
    assert part(case, "organisation").confirmed_at is None
    post(desk, "approvals:confirm_for", row.pk, opinion="已在表上盖章", document=document.pk)
    row = part(case, "organisation")
    assert (row.confirmed_by, row.paper_document, row.opinion) == (clerk, document, "已在表上盖章")
    shown = desk.get(reverse("approvals:joint_case", args=[case.pk])).content.decode()
    assert "编办凭纸质材料代为确认" in shown
    assert document.number in shown
    case = move(case, "confirm", personnel)
    for code in ("finance", "insurance"):
        case = move(case, "confirm_for", clerk, opinion="已盖章", partner=code, document=document)
    assert case.state == State.DONE


def test_the_applicant_does_not_stand_in_for_a_partner(
    office, clerk, chief, director, document, home
):
    case = filed_entry(office, clerk)
    second = units.holder("second", "office_clerk", home, "二号经办")
    for who in (second, chief, director):
        case = move(case, "pass", who)
    with pytest.raises(errors.OwnApplication):
        move(case, "confirm_for", clerk, opinion="代办", partner="personnel", document=document)


def test_partners_of_another_county_see_and_confirm_nothing(decided, foreign_home, partners):
    case = decided()
    other = units.holder("far", "partner_personnel", foreign_home, "外县人社")
    page = browser(other)
    row = part(case, "personnel")
    assert case.number not in page.get(reverse("approvals:to_confirm")).content.decode()
    for name in ("approvals:slip_confirm", "approvals:slip_object"):
        assert post(page, name, row.pk, opinion="x").status_code == 404
    post(page, "approvals:confirm", only=row.pk)
    assert part(case, "personnel").confirmed_at is None
    assert page.get(reverse("approvals:joint_case", args=[case.pk])).status_code == 404


def test_who_is_no_partner_is_refused(unit_clerk, clerk):
    for who in (unit_clerk, clerk):
        assert browser(who).get(reverse("approvals:to_confirm")).status_code == 403


def test_a_partner_begins_with_what_waits(partners):
    for user in partners.values():
        assert home_of(user) == reverse("approvals:to_confirm")


@pytest.mark.rule("JT-07")
def test_the_payroll_list_has_who_came_and_went(decided, office, partners):
    stayed = staff.enter(office, "老同志", starts_on=dt.date(2020, 1, 1))
    decided()
    page = browser(partners["finance"])
    shown = page.get(reverse("approvals:payroll"))
    assert "张玥" in shown.content.decode()
    assert (shown.context["entering"], shown.context["leaving"]) == (1, 0)
    assert stayed.person.name not in [
        row.person.name
        for row in joint.changes_between(
            partners["finance"], timezone.localdate(), timezone.localdate(), by_effect=False
        )
    ]
    early = page.get(
        reverse("approvals:payroll"),
        {"period_after": "2020-01-01", "period_before": "2020-01-31", "direction": "in"},
    )
    assert (early.context["entering"], early.context["leaving"]) == (1, 0)
    by_effect = page.get(
        reverse("approvals:payroll"),
        {"period_after": "2020-01-01", "period_before": "2020-01-31", "basis": "effect"},
    )
    assert by_effect.context["entering"] == 0
    assert page.get(reverse("approvals:payroll"), {"period_after": "x"}).status_code == 400
    wrong = {"period_after": "2026-02-01", "period_before": "2026-01-01"}
    assert page.get(reverse("approvals:payroll"), wrong).status_code == 400
    book = page.get(reverse("approvals:payroll"), {"export": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"


# -- paper -----------------------------------------------------------------------------------


@pytest.fixture
def on_paper(db):
    old = KindVersion.objects.in_force("entry")
    return KindVersion.objects.create(
        kind="entry",
        number=old.number + 1,
        steps=old.steps,
        materials=old.materials,
        partners=old.partners,
        options=old.options,
        paper=True,
    )


@pytest.mark.rule("JT-05")
@pytest.mark.rule("JT-06")
def test_the_paper_travels_and_the_place_is_held(on_paper, decided, office, clerk, partners):
    case = decided()
    assert case.state == State.REGISTERED
    cell = Balance.objects.get(unit=office)
    assert (cell.actual, cell.reserved) == (0, 1)
    assert not Occupancy.objects.exists()
    desk = browser(clerk)
    assert case.number in desk.get(reverse("approvals:paper")).content.decode()
    nobody = post(desk, "approvals:paper_form", case.pk, move="collect", collector="")
    assert nobody.status_code == 422
    post(
        desk,
        "approvals:paper_form",
        case.pk,
        move="collect",
        collector="王小明",
        phone="13800001234",
    )
    case.refresh_from_db()
    assert case.state == State.COLLECTED
    step = case.trail.last()
    assert step.facts["collector"] == "王小明"
    assert "13800001234" not in str(step.facts)
    assert paper.phone_of(step) == "13800001234"
    shown = desk.get(reverse("approvals:paper_form", args=[case.pk])).content.decode()
    assert "138****1234" in shown
    assert "13800001234" not in shown
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    late = post(desk, "approvals:paper_form", case.pk, move="bring_back", on=tomorrow.isoformat())
    assert late.status_code == 422
    post(desk, "approvals:paper_form", case.pk, move="collect", collector="又一人")
    assert Application.objects.get(pk=case.pk).state == State.COLLECTED
    post(
        desk,
        "approvals:paper_form",
        case.pk,
        move="bring_back",
        on=timezone.localdate().isoformat(),
        stamped=["personnel", "finance"],
    )
    case.refresh_from_db()
    assert case.state == State.BROUGHT_BACK
    assert case.trail.last().facts["stamped"] == ["personnel", "finance"]
    assert not Occupancy.objects.exists()
    post(desk, "approvals:paper_form", case.pk, move="update")
    case.refresh_from_db()
    assert case.state == State.CONFIRMING
    cell.refresh_from_db()
    assert (cell.actual, cell.reserved) == (1, 0)
    assert case.lines.get().held.released_at is not None


@pytest.mark.rule("JT-06")
def test_a_held_place_is_not_given_to_another(
    on_paper, home, unit_clerk, supervisor, clerk, chief, director, bureau
):
    quotas.grant(bureau, 1)
    case = filed_entry(bureau, unit_clerk)
    for who in (supervisor, clerk, chief):
        case = move(case, "pass", who)
    other = filed_entry(bureau, unit_clerk, entry_line(bureau, 13, "王强"))
    for who in (supervisor, clerk, chief):
        other = move(other, "pass", who)
    move(case, "pass", director)
    with pytest.raises(errors.LineFails):
        move(other, "pass", director)
    assert Application.objects.get(pk=other.pk).state == State.DECIDING
    assert Balance.objects.get(unit=bureau).reserved == 1


# -- what does not agree --------------------------------------------------------------------------
def differing(user, query=""):
    page = browser(user).get(reverse("approvals:differences") + query)
    assert page.status_code == 200
    return [(row.partner, page.context["table"].value_what(row)) for row in page.context["page"]]


@pytest.mark.rule("JT-08")
def test_differences_are_a_partners_own_and_all_of_them_for_the_office(decided, partners, clerk):
    case = decided()
    assert differing(clerk) == []
    ago = timezone.now() - dt.timedelta(days=3)
    case.confirmations.filter(partner="personnel").update(due_at=ago)
    move(case, "object", partners["organisation"], opinion="任职文件有误")
    assert differing(partners["personnel"]) == [("personnel", "已入库，逾期未确认")]
    assert differing(partners["organisation"]) == [("organisation", "有异议，尚未确认")]
    assert differing(partners["insurance"]) == []  # not its turn yet
    part = case.confirmations.get(partner="personnel")
    for user, there in (
        (partners["personnel"], reverse("approvals:slip", args=[part.pk])),
        (clerk, reverse("approvals:joint_case", args=[case.pk])),
    ):
        page = browser(user).get(reverse("approvals:differences")).content.decode()
        assert f'<a href="{there}">{case.number}</a>' in page
        assert browser(user).get(there).status_code == 200
    assert sorted(differing(clerk)) == [
        ("organisation", "有异议，尚未确认"),
        ("personnel", "已入库，逾期未确认"),
    ]
    case.refresh_from_db()
    move(case, "confirm", partners["personnel"])
    assert differing(partners["personnel"]) == [("personnel", "逾期后才确认；已确认，缺对方业务号")]
    for what, found in (("late", 1), ("unnumbered", 1), ("overdue", 0), ("objected", 0)):
        assert len(differing(partners["personnel"], f"?what={what}")) == found
    answer = browser(clerk).get(reverse("approvals:differences") + "?export=csv")
    taken = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    answer.close()
    assert "任职文件有误" in taken.decode("utf-8-sig")


@pytest.mark.rule("JT-08")
def test_what_was_confirmed_in_time_under_its_number_is_no_difference(
    decided, partners, clerk, foreign_home
):
    case = decided()
    move(case, "confirm", partners["personnel"], reference_no="RS-2026-1")
    assert differing(clerk) == []
    case.confirmations.filter(partner="organisation").update(
        due_at=timezone.now() - dt.timedelta(days=1)
    )
    assert [code for code, _ in differing(clerk)] == ["organisation"]
    outside = units.holder("foreign", "office_clerk", foreign_home, "外县经办")
    assert differing(outside) == []
    unit = units.holder("unit", "unit_clerk", foreign_home, "外县单位")
    assert browser(unit).get(reverse("approvals:differences")).status_code == 403
