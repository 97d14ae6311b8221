"""A unit of one county asks for somebody of another; the other county's office answers first."""

import pytest
from playwright.sync_api import expect

from apps.approvals.choices import State
from apps.approvals.models import Application
from apps.staff.models import Occupancy
from tests.browser import DESK, PHONE
from tests.factories import quotas, staff, units
from tests.factories.approvals import filed_transfer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_the_other_county_lets_somebody_go_and_the_own_office_decides(
    visit, home, bureau, clerk, unit_clerk, foreign_home, foreign_bureau
):
    quotas.grant(bureau, 5)
    quotas.grant(foreign_bureau, 9)
    spell = staff.enter(foreign_bureau, "张玥", post_name="科员")
    chief = units.holder("chief", "office_chief", home, "孙科长")
    director = units.holder("director", "office_director", home, "李主任")
    giver = units.holder("giver", "office_clerk", foreign_home, "冯外县")
    case = filed_transfer(spell, bureau, unit_clerk)
    assert case.state == State.RELEASING  # nobody supervises

    phone = visit(PHONE, giver)
    page = phone.open("/approvals/")
    page.get_by_role("link", name="跨单位划转").first.click()
    expect(page.get_by_text("请答复是否同意划出")).to_be_visible()
    expect(page.get_by_text(f"{foreign_bureau.name} · 行政编制")).to_be_visible()
    expect(page.get_by_text(f"{bureau.name} · 行政编制")).to_have_count(0)
    expect(page.get_by_text("可以划出")).to_be_visible()
    assert sideways(page) <= 0
    assert phone.accessibility_faults() == []
    page.get_by_role("button", name="同意划出", exact=True).click()
    expect(page.locator(".flash-success")).to_contain_text("下一环节：编办经办审核")
    for who in (clerk, chief, director):
        window = visit(DESK, who)
        page = window.open(f"/approvals/{case.pk}/?tab=todo")
        expect(page.get_by_text("同意划出").first).to_be_visible()
        page.get_by_role("button", name="通过", exact=True).click()
        expect(page.locator(".flash-success")).to_contain_text("已通过")
    assert Occupancy.objects.open().get(person=spell.person).unit == bureau
    assert Application.objects.get(pk=case.pk).effected_at is not None
