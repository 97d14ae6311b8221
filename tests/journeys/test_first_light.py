"""First light as its users walk it, in Chromium: every page by axe, no CSP violation."""

import re

import pytest
from playwright.sync_api import expect

from apps.quotas.models import Balance, QuotaEntry
from tests.browser import DESK, PHONE
from tests.exchange.books import QUOTA_HEADERS, saved
from tests.factories import quotas, units

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_media"),
]


def test_a_clerk_signs_in_finds_a_unit_and_opens_its_tabs(visit, clerk, bureau):
    quotas.grant(bureau, 12)
    quotas.people(bureau, 3)
    window = visit(DESK)
    page = window.open("/")
    page.get_by_label("用户名").fill("clerk")
    page.locator("input[name=password]").fill("正确的-Horse-9")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("工作台")
    faults = window.accessibility_faults()

    window.open("/units/")
    page.get_by_label("机构", exact=True).fill("jyj")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=bureau.name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(bureau.name)
    faults += window.accessibility_faults()
    for tab in ("编制与职数", "内设机构", "人员", "沿革", "文件", "变更"):
        page.get_by_role("navigation", name="单位资料").get_by_role("link", name=tab).click()
        expect(page.locator("[data-tabs] a[aria-current=page]")).to_have_text(tab)
        faults += [f"{tab}: {fault}" for fault in window.accessibility_faults()]

    assert faults == []


def test_a_clerk_imports_a_workbook_with_faults_and_then_a_clean_one(
    visit, clerk, bureau, document, tmp_path
):
    right = [None, bureau.name, "行政编制", "2015-03-01", document.number, 12, None, "核定"]
    wrong = [None, bureau.name, "行政编治", "2015.13.1", document.number, 12, None, "核定"]
    window = visit(DESK, clerk)
    page = window.open("/exchange/import/")
    faults = window.accessibility_faults()
    page.get_by_role("link", name="上传文件：编制台账").click()
    faults += window.accessibility_faults()
    page.get_by_label("填好的文件").set_input_files(
        saved(tmp_path / "wrong.xlsx", QUOTA_HEADERS, wrong)
    )
    page.get_by_role("button", name="上传并校验").click()
    expect(page.get_by_text("编制类型（C列）")).to_be_visible()
    expect(page.get_by_text("日期（D列）")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("确认导入"))).to_have_count(0)
    faults += window.accessibility_faults()
    with page.expect_download() as marked:
        page.get_by_role("link", name="下载标注错误的文件").click()
    assert marked.value.suggested_filename.endswith(".xlsx")
    assert not QuotaEntry.objects.exists()

    page.get_by_role("link", name="重新上传").click()
    page.get_by_label("填好的文件").set_input_files(
        saved(tmp_path / "right.xlsx", QUOTA_HEADERS, right)
    )
    page.get_by_role("button", name="上传并校验").click()
    faults += window.accessibility_faults()
    page.get_by_role("button", name="确认导入 1 条").click()
    expect(page.locator(".lamp", has_text="已导入")).to_be_visible()
    faults += window.accessibility_faults()

    assert Balance.objects.get(unit=bureau).approved == 12
    assert faults == []


def test_a_leader_reads_the_board_on_a_phone_and_goes_down_to_the_unit(visit, leader, home, bureau):
    over = units.unit("嵊州市水利局", home, nature_id="nature.101")
    quotas.grant(bureau, 10)
    quotas.people(bureau, 4)
    quotas.grant(over, 2)
    quotas.allow(over, 1)
    quotas.people(over, 3)
    window = visit(PHONE, leader)
    page = window.open("/board/")
    faults = window.accessibility_faults()
    expect(page.locator("main")).to_contain_text("净空编")
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.get_by_role("link", name=over.name).first.click()
    expect(page.locator("h1")).to_contain_text(over.name)
    faults += window.accessibility_faults()

    assert width <= 0
    assert faults == []


def test_a_unit_clerk_sees_the_own_unit_and_nothing_else(visit, unit_clerk, bureau, foreign_bureau):
    window = visit(DESK, unit_clerk)
    page = window.open("/units/")
    expect(page.get_by_role("link", name=bureau.name)).to_be_visible()
    assert foreign_bureau.name not in page.content()

    window.open(f"/units/{foreign_bureau.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("没有这个页面")
    assert window.accessibility_faults() == []
