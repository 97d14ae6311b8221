"""Administrators and a newcomer, in a browser: an account, a role by two, a trail of both."""

from __future__ import annotations

import os
import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from apps.accounts import services, sessions
from apps.accounts.choices import AdministratorKind
from apps.accounts.models import LiveSession, User
from apps.audit.models import Alert, AuditEvent
from apps.core.reference import load_holidays
from tests.browser import DESK, PHONE
from tests.factories import accounts, units

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW_PASSWORD = "Lotus-Pond-4471"


@pytest.fixture
def administrators():
    return {
        kind: accounts.administrator(kind, f"admin-{kind}", f"{kind.label}甲")
        for kind in AdministratorKind
    }


@pytest.fixture
def bureau():
    return units.unit("嵊州市档案馆", units.county("嵊州市"), nature_id="nature.104")


def sign_in(page: Page, username: str, password: str) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="登录").click()


def change_password(page: Page, old: str, new: str) -> None:
    for name, text in (("old", old), ("new", new), ("again", new)):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="修改密码").click()


def bind_factor(window, account):
    """Sign in, scan the code (the letters here), keep the recovery codes, sign in again with it."""
    page = window.open("/accounts/login/")
    sign_in(page, account.username, accounts.PASSWORD)
    expect(page.get_by_role("heading", name="运行概况")).to_be_visible()
    window.open("/accounts/factor/enrol/")
    secret = page.locator(".factor-secret").inner_text().replace(" ", "")
    expect(page.get_by_alt_text("绑定动态口令的二维码")).to_be_visible()
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name="绑定", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("动态口令不正确"))).to_be_visible()
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="绑定", exact=True).click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    window.context.clear_cookies()
    window.open("/accounts/login/")
    sign_in(page, account.username, accounts.PASSWORD)
    expect(page.get_by_role("heading", name="动态口令")).to_be_visible()
    page.locator("[name=code]").fill(pyotp.TOTP(secret).at(int(time.time()) + 30))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="运行概况")).to_be_visible()
    return page


def test_what_was_typed_survives_the_end_of_a_session(visit, administrators):
    window = visit()
    page = window.open("/accounts/login/")
    sign_in(page, "admin-system", accounts.PASSWORD)
    window.open("/accounts/users/new/")
    page.locator("[name=username]").fill("chenliu")
    page.get_by_label("姓名").fill("陈六")
    sessions.end(LiveSession.objects.all(), sessions.ELSEWHERE)
    page.get_by_role("button", name="建立账户").click()
    expect(page.get_by_text("已在别处登录")).to_be_visible()
    sign_in(page, "admin-system", accounts.PASSWORD)
    expect(page.get_by_text("填写的内容还在，还没有保存")).to_be_visible()
    page.get_by_role("button", name="接着提交").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    assert User.objects.filter(username="chenliu", name="陈六").count() == 1


def test_an_account_is_made_given_a_role_used_and_traced(visit, administrators, bureau):
    system = visit()
    page = system.open("/accounts/login/")
    sign_in(page, "admin-system", accounts.PASSWORD)
    expect(page.get_by_role("heading", name="运行概况")).to_be_visible()
    system.open("/accounts/users/")
    page.get_by_role("link", name="新增账户").click()
    page.locator("[name=username]").fill("wanger")
    page.get_by_label("姓名").fill("王二")
    page.get_by_label("单位与职务").fill("档案馆办公室")
    page.get_by_role("button", name="建立账户").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    temporary = re.search(r"(?:\w{4}-){3}\w{4}", page.locator("main").inner_text()).group()
    page.reload()
    expect(page.get_by_text("临时密码只显示一次")).to_be_visible()
    assert temporary not in page.content()

    theirs = visit()
    page = theirs.open("/units/")
    sign_in(page, "wanger", temporary)
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    theirs.open("/units/")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    change_password(page, temporary, "short")
    expect(page.get_by_role("link", name=re.compile("密码至少 12 个字符"))).to_be_visible()
    change_password(page, temporary, NEW_PASSWORD)
    expect(page.get_by_text("还没有授权，请联系安全管理员")).to_be_visible()

    security = visit(user=administrators[AdministratorKind.SECURITY])
    page = security.open("/units/appointments/")
    page.get_by_role("link", name=re.compile("王二")).click()
    page.get_by_role("link", name="提出授予角色").click()
    page.locator("select[name=role]").select_option("unit_clerk")
    page.locator("[name=unit_text]").press_sequentially("档案")
    page.get_by_role("option", name=re.compile("嵊州市档案馆")).click()
    page.locator("[name=note]").fill("编办发〔2026〕3号")
    page.get_by_role("button", name="提交确认").click()
    expect(page.get_by_text("等待另一位安全管理员确认")).to_be_visible()
    expect(page.get_by_text("这是您自己的提议")).to_be_visible()
    expect(page.get_by_role("button", name="确认，立即生效")).to_have_count(0)

    confirmer = visit()
    page = bind_factor(confirmer, accounts.administrator(AdministratorKind.SECURITY, "confirmer"))
    confirmer.open("/accounts/proposals/")
    page.get_by_role("link", name=re.compile("授予王二")).click()
    page.get_by_role("button", name="确认，立即生效").click()
    expect(page.get_by_text("已确认，立即生效")).to_be_visible()

    page = theirs.open("/units/")
    expect(page.get_by_text("权限有变动，请重新登录")).to_be_visible()
    sign_in(page, "wanger", NEW_PASSWORD)
    expect(page.get_by_role("link", name="嵊州市档案馆")).to_be_visible()

    audit = visit(user=administrators[AdministratorKind.AUDIT])
    page = audit.open("/audit/?kind=appointment.grant")
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("单位经办人")
    kinds = set(AuditEvent.objects.filter(actor_name="王二").values_list("kind", flat=True))
    assert kinds == {"user.login", "user.password"}


def test_switching_off_a_signed_in_account_shuts_its_window(visit, administrators, bureau):
    units.holder("clerk1", "unit_clerk", bureau, "李四")
    clerk = User.objects.get(username="clerk1")
    theirs = visit(user=clerk)
    expect(theirs.open("/units/").get_by_role("link", name="嵊州市档案馆")).to_be_visible()

    page = visit(user=administrators[AdministratorKind.SYSTEM]).open(clerk.get_absolute_url())
    page.get_by_text("停用", exact=True).click()
    page.get_by_role("button", name="停用账户").click()
    expect(page.get_by_text("已停用，其登录已全部退出")).to_be_visible()

    expect(theirs.open("/units/").get_by_role("heading", name="登录")).to_be_visible()


PAGES = {
    None: ["/accounts/login/"],
    AdministratorKind.SYSTEM: [
        "/accounts/users/",
        "/accounts/users/new/",
        "/accounts/users/{user}/",
        "/accounts/password/",
        "/accounts/own/",
        "/accounts/own/sessions/",
        "/accounts/factor/enrol/",
        "/accounts/administrators/",
        "/accounts/administrators/new/",
        "/accounts/proposals/",
        "/administration/",
        "/administration/health/",
        "/jobs/",
        "/reference/tables/",
        "/reference/tables/quota_type/",
        "/reference/values/quota_type.10/",
        "/reference/values/quota_type.10/edit/",
        "/reference/holidays/",
        "/reference/holidays/2026-10-01/",
    ],
    AdministratorKind.SECURITY: [
        "/units/appointments/",
        "/units/appointments/new/",
        "/units/appointments/people/{user}/",
        "/units/appointments/{appointment}/revoke/",
        "/accounts/proposals/{proposal}/",
        "/accounts/policy/",
        "/accounts/policy/change/?key=idle_minutes",
        "/accounts/sessions/",
        "/accounts/locked/",
        "/audit/alerts/",
        "/audit/alerts/{alert}/",
    ],
    AdministratorKind.AUDIT: [
        "/audit/",
        "/audit/{event}/",
        "/audit/seals/",
        "/audit/refused/",
        "/accounts/policy/",
    ],
}


def pages_of(user, administrators):
    """Return the ids of one of each: an event, an alert, a proposal, an appointment."""
    proposal = services.propose_removal(
        user=administrators[AdministratorKind.AUDIT],
        reason="轮岗",
        by=administrators[AdministratorKind.SYSTEM],
    )
    alert = Alert.objects.create(kind="reveals", once="x", summary="李四今天已显示完整号码 20 次")
    event = AuditEvent.objects.get(kind="appointment.grant")
    return {
        "user": user.pk,
        "event": event.pk,
        "alert": alert.pk,
        "proposal": proposal.pk,
        "appointment": user.appointments.get().pk,
    }


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_administration_pages_are_accessible_and_fit_the_window(
    visit, administrators, bureau, size
):
    load_holidays()
    user = units.holder("clerk1", "unit_clerk", bureau, "李四")
    ids = pages_of(user, administrators)
    faults = []
    for kind, addresses in PAGES.items():
        window = visit(viewport=size, user=administrators[kind] if kind else None)
        for address in addresses:
            page = window.open(address.format(**ids))
            page.wait_for_load_state("networkidle")
            if shots := os.environ.get("BIANZHI_SHOTS"):
                name = re.sub(r"[^a-z_]+", "-", address)
                width = size["width"]
                page.screenshot(path=f"{shots}/{kind}{name}{width}.png", full_page=True)
            faults += [f"{address}: {fault}" for fault in window.accessibility_faults()]
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if over > 0:
                faults.append(f"{address}: {over} px wider than the window")
    assert not faults, "\n".join(faults)
