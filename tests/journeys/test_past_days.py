"""A leader looks at a day of the past, walks down on that day, and compares two days."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.staff.models import Occupancy
from tests.browser import DESK, PHONE
from tests.dashboards.conftest import *  # noqa: F403 - the small county
from tests.factories import quotas as q
from tests.factories.documents import DocumentFactory
from tests.quotas import world as w

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ON = "2018-05-17"
WORDS = "2018 年 5 月 17 日"
#: Where pictures go when somebody wants to look; nowhere in an ordinary run.
SHOTS = os.environ.get("BIANZHI_SHOTS", "")


@pytest.fixture
def later(world):
    """After the day five left the bureau, and a document gave it ten places more."""
    for spell in Occupancy.objects.filter(unit=world.bureau)[:5]:
        Occupancy.objects.filter(pk=spell.pk).update(
            ends_on=dt.date(2021, 1, 4), exit_mode_id="exit_mode.03", status_id=w.GONE
        )
    paper = DocumentFactory(scope=world.home.path, issued_on=dt.date(2017, 3, 2))
    q.grant(world.bureau, 1, on=dt.date(2017, 3, 5), document=paper)
    q.grant(
        world.bureau, 10, on=dt.date(2020, 2, 2), document=DocumentFactory(scope=world.home.path)
    )
    world.paper = paper
    return world


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_a_leader_walks_down_a_past_day_and_compares_two(visit, later, leader, viewport):
    window = visit(viewport, leader)
    size = "phone" if viewport is PHONE else "desk"
    faults = []

    def look(where):
        page = window.page
        faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{where}: wider than the window")
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/past-{where}-{size}.png", full_page=True)

    page = window.open("/board/")
    expect(page.locator(".as-of-note")).to_have_count(0)
    page.get_by_label("看某一天").fill(ON)
    page.get_by_role("button", name="查看", exact=True).click()
    note = page.get_by_role("note")
    expect(note).to_contain_text(WORDS)
    expect(page.locator(".figure").first).to_contain_text("实有 111 / 核定 113")
    look("board")

    page.locator("#below").get_by_role("link", name="嵊州市教育局").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("嵊州市教育局")
    expect(note).to_contain_text(WORDS)
    look("unit-board")

    page.goto(f"{window.address}/quotas/unit/{later.bureau.pk}/?on={ON}")
    expect(page.get_by_role("table").first).to_contain_text("31")
    look("unit")
    tabs = page.get_by_role("navigation", name="单位资料")
    tabs.get_by_role("link", name="人员").click()
    expect(note).to_contain_text(WORDS)
    expect(page.get_by_text("共 35 条", exact=True)).to_be_visible()
    look("people")
    tabs.get_by_role("link", name="文件").click()
    expect(note).to_contain_text(WORDS)
    look("documents")
    page.get_by_role("link", name=later.paper.number).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(later.paper.number)

    page.go_back()
    note.get_by_role("link", name="回到今天").click()
    expect(page.locator(".as-of-note")).to_have_count(0)

    page = window.open(f"/board/?on={ON}")
    page.get_by_role("link", name="比较两天").click()
    expect(page.get_by_label("前一天")).to_have_value(ON)
    sums = page.locator("#sums").get_by_role("row")
    expect(sums.filter(has_text="核定合计")).to_contain_text("+10")
    expect(sums.filter(has_text="实有合计")).to_contain_text("−5")
    expect(page.get_by_role("heading", name="走了谁")).to_be_visible()
    look("compare")
    page.get_by_label("前一天").fill("2024-01-01")
    page.get_by_label("后一天").fill(ON)
    page.get_by_role("button", name="比较", exact=True).click()
    expect(page.get_by_text("后一天须晚于前一天")).to_be_visible()
    expect(page.get_by_label("前一天")).to_have_value("2024-01-01")
    look("compare-wrong")
    assert faults == []
