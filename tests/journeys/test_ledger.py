"""A clerk enters a cut into the ledger: told before and after, checked, entered."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.quotas.models import Balance
from tests.browser import DESK, PHONE
from tests.factories import posts as p
from tests.factories import quotas as q

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staffed(bureau, document):
    q.grant(bureau, 10, document=document)
    q.people(bureau, 8)
    p.due(bureau, 1, document=document)
    return bureau


def test_a_cut_is_told_checked_and_entered(visit, clerk, staffed, document):
    window = visit(DESK, clerk)
    page = window.open(f"/quotas/entries/new/?unit={staffed.pk}&document={document.pk}")
    aside = page.locator(".form-aside")

    page.get_by_label("编制类型").select_option(label="行政编制")
    page.get_by_label("减编数").fill("5")
    page.get_by_label("变化原因").fill("机构改革精简")
    expect(aside).to_contain_text("10 → 5")
    expect(aside).to_contain_text("将有 3 名超出核定")
    faults = window.accessibility_faults()

    page.get_by_label("减编数").fill("2")
    page.get_by_label("变化原因").focus()
    expect(aside).to_contain_text("10 → 8")
    page.keyboard.press("Enter")  # Enter presses the main button, not “再加一行”
    expect(page.get_by_role("heading", level=1)).to_have_text("核对：增减编制")
    faults += window.accessibility_faults()

    page.get_by_role("button", name="记账 1 笔").click()
    expect(page.get_by_text("已记账 1 笔")).to_be_visible()
    faults += window.accessibility_faults()
    assert Balance.objects.get(unit=staffed).approved == 8
    assert faults == []


def test_the_form_works_without_script(visit, clerk, staffed, document):
    page = visit(DESK, clerk, java_script_enabled=False).open("/quotas/entries/new/")
    page.locator("[name=document_text]").fill(document.number)
    page.locator("[name=lines-0-unit_text]").fill(staffed.name)
    page.get_by_label("编制类型").select_option(label="行政编制")
    page.get_by_label("增编数").fill("3")
    page.get_by_label("变化原因").fill("新增职责")
    page.get_by_role("button", name="再加一行").click()
    expect(page.get_by_label("增编数").first).to_have_value("3")
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="记账 1 笔").click()
    expect(page.get_by_text("已记账 1 笔")).to_be_visible()
    assert Balance.objects.get(unit=staffed).approved == 13


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_pages_of_quotas_are_accessible_and_fit(visit, clerk, staffed, viewport):
    window = visit(viewport, clerk)
    faults = []
    for path in (
        "/quotas/",
        "/quotas/over/",
        f"/quotas/unit/{staffed.pk}/",
        f"/quotas/unit/{staffed.pk}/ledger/",
        "/posts/",
        f"/posts/unit/{staffed.pk}/ledger/",
        "/posts/entries/new/",
    ):
        page = window.open(path)
        faults += [f"{path}: {fault}" for fault in window.accessibility_faults()]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{path}: wider than the window")
    assert faults == []
