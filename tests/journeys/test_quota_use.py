"""A decided use of quotas becomes a notice; its code opens the entry form on a phone."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.approvals.models import Notice
from tests.browser import DESK, PHONE
from tests.factories import quotas as q
from tests.factories.approvals import decided_use, use_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_notice_is_issued_and_its_code_begins_an_entry(visit, bureau, clerk, unit_clerk):
    q.grant(bureau, 5)
    case = decided_use(bureau, use_line(bureau, 2))
    desk = visit(DESK, clerk)
    page = desk.open(reverse("approvals:waiting"))
    page.get_by_role("link", name="核对下达").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("下达编制使用通知单")
    faults = desk.accessibility_faults()
    page.get_by_role("button", name="下达通知单（2 名）").click()
    expect(page.locator(".messages, main")).to_contain_text(["已下达"])
    notice = Notice.objects.get(application=case)
    expect(page.get_by_role("heading", level=1)).to_have_text(notice.number)
    page.get_by_text("二维码", exact=True).first.click()
    expect(page.locator(".slot-code img").first).to_be_visible()
    faults += desk.accessibility_faults()

    token = notice.slots.get(no=1).token
    phone = visit(PHONE, unit_clerk)
    form = phone.open(reverse("approvals:slot", args=[token]))
    expect(form.locator("main")).to_contain_text(notice.number)
    assert re.search(r"/approvals/", form.url)

    back = visit(DESK, unit_clerk)
    page = back.open(notice.get_absolute_url())
    page.get_by_role("link", name="办理入编").first.click()
    expect(page.locator("main")).to_contain_text(notice.number)
    page = back.open(notice.get_absolute_url())
    page.get_by_label("第 2 号").check()
    page.get_by_label("退回原因").fill("不再招录")
    page.get_by_role("button", name="退回所选序号").click()
    expect(page.locator("main")).to_contain_text("已退回")
    assert notice.slots.get(no=2).state == "returned"
    assert faults == []
