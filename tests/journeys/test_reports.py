"""A clerk makes a table of the month, opens a figure to its people, and keeps the question."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.reports.models import SavedQuery
from tests.browser import DESK, PHONE
from tests.factories import quotas as q

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staffed(bureau, document):
    q.grant(bureau, 10, document=document)
    q.people(bureau, 8)
    return bureau


def test_a_figure_of_a_table_opens_to_its_people_and_becomes_a_question(visit, clerk, staffed):
    window = visit(DESK, clerk)
    page = window.open("/reports/")
    faults = window.accessibility_faults()
    page.get_by_role("link", name="空编超编统计表").click()
    total = page.locator("tr.row-total")
    expect(total).to_contain_text("80.0%")
    faults += window.accessibility_faults()
    total.get_by_role("link", name="8", exact=True).click()
    expect(page.locator("#query-answer h2")).to_have_text("8 人")

    with page.expect_response(lambda answer: "step=form" in answer.url):
        page.get_by_label("条件 3", exact=True).select_option(label="年龄")
    with page.expect_response(lambda answer: "step=form" in answer.url):
        page.get_by_label("年龄的比较方式").select_option(label="大于")
    page.wait_for_timeout(500)  # the form has been swapped
    page.get_by_label("年龄的值").fill("90")
    page.get_by_role("button", name="统计", exact=True).click()
    expect(page.locator("#query-answer")).to_contain_text("没有符合条件的记录")
    page.get_by_label("年龄的值").fill("20")
    page.get_by_text("分组和合计").click()
    page.get_by_label("分组 1").select_option(label="编制类型")
    page.get_by_role("button", name="统计", exact=True).click()
    expect(page.locator("#query-answer tbody tr")).to_have_count(1)
    page.get_by_label("保存为").fill("二十岁以上")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存为“二十岁以上”")).to_be_visible()
    faults += window.accessibility_faults()
    assert SavedQuery.objects.get().name == "二十岁以上"
    assert faults == []


def test_tables_and_questions_fit_a_phone_and_work_without_script(visit, clerk, staffed):
    window = visit(PHONE, clerk, java_script_enabled=False)
    page = window.open("/reports/people/")
    page.get_by_label("条件 1", exact=True).select_option(label="编制所在单位")
    page.get_by_role("button", name="更新条件").click()
    page.get_by_label("编制所在单位的值").fill("教育")
    page.get_by_role("button", name="统计", exact=True).click()
    expect(page.locator("#query-answer h2")).to_have_text("8 人")
    page = window.open("/reports/tables/4/")
    expect(page.locator("tr.row-total")).to_contain_text("10")
