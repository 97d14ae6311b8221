"""An office's own roster: mapped, put right, confirmed, found in the list, withdrawn."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.exchange.models import ImportBatch
from apps.staff.models import Person
from tests.browser import DESK, PHONE
from tests.exchange.books import office_roster
from tests.factories import quotas
from tests.identity_numbers import number

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_media"),
]
ZHANG = number("330683", dt.date(1979, 4, 12), 17)
LI = number("330683", dt.date(1980, 5, 6), 25)


def shot(page, name):
    """Keep a picture where BIANZHI_SHOTS says, for whoever wants to look."""
    if folder := os.environ.get("BIANZHI_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("viewport", "size"), [(DESK, "desk"), (PHONE, "phone")])
def test_a_foreign_roster_from_mapping_to_withdrawal(
    visit, clerk, bureau, document, tmp_path, viewport, size
):
    quotas.grant(bureau, 10, document=document)
    file = tmp_path / "某县组织部花名册.xlsx"
    file.write_bytes(
        office_roster(
            ["张三", ZHANG, "1979.4", bureau.name, "行政", "2015.3"],
            ["李四", LI, "1980.5", "嵊州市教玉局", "行政", "201804"],
        )
    )
    window = visit(viewport, clerk)
    faults = []

    def look(page, name):
        faults.extend(f"{name}: {fault}" for fault in window.accessibility_faults())
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name}: wider than the window")
        shot(page, f"{size}-{name}")

    page = window.open("/exchange/import/roster/upload/")
    page.locator("input[type=file]").set_input_files(file)
    look(page, "1-upload")
    page.get_by_role("button", name="上传并校验").click()
    page.get_by_role("link", name="对照列").first.click()
    expect(page.get_by_label("B 列「基本信息/姓名」是")).to_have_value("name")
    look(page, "2-mapping")
    page.get_by_label("F 列「编制信息/编制性质」是").select_option("")
    page.get_by_role("button", name="按此对照并校验").click()
    expect(page.get_by_text("还缺少「编制类型」").first).to_be_visible()
    look(page, "3-mapping-refused")
    page.get_by_label("F 列「编制信息/编制性质」是").select_option("quota_type")
    page.get_by_label("「入编时间」只有年月时").select_option("first")
    page.get_by_role("button", name="按此对照并校验").click()

    cell = page.get_by_label("第 6 行 编制所在单位（E列） 改为")
    expect(cell).to_have_value("嵊州市教玉局")
    look(page, "4-faults")
    cell.fill(bureau.name)
    page.get_by_role("button", name="更正并重新校验").click()
    expect(page.get_by_text("已在页面上更正")).to_be_visible()
    look(page, "5-preview")
    page.get_by_role("button", name="确认导入 2 条").click()
    expect(page.get_by_text("新增 2 行").first).to_be_visible()
    assert Person.objects.count() == 2

    page = window.open("/exchange/import/")
    expect(page.get_by_role("link", name="某县组织部花名册.xlsx")).to_be_visible()
    look(page, "6-list")
    page.get_by_role("link", name="某县组织部花名册.xlsx").click()
    look(page, "7-done")
    page.get_by_role("link", name="撤回本批").click()
    look(page, "8-withdraw")
    page.get_by_role("button", name="撤回整批").click()
    expect(page.get_by_text("本批新增的 2 行已删除")).to_be_visible()
    look(page, "9-withdrawn")
    assert not Person.objects.exists()
    assert ImportBatch.objects.get().state == "withdrawn"
    assert faults == []
