"""A unit's clerk files an entry at the desk, and another by the code on a notice, on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.approvals import services
from apps.approvals.choices import State
from apps.approvals.models import Application, Typed
from tests.browser import DESK, PHONE
from tests.factories import quotas, staff, units
from tests.factories.approvals import PDF, entry_line, filed_entry, slot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("BIANZHI_SHOTS", "")


def shot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def supervisor(home):
    return units.holder("supervisor", "supervisor", home, "钱主管")


@pytest.fixture
def office(bureau):
    quotas.grant(bureau, 8)
    staff.enter(bureau, "已在编")
    return bureau


def fill(page, document, number, name):
    page.get_by_label("公民身份号码").fill(number)
    page.get_by_label("姓名").fill(name)
    page.get_by_label("编制类型").select_option(label="行政编制")
    page.locator("input[name=document_text]").fill(document.number)
    page.get_by_label("进入方式").select_option(value="entry_mode.13")


def test_a_clerk_files_at_the_desk(
    visit, office, unit_clerk, supervisor, document, own_media, tmp_path
):
    old = filed_entry(office, unit_clerk, entry_line(office, 21, "李二"))
    services.advance(
        application=old, move="return", by=supervisor, opinion="录用文件缺页，请重新扫描上传"
    )
    window = visit(DESK, unit_clerk)
    page = window.open("/")
    expect(page.get_by_text("待补正").first).to_be_visible()
    faults = window.accessibility_faults()
    shot(page, "clerk-desk")
    page.get_by_role("link", name="入编", exact=True).click()
    shot(page, "new-desk")
    number = staff.id_no()
    fill(page, document, number, "赵新民")
    expect(page.locator("#id_id_no_helptext")).to_contain_text("号码有效，没有重复")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "new-filled-desk")
    assert Typed.objects.count() == 1
    page.reload()
    expect(page.get_by_text("上次未提交的草稿")).to_be_visible()
    shot(page, "new-pending-desk")
    page.get_by_role("link", name="继续").click()
    expect(page.get_by_label("姓名")).to_have_value("赵新民")
    expect(page.locator(".form-aside").get_by_text("号码有效，没有重复")).to_be_visible()
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="核对：入编申报")).to_be_visible()
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    assert not Typed.objects.exists()
    faults += window.accessibility_faults()
    shot(page, "check-desk")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("还缺必交材料")).to_be_visible()
    shot(page, "check-refused-desk")
    paper = tmp_path / "录用文件_赵新民.pdf"
    paper.write_bytes(PDF)
    page.locator("#material-basis input[type=file]").set_input_files(paper)
    expect(page.get_by_text("已上传：录用文件_赵新民.pdf")).to_be_visible()
    page.get_by_label("联系电话").fill("83030001")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("由谁办理")).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "filed-desk")
    page.get_by_role("main").get_by_role("link", name="我的办件").last.click()
    shot(page, "mine-desk")
    faults += window.accessibility_faults()
    page.get_by_role("link", name="业务申报").first.click()
    shot(page, "file-desk")
    faults += window.accessibility_faults()
    page = window.open(f"/approvals/{old.pk}/check/")
    expect(page.get_by_text("录用文件缺页")).to_be_visible()
    shot(page, "returned-desk")
    page = window.open("/approvals/workbook/entry/")
    shot(page, "workbook-desk")
    faults += window.accessibility_faults()
    assert faults == []
    case = Application.objects.exclude(pk=old.pk).get()
    assert case.state == State.SUPERVISING


def test_a_code_on_a_notice_starts_an_entry_on_a_phone(
    visit, office, unit_clerk, supervisor, clerk, document, own_media, tmp_path
):
    head = slot(office, clerk, purpose="公开招录科员")
    window = visit(PHONE, unit_clerk)
    page = window.open(f"/approvals/slot/{head.token}/")
    expect(page.get_by_text("已按用编序号带入")).to_be_visible()
    shot(page, "slot-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("公民身份号码").fill(staff.id_no())
    page.get_by_label("姓名").fill("孙手机")
    page.locator("input[name=document_text]").fill(document.number)
    page.get_by_label("进入方式").select_option(value=staff.CIVIL_EXAM)
    faults = window.accessibility_faults()
    shot(page, "slot-filled-phone")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    faults += window.accessibility_faults()
    shot(page, "check-phone")
    paper = tmp_path / "录用文件.pdf"
    paper.write_bytes(PDF)
    page.locator("#material-basis input[type=file]").set_input_files(paper)
    expect(page.get_by_text("已上传：录用文件.pdf")).to_be_visible()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("由谁办理")).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "filed-phone")
    for address, name in (
        ("/", "clerk-phone"),
        ("/approvals/mine/", "mine-phone"),
        ("/approvals/file/", "file-phone"),
        (f"/approvals/slot/{head.token}/", "slot-used-phone"),
        ("/approvals/workbook/entry/", "workbook-phone"),
    ):
        page = window.open(address)
        shot(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        faults += window.accessibility_faults()
    assert faults == []
    case = Application.objects.get(kind="entry")
    assert (case.state, case.lines.get().slot) == (State.SUPERVISING, head)
    assert timezone.localtime(case.submitted_at).date() == timezone.localdate()
