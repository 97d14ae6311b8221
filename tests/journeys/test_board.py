"""A leader on a phone between two meetings: the board, down to a unit, the sheet; axe on each."""

import pytest
from playwright.sync_api import expect

from tests.browser import DESK, PHONE
from tests.dashboards.conftest import *  # noqa: F403 - the small county

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_leader_reads_the_board_on_a_phone_and_walks_down_to_a_unit(visit, world, leader):
    window = visit(PHONE, leader)
    faults = []

    def look(where):
        faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
        assert sideways(window.page) <= 0, where

    page = window.open("/")  # lands on the board
    expect(page.get_by_role("heading", level=1)).to_have_text("嵊州市")
    expect(page.get_by_text("数据截至")).to_be_visible()
    expect(page.locator(".figure").nth(0)).to_contain_text("99.1%")
    expect(page.locator(".figure").nth(1)).to_contain_text("毛空编 6 − 毛超编 5")
    expect(page.locator(".figure").nth(2)).to_contain_text("超编 5 名")
    expect(page.locator(".figure").nth(3)).to_contain_text("缺配 2 名")
    bar = page.get_by_role("navigation", name="常用页面")
    expect(bar.get_by_role("link", name="总览")).to_have_attribute("aria-current", "page")
    look("board")

    page.locator("#below").get_by_role("link", name="嵊州市教育局").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("嵊州市教育局")
    look("bureau")
    page.locator("#below").get_by_role("link", name="所属事业单位").click()
    page.locator("#below").get_by_role("link", name="机关幼儿园").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("机关幼儿园")
    look("unit")

    bar.get_by_role("link", name="提示表").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("编制提示表")
    look("sheet")
    page.get_by_role("link", name="只看超编的单位").click()
    expect(page.locator(".row-unit")).to_have_count(1)
    look("marked")
    page.get_by_role("link", name="干部配置情况").click()
    expect(page.locator(".row-unit").filter(has_text="教育局")).to_contain_text("1")
    look("posts")
    page.get_by_role("link", name="横向看整张表").click()
    look("wide")

    assert faults == []


def test_numbers_of_a_table_stand_under_each_other(visit, world, leader):
    page = visit(PHONE, leader).open("/board/")
    edges = page.evaluate(
        """() => [...document.querySelectorAll('#below tbody tr')].map(row =>
          [...row.querySelectorAll('td.num')].filter(cell => cell.offsetParent)
            .map(cell => Math.round(cell.getBoundingClientRect().right)))"""
    )

    assert len(edges) == 2
    assert edges[0] == edges[1]
    assert len(edges[0]) == 4


def test_the_sheet_keeps_names_and_head_in_sight_on_a_desk(visit, world, leader):
    window = visit(DESK, leader)
    page = window.open("/board/quota-sheet/?open=all")
    frame = page.locator(".sheet-scroll")
    frame.evaluate("frame => { frame.scrollLeft = 10000; frame.scrollTop = 10000; }")

    name = page.locator(".sheet-name").first.bounding_box()
    box = frame.bounding_box()
    assert abs(name["x"] - box["x"] - 40) < 8
    assert sideways(page) <= 0
    assert window.accessibility_faults() == []


def test_first_pages_and_search_are_usable_by_everybody(visit, world, clerk, unit_clerk):
    faults = []
    for user, heading in ((clerk, "工作台"), (unit_clerk, "首页")):
        for viewport in (DESK, PHONE):
            window = visit(viewport, user)
            page = window.open("/")
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
            faults += window.accessibility_faults()
            assert sideways(page) <= 0
    page.goto(f"{window.address}/search/")
    box = page.locator("#search-q")
    box.fill("jyj")
    box.press("Enter")
    expect(page.get_by_role("link", name="嵊州市教育局")).to_be_visible()
    assert page.url.endswith("/search/?q=jyj")
    box.fill("330683198503120036")
    box.press("Enter")
    expect(page.get_by_text("证件号不在这里查")).to_be_visible()
    assert "330683" not in page.url
    faults += window.accessibility_faults()

    assert faults == []
