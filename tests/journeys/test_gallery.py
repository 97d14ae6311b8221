"""Every part of the pages in a real browser: desk and phone, keyboard, with and without script."""

import pytest
from playwright.sync_api import expect

from tests.browser import DESK, PHONE
from tests.factories.accounts import account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["/_gallery", "/_gallery?faults=1", "/_gallery/list", "/_gallery?on=2024-06-01"]


@pytest.fixture(autouse=True)
def gallery_is_open(settings):
    settings.SHOW_GALLERY = True


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_part_can_be_used_by_everybody(visit, viewport):
    window = visit(viewport, account("reader", title="机构编制科"))

    faults = []
    for path in PAGES:
        page = window.open(path)
        page.wait_for_function("!document.querySelector('[data-chart]:not([data-drawn])')")
        faults += [f"{path}: {fault}" for fault in window.accessibility_faults()]
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{path} scrolls sideways"

    assert faults == []


def test_nothing_scrolls_sideways_at_other_widths(visit):
    """320 px is the reflow of WCAG 1.4.10, 683 px is 1366 at 200 %, 1024 px folds the menu."""
    window = visit(DESK, account("reader"))

    for width in (320, 683, 1024):
        window.page.set_viewport_size({"width": width, "height": 640})
        for path in PAGES:
            page = window.open(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert window.accessibility_faults() == []


def test_a_list_is_sorted_and_paged_without_leaving_the_page(visit):
    page = visit(DESK, account("reader")).open("/_gallery/list?kind=行政")
    page.evaluate("window.same = true")

    page.get_by_role("link", name="核定编制", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("核定编制")
    page.get_by_role("link", name="第 2 页").click()
    expect(page.locator(".pager a[aria-current=page]")).to_have_text("2")

    assert page.evaluate("window.same")
    assert "kind=" in page.url
    assert "sort=approved" in page.url
    assert "page=2" in page.url
    expect(page.locator("#live")).to_contain_text("第 2 /")
    page.go_back()
    expect(page.locator(".pager a[aria-current=page]")).to_have_text("1")


def test_ticked_rows_bring_up_the_bar_and_all_rows_are_said_in_words(visit):
    page = visit(DESK, account("reader")).open("/_gallery/list")
    bar = page.locator("[data-batch]")
    expect(bar).to_be_hidden()

    page.get_by_label("选择 市教育局").check()
    expect(bar).to_contain_text("已选 1 条")
    page.get_by_label("选择本页全部").check()
    expect(bar).to_contain_text("已选 20 条")
    page.get_by_label("选择全部 130 条").check()
    expect(bar).to_contain_text("已选 130 条")
    page.get_by_label("选择本页全部").uncheck()
    expect(bar).to_be_hidden()


def test_faults_take_the_focus_and_lead_to_their_fields(visit):
    page = visit(DESK, account("reader")).open("/_gallery?faults=1")

    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("错误：")
    page.get_by_role("link", name="起始年月").click()
    expect(page.get_by_label("起始年月")).to_be_focused()
    box = page.get_by_label("起始年月").bounding_box()
    assert box["y"] > 48  # not under the top bar


def test_a_form_is_sent_once_however_often_it_is_pressed(visit):
    page = visit(DESK, account("reader")).open("/_gallery")
    sent = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    with page.expect_navigation():
        page.evaluate(
            "() => { const b = document.querySelector('#sample [data-submit]');"
            " b.click(); b.click(); b.click(); }"
        )

    assert len(sent) == 1


def test_ctrl_enter_submits_and_a_composing_enter_does_not(visit):
    page = visit(DESK, account("reader")).open("/_gallery")
    name = page.get_by_label("姓名")
    name.focus()
    page.evaluate(
        "() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true}))"
    )
    assert page.locator(".error-summary").count() == 0
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(".error-summary")).to_be_focused()


def test_the_tree_is_walked_by_keyboard(visit):
    page = visit(DESK, account("reader")).open("/_gallery")
    focused = page.locator("[role=treeitem]:focus")
    page.locator("[role=treeitem][tabindex='0']").focus()
    expect(focused).to_contain_text("市发展和改革委员会")

    page.keyboard.press("ArrowDown")
    expect(focused).to_contain_text("市财政局")
    page.keyboard.press("End")
    expect(focused).to_contain_text("街道")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name="规划财务科")).to_be_visible()
    expect(focused).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(focused).to_contain_text("办公室")
    page.keyboard.press("g")
    expect(focused).to_contain_text("规划财务科")
    page.keyboard.press("ArrowLeft")
    expect(focused).to_contain_text("街道")
    page.keyboard.press("ArrowLeft")
    expect(focused).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Home")
    expect(focused).to_contain_text("市直行政机关")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1


def test_a_picker_offers_rows_and_waits_for_the_input_method(visit):
    page = visit(DESK, account("reader")).open("/_gallery")
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "suggestions" in r.url else None)
    box = page.get_by_label("编制所在单位")
    box.focus()
    page.evaluate(
        """() => {
          const box = document.activeElement;
          box.dispatchEvent(new CompositionEvent("compositionstart"));
          box.value = "jiao";
          box.dispatchEvent(new InputEvent("input", {isComposing: true, bubbles: true}));
        }"""
    )
    page.wait_for_timeout(400)
    assert asked == []

    page.evaluate("document.activeElement.dispatchEvent(new CompositionEvent('compositionend'))")
    box.fill("市教育局")
    expect(page.locator(".picker [role=option]").first).to_contain_text("市教育局1133060400")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "id_unit_list-0")
    page.keyboard.press("Enter")
    expect(box).to_have_value("市教育局")
    expect(page.locator("input[name=unit]")).to_have_value("3")
    expect(page.locator(".picker-list")).to_be_hidden()
    box.fill("市教育")
    expect(page.locator("input[name=unit]")).to_have_value("")


def test_confirming_names_the_thing_and_gives_the_focus_back(visit):
    page = visit(DESK, account("reader")).open("/_gallery")
    page.get_by_text("撤销单位").first.click()
    dialog = page.get_by_role("dialog")

    expect(dialog).to_contain_text("24 名在编人员须先划转")
    expect(page.locator(".confirm-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".confirm > summary")).to_be_focused()


def test_single_keys_work_outside_of_fields_and_can_be_switched_off(visit):
    page = visit(DESK, account("reader")).open("/_gallery/list")
    search = page.locator("#global-search")

    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("/?")
    expect(search).to_have_value("/?")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("使用单个字符的快捷键").uncheck()
    page.get_by_role("button", name="关闭").click()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()


def test_pages_work_without_script(visit):
    window = visit(DESK, account("reader"), java_script_enabled=False)
    page = window.open("/_gallery/list")

    page.get_by_role("link", name="核定编制", exact=True).click()
    assert "sort=approved" in page.url
    page.get_by_role("searchbox", name="单位名称").fill("市教育局第1分局")
    page.get_by_role("button", name="查询").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_text("列设置").click()
    page.get_by_label("统一社会信用代码").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("columnheader", name="统一社会信用代码")).to_have_count(0)
    expect(page.locator(".flash")).to_contain_text("列设置已保存")
    assert "分局" in page.get_by_role("searchbox", name="单位名称").input_value()


def test_the_menu_of_a_phone_opens_without_script(visit):
    page = visit(PHONE, account("reader"), java_script_enabled=False).open("/_gallery/list")
    expect(page.locator("#menu")).to_be_hidden()

    page.get_by_role("link", name="菜单", exact=True).click()
    expect(page.locator("#menu")).to_be_visible()
    page.get_by_role("link", name="关闭菜单").click()
    expect(page.locator("#menu")).to_be_hidden()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_says_where_which_and_what_next(visit, status):
    window = visit()
    page = window.open(f"/_errors/{status}")
    window.problems.clear()  # a 500 that was asked for

    main = page.locator("main")
    expect(main).to_contain_text(f"/_errors/{status}")
    expect(main).to_contain_text("编号")
    expect(main.get_by_role("link", name="回到首页")).to_be_visible()
    assert window.accessibility_faults() == []
