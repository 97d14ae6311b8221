"""A unit's clerk keeps its people and hangs them out; the office reads who retires when."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.staff.models import Correction, Publicity
from apps.staff.retirement import retirement_month, shifted
from tests.browser import DESK, PHONE
from tests.factories import papers, staff
from tests.factories import quotas as q

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = timezone.localdate()
#: Where pictures go when somebody wants to look; nowhere in an ordinary run.
SHOTS = os.environ.get("BIANZHI_SHOTS", "")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def shot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def born_for(months):
    """Return a month of birth of men who retire so many months from now (or soon after)."""
    born = shifted(TODAY, months - 63 * 12)
    while retirement_month(born, "M").month < shifted(TODAY, months):
        born = shifted(born, 1)
    return born


@pytest.fixture
def zhang(bureau, document):
    q.grant(bureau, 30, document=document)
    # who retires when: some overdue, some soon, some in years
    for months in (-5, 0, 3, 15, 40, 70, 100):
        q.people(bureau, 2, birth_month=born_for(months))
    return staff.enter(bureau, "张三丰", phone="13957500001", post_name="科员")


@pytest.fixture
def over(zhang, unit_clerk):
    return papers.notice(
        zhang.unit,
        unit_clerk,
        TODAY - dt.timedelta(days=30),
        TODAY - dt.timedelta(days=20),
        kind=Publicity.Kind.ENTRY,
        content={
            "unit": zhang.unit.name,
            "people": [{"id": zhang.person_id, "name": "张三丰", "type": "行政编制", "dept": ""}],
        },
    )


def test_a_clerk_corrects_hangs_out_and_reads_who_looked(
    visit, clerk, unit_clerk, zhang, over, own_media, tmp_path
):
    office = visit(DESK, clerk)
    office.open(f"/people/{zhang.person_id}/")
    window = visit(DESK, unit_clerk)
    page = window.open(f"/people/{zhang.person_id}/")
    page.get_by_role("link", name="更正信息").click()
    expect(page.get_by_text("以下信息由编办管理")).to_be_visible()
    faults = window.accessibility_faults()
    shot(page, "correct-desk")
    page.get_by_label("毕业院校").fill("浙江大学")
    page.get_by_label("变更说明").fill("取得学历")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("已更正毕业院校")).to_be_visible()

    page = office.open("/people/corrections/")
    shot(page, "corrections-desk")
    page.get_by_role("link", name="张三丰").first.click()
    expect(page.get_by_text("浙江大学")).to_be_visible()
    faults += office.accessibility_faults()
    shot(page, "correction-desk")
    page.get_by_label("恢复理由").fill("材料不足")
    page.get_by_role("button", name="恢复原值").click()
    expect(page.get_by_text("已恢复为原值")).to_be_visible()
    assert Correction.objects.get().is_undone

    page = window.open(f"/people/publicity/start/?unit={zhang.unit_id}")
    page.get_by_label("受理异议").fill("人事科 83030001")
    faults += window.accessibility_faults()
    shot(page, "publicity-start-desk")
    page.get_by_role("button", name="发起公示").click()
    expect(page.get_by_text("公示已发起")).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "publicity-desk")

    page = window.open(over.get_absolute_url())
    photo = tmp_path / "张榜.png"
    photo.write_bytes(PNG)
    page.set_input_files("input[type=file]", photo)
    page.get_by_role("button", name="上传照片").click()
    expect(page.get_by_text("公示照片已保存")).to_be_visible()
    page.get_by_role("link", name="登记异议").click()
    page.get_by_label("异议人").fill("匿名")
    page.get_by_label("异议内容").fill("编制类型有误")
    page.get_by_role("button", name="登记异议").click()
    page.get_by_role("link", name="处理", exact=True).click()
    page.get_by_label("处理结果").select_option(label="不属实")
    page.get_by_label("处理说明").fill("经核对批文，类型无误")
    page.get_by_role("button", name="登记处理结果").click()
    page.get_by_role("link", name="办结", exact=True).click()
    page.get_by_label("公示结果").fill("收到异议 1 条，经核查不属实")
    page.get_by_role("button", name="办结公示").click()
    expect(page.get_by_text("公示已办结").first).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "publicity-closed-desk")

    page = window.open("/people/looks/")
    expect(page.get_by_text("打开了张三丰的人员资料").first).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "looks-desk")
    assert faults == []


def test_who_retires_is_listed_chosen_and_forecast(visit, clerk, leader, zhang, document):
    window = visit(DESK, clerk)
    page = window.open("/people/retiring/?term=overdue")
    expect(page.locator("tbody tr")).to_have_count(2)
    faults = window.accessibility_faults()
    page = window.open("/people/retiring/")
    shot(page, "retiring-desk")
    page = window.open(f"/people/{zhang.person_id}/retirement/")
    expect(page.get_by_text("提前、延迟都不超过三年").first).to_be_visible()
    faults += window.accessibility_faults()
    page.get_by_label("退休年月").fill("2099-01")
    page.locator("[name=document_text]").fill(document.number)
    page.get_by_label("理由").fill("本人申请延迟")
    page.get_by_role("button", name="登记退休年月").click()
    expect(page.get_by_text("弹性退休可选").first).to_be_visible()
    shot(page, "retirement-refused-desk")
    page.get_by_label("退休年月").fill("2049-03")
    page.get_by_role("button", name="登记退休年月").click()
    expect(page.get_by_text("（弹性退休）")).to_be_visible()
    shot(page, "person-desk")

    page = window.open(f"/quotas/unit/{zhang.unit_id}/")
    expect(page.locator("#vacancy-forecast canvas")).to_be_visible()
    faults += window.accessibility_faults()
    shot(page, "unit-desk")
    leading = visit(PHONE, leader)
    page = leading.open("/board/")
    expect(page.get_by_text("到龄与空编预测")).to_be_visible()
    shot(page, "board-phone")
    assert faults == []


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_pages_of_kept_people_fit(visit, clerk, unit_clerk, zhang, over, viewport):
    size = "phone" if viewport is PHONE else "desk"
    faults = []
    for user, paths in (
        (
            clerk,
            [
                "/people/retiring/",
                "/people/corrections/",
                "/people/publicity/",
                "/people/publicity/missing/",
                over.get_absolute_url(),
                f"/quotas/unit/{zhang.unit_id}/",
                "/",
            ],
        ),
        (
            unit_clerk,
            [
                f"/people/{zhang.person_id}/correct/",
                "/people/looks/",
                "/people/publicity/start/",
                f"/people/unit/{zhang.unit_id}/",
                "/",
            ],
        ),
    ):
        window = visit(viewport, user)
        for path in paths:
            page = window.open(path)
            shot(page, f"{user.username}{path.replace('/', '_')}{size}")
            faults += [f"{path}: {fault}" for fault in window.accessibility_faults()]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{path}: wider than the window")
    assert faults == []
