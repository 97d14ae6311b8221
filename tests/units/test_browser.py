"""The tree and the forms by keyboard, in a real browser; axe finds nothing."""

import re

import pytest
from playwright.sync_api import expect

from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.browser import PHONE
from tests.factories import units

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school(bureau):
    return units.unit("嵊州中学", units.unit("下设机构", bureau, entity_kind=EntityKind.GROUPING))


def test_the_tree_is_walked_by_keyboard(visit, clerk, bureau, school):
    window = visit(user=clerk)
    page = window.open("/units/tree/")
    page.get_by_role("treeitem", name="嵊州市", exact=False).first.focus()

    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_role("treeitem", name="下设机构")).to_be_visible()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_role("treeitem", name="嵊州中学")).to_be_visible()
    assert window.accessibility_faults() == []
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)

    expect(page).to_have_url(re.compile(rf"/units/{school.pk}/$"))


def test_a_unit_is_set_up_by_keyboard_from_what_is_suggested(visit, clerk, bureau, document):
    window = visit(user=clerk)
    page = window.open("/units/establish/")
    page.get_by_label("批准文号").press_sequentially("嵊编发")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("批准文号")).to_have_value(document.number)
    page.get_by_label("上级机构").press_sequentially("jyj")
    expect(page.get_by_role("option", name="嵊州市教育局")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("机构名称").fill("嵊州中学")
    assert window.accessibility_faults() == []
    page.get_by_label("机构名称").press("Enter")

    expect(page.get_by_role("heading", name="嵊州中学")).to_be_visible()
    made = Unit.objects.get(name="嵊州中学")
    assert made.path.startswith(bureau.path)
    assert made.events.get().document == document


@pytest.mark.parametrize("tab", ["", "departments/", "history/", "documents/", "changes/", "card/"])
def test_the_tabs_are_clean_on_a_phone(visit, clerk, bureau, school, tab):
    window = visit(user=clerk, viewport=PHONE)
    page = window.open(f"/units/{bureau.pk}/{tab}")

    assert window.accessibility_faults() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
