"""From a contradiction to its end: the unit explains, the office looks, the figure is put right."""

import pytest
from playwright.sync_api import expect

from apps.checks.models import Finding
from apps.checks.services import check_all, check_changed
from apps.units.models import Office
from tests.browser import DESK, PHONE
from tests.factories import posts as p
from tests.factories import quotas as q

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_contradiction_is_explained_confirmed_and_put_right(
    visit, home, bureau, clerk, unit_clerk
):
    Office.objects.create(name="嵊州市编办", home=home)
    q.staffed(bureau, 3, 4)
    p.due(bureau, 1)
    p.holder(bureau)
    p.holder(bureau)
    check_all()
    faults = []

    def look(window, where):
        faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
        assert sideways(window.page) <= 0, where

    unit = visit(PHONE, unit_clerk)
    page = unit.open(f"/checks/unit/{bureau.pk}/")
    look(unit, "unit tab")
    page.get_by_role("link", name="Q04 领导职数超配").first.click()
    expect(page.get_by_text("单位领导正职应配 1 名", exact=True)).to_be_visible()
    look(unit, "finding")
    page.get_by_role("link", name="说明", exact=True).click()
    page.get_by_role("button", name="说明").click()
    expect(page.locator(".error-summary")).to_contain_text("请填写说明")
    look(unit, "explain")
    page.get_by_label("说明").fill("一人已任命到其他单位，离任手续在办")
    page.get_by_role("button", name="说明").click()
    expect(page.get_by_text("已登记：说明")).to_be_visible()

    office = visit(DESK, clerk)
    page = office.open("/checks/")
    look(office, "list")
    page.get_by_role("link", name="Q04 领导职数超配").click()
    expect(page.get_by_text("离任手续在办")).to_be_visible()
    page.get_by_role("link", name="确认属实").click()
    page.get_by_role("button", name="确认属实").click()
    expect(page.get_by_text("已登记：确认属实")).to_be_visible()
    look(office, "confirmed")

    page.get_by_role("link", name="已整改").click()
    page.get_by_role("button", name="已整改").click()
    expect(page.get_by_text("报称已整改，校核仍查出")).to_be_visible()
    p.due(bureau, 1)
    check_changed()
    page.reload()
    expect(page.get_by_text("已消除").first).to_be_visible()
    assert Finding.objects.get(rule="Q04").gone_why == "fixed"

    for path in ("/checks/rules/", "/checks/rules/Q33/", "/checks/trend/", "/checks/runs/"):
        office.open(path)
        look(office, path)
    assert faults == []
