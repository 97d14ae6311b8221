"""Forms of several cases are ticked, printed by the worker and taken away in one file."""

import pypdf
import pytest
from playwright.sync_api import expect

from apps.approvals.models import Paper
from tests.browser import DESK
from tests.factories import quotas
from tests.factories.approvals import entry_line, filed_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_many_forms_are_ticked_printed_and_taken_away(visit, bureau, clerk, unit_clerk, own_media):
    quotas.grant(bureau, 20)
    lines = [entry_line(bureau, n, f"甲{n}") for n in range(11, 21)]
    filed_entry(bureau, unit_clerk, *lines)
    filed_entry(bureau, unit_clerk, entry_line(bureau, 31, "乙䶮"))
    office = visit(DESK, clerk)
    page = office.open("/approvals/")
    page.get_by_label("选择本页全部").check()

    page.get_by_role("button", name="打印表单").click()

    expect(page.get_by_role("heading", name="批量打印：2 件")).to_be_visible()
    assert office.accessibility_faults() == []
    forms = page.get_by_role("row", name="人员入编登记表")
    expect(forms).to_contain_text("11")
    forms.get_by_role("button", name="后台打印").click()
    link = page.get_by_role("link", name="下载 PDF（11 份）")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as taken:
        link.click()
    made = pypdf.PdfReader(taken.value.path())
    assert len(made.pages) == 11
    assert "乙䶮" in made.pages[10].extract_text()
    assert Paper.objects.filter(kind="entry", made_by=clerk).count() == 11
