"""A partner's system, from the letter that asks for it to its end, by two administrators."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.audit.models import AuditEvent
from tests.approvals.signing import ask
from tests.browser import DESK, PHONE
from tests.factories.accounts import administrator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("PI-01")
@pytest.mark.rule("PI-07")
def test_a_client_is_made_signs_changes_its_key_and_ends(visit, home):
    faults = []

    def look(window, where):
        for size in (PHONE, DESK):
            window.page.set_viewport_size(size)
            faults.extend(f"{where}: {fault}" for fault in window.accessibility_faults())
            wide = "document.documentElement.scrollWidth - window.innerWidth"
            assert window.page.evaluate(wide) <= 0, where

    one = visit(DESK, administrator("security", "anquan1", "顾行之"))
    two = visit(DESK, administrator("security", "anquan2", "苏闻道"))

    def confirm(words):
        page = two.open("/approvals/clients/")
        page.get_by_role("link", name=re.compile(words)).click()
        look(two, f"proposal: {words}")
        page.get_by_role("button", name="确认，立即生效").click()
        expect(page.get_by_text("已确认生效")).to_be_visible()
        return page

    page = one.open("/approvals/clients/")
    look(one, "no clients yet")
    page.get_by_role("link", name="提出建立").first.click()
    expect(page.get_by_label("请求须签名")).to_be_checked()
    look(one, "form")
    page.get_by_role("button", name="提交确认").click()
    expect(page.locator(".error-summary")).to_contain_text("请填写系统的名称")
    page.get_by_label("名称").fill("县人社工资系统")
    page.locator("[name=partner]").select_option("personnel")
    page.get_by_role("combobox", name="范围（本级及下级）").fill(home.name)
    page.get_by_role("option", name=home.name).click()
    year = timezone.localdate() + dt.timedelta(days=365)
    page.locator("[name=expires_on]").fill(year.isoformat())
    page.get_by_label("允许的地址").fill("127.0.0.1\n10.8.3.0/24")
    page.get_by_label("理由").fill("县人社局来函〔2026〕12号")
    page.get_by_role("button", name="提交确认").click()
    expect(page.get_by_text("这是您自己的提议")).to_be_visible()

    page = confirm("每个请求须签名")
    page.get_by_role("link", name="去领取密钥").click()
    page.get_by_role("link", name="县人社工资系统").click()
    look(two, "a key is due")
    page.get_by_role("button", name="领取密钥").click()
    key = page.locator("#new-key").inner_text()
    expect(page.locator("#new-keyid")).to_have_text(key[:9])
    look(two, "the key, once")
    assert ask(key, "GET", "applications").status_code == 200
    assert ask(key, "GET", "applications", algorithm="sha256").status_code == 401

    page = one.open("/approvals/clients/")
    page.get_by_role("link", name="县人社工资系统").click()
    expect(page.locator("body")).not_to_contain_text(key)
    page.get_by_role("link", name="提出更换密钥").click()
    look(one, "change")
    page.get_by_label("理由").fill("每年例行更换")
    page.get_by_role("button", name="提交确认").click()
    confirm("更换密钥")
    page = one.open("/approvals/clients/")
    page.get_by_role("link", name="县人社工资系统").click()
    page.get_by_role("button", name="领取密钥").click()
    newer = page.locator("#new-key").inner_text()
    expect(page.locator(".client-keys li")).to_have_count(2)
    look(one, "two keys")
    for held in (key, newer):
        assert ask(held, "GET", "applications").status_code == 200

    page.get_by_role("link", name="提出停用").click()
    look(one, "stop")
    page.get_by_label("理由").fill("系统下线")
    page.get_by_role("button", name="提交确认").click()
    confirm("停用")
    page = one.open("/approvals/clients/")
    look(one, "list")
    page.get_by_role("link", name="县人社工资系统").click()
    expect(page.get_by_text("已停用")).to_be_visible()
    look(one, "stopped")
    for held in (key, newer):
        assert ask(held, "GET", "applications").status_code == 401
    one.open("/api/v1/")
    look(one, "handbook")
    kinds = ["client.make", "client.key", "client.allow_key", "client.key", "client.stop"]
    trail = AuditEvent.objects.filter(kind__startswith="client.").order_by("pk")
    assert list(trail.values_list("kind", flat=True)) == kinds
    assert faults == []
