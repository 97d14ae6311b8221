"""Two bureaus merge by a document: figures right, history told, the tree of the day before."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.quotas.models import Balance
from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.browser import DESK, PHONE
from tests.factories import quotas, units
from tests.factories.documents import DocumentFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("BIANZHI_SHOTS", "")
ON = dt.date(2019, 1, 19)


@pytest.fixture
def county():
    home = units.county("嵊州市")
    for name, department, approved, people in (
        ("嵊州市文化广电新闻出版局", "艺术科", 12, 11),
        ("嵊州市旅游局", "市场科", 8, 9),
    ):
        bureau = units.unit(name, home, nature_id="nature.101", established_on=units.DAY)
        units.unit("办公室", bureau, entity_kind=EntityKind.DEPARTMENT)
        units.unit(department, bureau, entity_kind=EntityKind.DEPARTMENT)
        quotas.staffed(bureau, approved, people)
    return home


def choose(page: Page, name: str, text: str) -> None:
    page.locator(f"[name={name}_text]").press_sequentially(text)
    page.get_by_role("option").first.click()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_two_bureaus_merge_and_the_past_still_shows_both(visit, county):
    clerk = units.holder("clerk", "office_clerk", county, "周经办")
    document = DocumentFactory(scope=county.path, number="嵊编〔2019〕3号", issued_on=ON)
    desk = visit(user=clerk)

    page = desk.open(f"/units/merge/?document={document.pk}")
    choose(page, "unit1", "文化广电")
    choose(page, "unit2", "旅游")
    page.locator("[name=on]").fill(ON.isoformat())
    page.get_by_label("合并新设的机构名称").fill("嵊州市文化广电旅游局")
    shot(page, "merge-form")
    page.get_by_role("button", name=re.compile("下一步")).click()

    expect(page.get_by_text("以下是按所填内容试办的结果")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="嵊州市文化广电旅游局").first
    expect(row).to_contain_text("20")
    shot(page, "merge-check")
    assert desk.accessibility_faults() == []
    assert not Unit.objects.filter(name="嵊州市文化广电旅游局").exists()
    page.get_by_role("button", name="确认合并").click()

    expect(page.get_by_text("合并已办理，承接机构是“嵊州市文化广电旅游局”")).to_be_visible()
    finding = "2 个机构转入 1 个机构，随转人员 20 人、编制 20 名"
    expect(page.get_by_text(re.compile(finding)).first).to_be_visible()
    expect(page.locator(".chart-canvas canvas")).to_be_visible()
    shot(page, "reform")
    assert desk.accessibility_faults() == []
    new = Unit.objects.get(name="嵊州市文化广电旅游局")
    balance = Balance.objects.get(unit=new)
    assert (balance.approved, balance.actual, balance.over_allowed) == (20, 20, 0)

    page = desk.open(f"/units/{new.pk}/history/")
    expect(page.get_by_role("link", name="嵊州市旅游局").first).to_be_visible()
    shot(page, "history")

    page = desk.open("/units/tree/?on=2019-01-18")
    expect(page.get_by_text("嵊州市旅游局")).to_be_visible()
    expect(page.get_by_text("嵊州市文化广电旅游局")).to_have_count(0)
    page.get_by_role("treeitem", name=re.compile("嵊州市旅游局")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("市场科")).to_be_visible()
    shot(page, "past-tree")
    assert desk.accessibility_faults() == []

    phone = visit(viewport=PHONE, user=clerk)
    for path, name in (
        ("/units/tree/?on=2019-01-18", "past-tree"),
        (f"/units/evolution/?under={county.pk}", "evolution"),
        (f"/units/evolution/{document.pk}/", "reform"),
        ("/units/merge/", "merge-form"),
        ("/units/plates/", "plates"),
    ):
        page = phone.open(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], f"{path} is {wide} wide"
        shot(page, f"phone-{name}")
    for path, name in (("/units/evolution/", "evolution"), ("/units/plates/", "plates"),
                       (f"/units/{new.pk}/", "detail"), ("/units/split/", "split")):  # fmt: skip
        shot(desk.open(path), name)
    assert desk.page.viewport_size == DESK
