"""A partner's day: one click, an objection that the office answers, the list for the payroll."""

import re

import pytest
from playwright.sync_api import expect

from apps.approvals import services
from apps.approvals.models import Confirmation
from tests.browser import DESK, PHONE
from tests.factories import quotas, units
from tests.factories.approvals import entry_line, filed_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_partner_confirms_objects_and_takes_the_list(visit, home, bureau, clerk, unit_clerk):
    quotas.grant(bureau, 5)
    deciders = [
        units.holder("zg", "supervisor", home, "钱主管"),
        clerk,
        units.holder("kz", "office_chief", home, "孙科长"),
        units.holder("zr", "office_director", home, "李主任"),
    ]
    personnel = units.holder("rs", "partner_personnel", home, "人社联办")
    units.holder("zz", "partner_organisation", home, "组织联办")
    for number, name in ((11, "张玥"), (13, "王强")):
        case = filed_entry(bureau, unit_clerk, entry_line(bureau, number, name))
        for who in deciders:
            case = services.advance(application=case, move="pass", by=who)
    faults = []

    def look(window, where):
        faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
        assert sideways(window.page) <= 0, where

    partner = visit(DESK, personnel)
    page = partner.open("/approvals/partners/")
    look(partner, "waiting")
    page.get_by_role("row", name=re.compile("王强")).get_by_role("button", name="确认").click()
    expect(page.get_by_text(re.compile("^已确认：RB"))).to_be_visible()
    page.get_by_role("row", name=re.compile("张玥")).get_by_role("link", name="查看").click()
    look(partner, "slip")
    page.get_by_role("button", name="提出异议").click()
    expect(page.locator(".error-summary")).to_contain_text("提出异议请写明理由")
    page.get_by_label("意见").fill("养老保险关系仍在外省")
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("有异议，待编办答复")).to_be_visible()

    office = visit(DESK, clerk)
    page = office.open("/approvals/joint/")
    look(office, "joint")
    page.get_by_role("link", name=re.compile("RB")).first.click()
    look(office, "case")
    page.get_by_role("link", name="答复异议").click()
    look(office, "answer")
    page.get_by_label("答复").fill("转入手续 11 月 20 日已办结")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("转入手续 11 月 20 日已办结").first).to_be_visible()

    phone = visit(PHONE, personnel)
    page = phone.open("/approvals/partners/")
    look(phone, "waiting on a phone")
    page.get_by_role("link", name=re.compile("RB")).first.click()
    expect(page.get_by_text("编办答复：转入手续 11 月 20 日已办结")).to_be_visible()
    look(phone, "slip on a phone")
    page.get_by_label("本部门业务号").fill("RS-2026-0412")
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("没有待确认的办件")).to_be_visible()
    assert Confirmation.objects.filter(partner="personnel", confirmed_at=None).count() == 0
    page.goto(page.url.replace("/partners/", "/partners/confirmed/"))
    look(phone, "confirmed on a phone")

    page = partner.open("/approvals/partners/changes/")
    look(partner, "payroll")
    expect(page.get_by_text("入编 2 人，出编 0 人")).to_be_visible()
    partner.open("/api/v1/")
    look(partner, "handbook")
    assert faults == []
