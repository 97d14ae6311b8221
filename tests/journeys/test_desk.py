"""An entry is returned, corrected and passed by all, each in a window; its effect is seen."""

import pytest
from playwright.sync_api import expect

from apps.approvals import services
from apps.approvals.models import Application
from apps.staff.models import Occupancy
from tests.browser import DESK, PHONE
from tests.factories import posts, quotas, staff, units
from tests.factories.approvals import entry_line, filed_entry, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_case_is_returned_corrected_passed_and_seen(
    visit, home, bureau, clerk, unit_clerk, own_media
):
    quotas.grant(bureau, 5)
    supervisor = units.holder("supervisor", "supervisor", home, "钱主管")
    chief = units.holder("chief", "office_chief", home, "孙科长")
    director = units.holder("director", "office_director", home, "李主任")
    case = filed_entry(bureau, unit_clerk)
    filed_entry(bureau, unit_clerk, entry_line(bureau, 13, "王强"))
    faults = []

    def look(window, where):
        faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
        assert sideways(window.page) <= 0, where

    first = visit(DESK, supervisor)
    page = first.open("/approvals/")
    expect(page.get_by_role("link", name="2 件待办")).to_be_visible()
    look(first, "inbox")
    page.get_by_role("link", name="入编", exact=True).first.click()
    expect(page.get_by_text("Q28 依据不完整")).to_be_visible()
    look(first, "case")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text("这是下一件")).to_be_visible()
    expect(page.get_by_role("heading", name="王强 入编 行政编制")).to_be_visible()

    office = visit(DESK, clerk)
    page = office.open(f"/approvals/{case.pk}/?tab=todo")
    page.get_by_role("button", name="退回补正").click()
    expect(page.locator(".error-summary")).to_contain_text("请填写退回补正的意见")
    page.get_by_role("button", name="材料不全，请补充后重新提交").click()
    expect(page.get_by_label("意见", exact=True)).to_have_value("材料不全，请补充后重新提交")
    page.get_by_role("button", name="退回补正").click()
    expect(page.get_by_text("已退回补正").first).to_be_visible()

    unit = visit(PHONE, unit_clerk)
    page = unit.open(f"/approvals/{case.pk}/?tab=todo")
    expect(page.get_by_text("材料不全，请补充后重新提交").first).to_be_visible()
    look(unit, "returned")
    page.get_by_role("link", name="修改并再次提交").click()
    page.get_by_role("button", name="提交审核").click()
    case.refresh_from_db()
    for who in (supervisor, clerk, chief, director):
        window = visit(PHONE if who == director else DESK, who)
        page = window.open(f"/approvals/{case.pk}/")
        look(window, str(who))
        page.get_by_role("button", name="通过", exact=True).click()
        expect(page.locator(".flash-success")).to_contain_text("已通过")
    assert Occupancy.objects.get().person.name == "张玥"
    assert Application.objects.get(pk=case.pk).effected_at is not None
    page = office.open(f"/people/{Occupancy.objects.get().person_id}/")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    page = office.open(f"/approvals/unit/{bureau.pk}/")
    look(office, "unit")
    expect(page.get_by_role("link", name="入编").first).to_be_visible()
    assert faults == []


def test_a_case_stuck_on_a_red_check_is_let_through_from_a_phone(
    visit, home, bureau, clerk, unit_clerk, document
):
    quotas.grant(bureau, 2)
    director = units.holder("director", "office_director", home, "李主任")
    posts.due(bureau, 1)
    posts.holder(bureau)
    person = staff.enter(bureau, "张玥").person
    taking = {
        "unit": bureau.pk,
        "post_kind": posts.CHIEF,
        "post_name": "局长",
        "starts_on": "2026-09-01",
        "document_no": "嵊委干〔2026〕5号",
    }
    case = submitted("post_take", unit_clerk, taking, person=person)
    office = visit(DESK, clerk)
    page = office.open(f"/approvals/{case.pk}/?tab=todo")
    expect(page.get_by_text("办理后超配 1 名").first).to_be_visible()
    page.get_by_role("button", name="请示放行").click()
    expect(page.locator(".flash-success")).to_contain_text("已请示 李主任")

    phone = visit(PHONE, director)
    page = phone.open("/approvals/?tab=copies")
    page.get_by_role("link", name="使用领导职数").first.click()
    page.get_by_text("放行红色校核").first.click()
    page.get_by_role("button", name="放行红色校核").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_label("放行理由").fill("换届过渡")
    page.locator("[name=document_text]").fill(document.number)
    page.get_by_role("button", name="放行红色校核").click()
    expect(page.get_by_text("本件有红色校核被放行")).to_be_visible()
    assert sideways(page) <= 0
    assert phone.accessibility_faults() == []

    page = office.open(f"/approvals/{case.pk}/?tab=todo")
    expect(page.get_by_text("换届过渡").first).to_be_visible()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".flash-success")).to_contain_text("已通过")


def test_on_a_phone_the_bar_leaves_the_page_to_the_reader_until_they_write(
    visit, bureau, clerk, unit_clerk
):
    quotas.grant(bureau, 5)
    case = filed_entry(bureau, unit_clerk)
    phone = visit(PHONE, clerk)
    page = phone.open(f"/approvals/{case.pk}/?tab=todo")
    bar, opinion = page.locator("#act"), page.get_by_label("意见", exact=True)
    refuse = page.get_by_role("button", name="不予通过", exact=True)
    expect(page.get_by_role("button", name="通过", exact=True)).to_be_visible()
    expect(opinion).to_be_hidden()
    assert bar.bounding_box()["height"] <= 70
    before = refuse.bounding_box()["y"]

    refuse.dispatch_event("click")  # it needs an opinion: it asks, and sends nothing
    expect(opinion).to_be_focused()
    assert abs(refuse.bounding_box()["y"] - before) <= 1
    assert page.evaluate("window.scrollY") == 0
    assert sideways(page) <= 0
    assert phone.accessibility_faults() == []
    page.get_by_role("button", name="收起").click()
    expect(opinion).to_be_hidden()
    page.get_by_role("button", name="写意见").click()
    page.get_by_role("button", name="无空编，不予通过").click()
    refuse.click()
    expect(page.locator(".flash-success")).to_contain_text("不予通过")
    case.refresh_from_db()
    assert case.trail.last().opinion == "无空编，不予通过"


def test_the_bottom_bar_of_a_director_does_not_cover_the_buttons(
    visit, home, bureau, clerk, unit_clerk
):
    quotas.grant(bureau, 5)
    director = units.holder("director", "office_director", home, "李主任")
    case = filed_entry(bureau, unit_clerk)
    for who in (clerk, director):
        case = services.advance(application=case, move="pass", by=who)
    phone = visit(PHONE, director)
    page = phone.open(f"/approvals/{case.pk}/?tab=todo")
    below = page.locator(".bottom-bar").bounding_box()
    button = page.get_by_role("button", name="通过", exact=True).bounding_box()
    assert button["y"] + button["height"] <= below["y"]
