"""The whole chain as its people see it, each in a window of their own.

A use of quotas, its notice, the entry begun by a head's code on a phone, the partners, the payroll;
an exit that the system opened; heads of which only a part is approved.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.approvals.choices import State
from apps.approvals.models import Application, Notice
from apps.approvals.services import retiring
from apps.quotas.models import Balance
from apps.staff.models import Occupancy
from tests.browser import DESK, PHONE
from tests.factories import quotas, staff, units
from tests.factories.approvals import PDF, filed_use, use_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTERED = "张玥"


@pytest.fixture
def people(home, unit_clerk, clerk):
    """Who has a part in the chain, by their part."""
    return {
        "unit": unit_clerk,
        "clerk": clerk,
        **{
            role: units.holder(role, of, home, name)
            for role, of, name in (
                ("supervisor", "supervisor", "钱主管"),
                ("chief", "office_chief", "孙科长"),
                ("director", "office_director", "李主任"),
                ("organisation", "partner_organisation", "组织联办"),
                ("personnel", "partner_personnel", "人社联办"),
                ("finance", "partner_finance", "财政联办"),
                ("insurance", "partner_insurance", "社保联办"),
            )
        },
    }


@pytest.fixture
def windows(visit, people):
    """Return the window of a part, opened at first need: a desk, for `phone` a phone."""
    opened = {}

    def of(part, *, phone=False):
        key = (part, phone)
        if key not in opened:
            opened[key] = visit(PHONE if phone else DESK, people[part])
        return opened[key]

    return of


@pytest.fixture
def paper(tmp_path):
    made = tmp_path / "依据文件.pdf"
    made.write_bytes(PDF)
    return made


def looked_at(window, faults, where):
    """Note what a reader could not use: faults of access, a page wider than its window."""
    faults += [f"{where}: {fault}" for fault in window.accessibility_faults()]
    wide = window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        faults.append(f"{where}: {wide} px too wide")


def hand_in(page, material, paper):
    """Upload a material on the 核对页 and submit."""
    page.locator(f"#material-{material} input[type=file]").set_input_files(paper)
    expect(page.get_by_text("已上传：依据文件.pdf")).to_be_visible()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("由谁办理")).to_be_visible()


def passes(windows, part, *, said, opinion=""):
    """Open the first case that waits, from the inbox, and pass it."""
    page = windows(part).open(reverse("approvals:inbox"))
    page.get_by_role("main").get_by_role("link", name="办理").first.click()
    if opinion:
        page.get_by_role("button", name=opinion, exact=True).click()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".flash-success")).to_contain_text(said)
    return page


def confirms(windows, part, summary):
    page = windows(part).open(reverse("approvals:to_confirm"))
    row = page.get_by_role("row", name=re.compile(summary))
    row.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text(re.compile("^已确认："))).to_be_visible()


def test_from_a_use_of_quotas_to_the_payroll(
    windows, bureau, unit_clerk, document, own_media, paper
):
    quotas.grant(bureau, 5)
    faults = []

    page = windows("unit").open(reverse("approvals:new", args=["quota_use"]))
    page.get_by_label("年度用编").select_option("0")
    page.get_by_label("人员来源").select_option(staff.CIVIL_EXAM)
    page.get_by_label("来文文件名").fill("关于申请使用编制的请示")
    page.get_by_label("来文文号").fill("嵊教〔2026〕8号")
    page.get_by_label("来文日期").fill(timezone.localdate().isoformat())
    page.get_by_label("编制类型").select_option(label="行政编制")
    page.get_by_label("申报数").fill("2")
    page.locator("select[name=purpose]").select_option("考试录用公务员")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("核对：用编申请")
    looked_at(windows("unit"), faults, "use, checked")
    hand_in(page, "letter", paper)

    passes(windows, "supervisor", said="下一环节：编办经办审核")
    passes(windows, "clerk", said="下一环节：科长审签")
    passes(windows, "chief", said="下一环节：主任审定")
    passes(windows, "director", said="下一环节：待下达通知单")

    page = windows("clerk").open(reverse("approvals:waiting"))
    page.get_by_role("link", name="核对下达").click()
    page.get_by_role("button", name="下达通知单（2 名）").click()
    notice = Notice.objects.get()
    expect(page.get_by_role("heading", level=1)).to_have_text(notice.number)
    assert Balance.objects.get(unit=bureau, quota_type=quotas.ADMIN).reserved == 2

    head = notice.slots.get(no=1)
    phone = windows("unit", phone=True)
    page = phone.open(reverse("approvals:slot", args=[head.token]))
    expect(page.get_by_text("已按用编序号带入")).to_be_visible()
    expect(page.get_by_label("编制类型")).to_have_value(quotas.ADMIN)
    page.get_by_label("公民身份号码").fill(staff.id_no(dt.date(1995, 3, 2), woman=True))
    page.get_by_label("姓名").fill(ENTERED)
    page.locator("input[name=document_text]").fill(document.number)
    page.get_by_label("进入方式").select_option(staff.CIVIL_EXAM)
    looked_at(phone, faults, "entry on a phone")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    looked_at(phone, faults, "entry checked on a phone")
    hand_in(page, "basis", paper)
    entry = Application.objects.get(kind="entry")

    passes(windows, "supervisor", said="下一环节：编办经办审核")
    page = windows("clerk").open(reverse("approvals:detail", args=[entry.pk]) + "?tab=todo")
    box = page.get_by_role("heading", name="编制使用").locator("xpath=../..")
    expect(box).to_contain_text("实有")
    expect(box).to_contain_text(re.compile(r"0 →\s*1"))
    looked_at(windows("clerk"), faults, "entry under review")
    passes(windows, "clerk", said="下一环节：科长审签", opinion="同意")
    passes(windows, "chief", said="下一环节：主任审定")
    passes(windows, "director", said="已入库生效，下一环节：部门联办")
    spell = Occupancy.objects.get(person__name=ENTERED)
    head.refresh_from_db()
    assert (spell.unit, head.state) == (bureau, "used")

    page = windows("finance").open(reverse("approvals:to_confirm"))
    expect(page.get_by_text("没有待确认的办件")).to_be_visible()
    for part in ("organisation", "personnel", "finance", "insurance"):
        confirms(windows, part, ENTERED)
    entry.refresh_from_db()
    assert entry.state == State.DONE

    page = windows("finance").open(reverse("approvals:payroll"))
    expect(page.get_by_text("入编 1 人，出编 0 人")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(ENTERED))).to_be_visible()
    page = windows("unit").open(spell.person.get_absolute_url())
    expect(page.get_by_role("link", name=entry.number)).to_be_visible()
    page = windows("unit").open(bureau.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("实有")
    page = windows("unit").open(reverse("approvals:unit", args=[bureau.pk]))
    expect(page.get_by_role("row", name=re.compile(ENTERED))).to_contain_text("已办结")
    page = windows("unit").open(notice.get_absolute_url())
    expect(page.get_by_role("row", name=re.compile(ENTERED))).to_contain_text("已使用")
    assert faults == []


def test_an_exit_that_the_system_opened(windows, people, bureau, document, own_media, paper):
    quotas.grant(bureau, 5)
    spell = staff.enter(
        bureau, "吴退休", id_no=staff.id_no(dt.date(1960, 3, 1)), starts_on=dt.date(1990, 7, 1)
    )
    assert retiring.run() == (1, 0)
    faults = []

    unit = windows("unit")
    page = unit.open("/")
    page.get_by_role("link", name=re.compile("条未读消息")).click()
    page.get_by_role("main").get_by_role("link", name=re.compile("吴退休|到龄退休")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("核对：出编申报")
    page.get_by_role("link", name="修改").click()
    page.locator("input[name=document_text]").fill(document.number)
    page.get_by_role("button", name="保存，回到核对").click()
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    looked_at(unit, faults, "exit, checked")
    hand_in(page, "basis", paper)

    passes(windows, "supervisor", said="下一环节：编办经办审核")
    passes(windows, "clerk", said="下一环节：科长审签")
    passes(windows, "chief", said="已入库生效，下一环节：部门联办")
    spell.refresh_from_db()
    assert spell.ends_on is not None
    for part in ("personnel", "finance", "insurance"):
        confirms(windows, part, "吴退休")
    page = windows("insurance").open(reverse("approvals:payroll"))
    expect(page.get_by_text("入编 0 人，出编 0 人")).to_be_visible()  # the fact itself is old
    page.get_by_text("展开更多条件").click()
    page.get_by_label("日期口径").select_option(label="按入库日期")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("入编 0 人，出编 1 人")).to_be_visible()
    page = unit.open(spell.person.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("出编")
    looked_at(unit, faults, "person who left")
    assert faults == []


def test_a_part_of_what_was_asked_is_approved(windows, people, bureau, unit_clerk, own_media):
    quotas.grant(bureau, 5)
    case = filed_use(bureau, unit_clerk, use_line(bureau, 3))
    faults = []

    passes(windows, "supervisor", said="下一环节：编办经办审核")
    office = windows("clerk")
    page = office.open(reverse("approvals:inbox"))
    page.get_by_role("main").get_by_role("link", name="办理").first.click()
    page.get_by_label("批准数").fill("2")
    page.get_by_label("意见", exact=True).fill("控制总量，核准 2 名")
    looked_at(office, faults, "judging heads")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".flash-success")).to_contain_text("下一环节：科长审签")

    page = windows("chief").open(reverse("approvals:detail", args=[case.pk]) + "?tab=todo")
    expect(page.get_by_label("批准数")).to_have_value("2")
    expect(page.get_by_text("控制总量，核准 2 名").first).to_be_visible()
    passes(windows, "chief", said="下一环节：主任审定")
    passes(windows, "director", said="下一环节：待下达通知单")
    page = office.open(reverse("approvals:issue", args=[case.pk]))
    page.get_by_role("button", name="下达通知单（2 名）").click()
    expect(page.get_by_role("main")).to_contain_text("已下达")
    assert Notice.objects.get(application=case).slots.count() == 2

    unit = windows("unit", phone=True)
    page = unit.open(reverse("approvals:detail", args=[case.pk]))
    expect(page.get_by_role("main")).to_contain_text("核准 2 名")
    looked_at(unit, faults, "what was approved, on a phone")
    assert Balance.objects.get(unit=bureau, quota_type=quotas.ADMIN).reserved == 2
    assert faults == []
