"""The pages of 用编: who sees what, what a wrong input says, what each form does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.approvals import services, use_settings
from apps.approvals.choices import ControlKind, PlanState
from apps.approvals.models import Loan, Notice, PlanLine, Pool, UseControl, UsePlan
from apps.approvals.services import controls
from apps.approvals.services import plans as planning
from apps.approvals.services import pool as pooling
from apps.units.models import Office
from tests.factories import quotas, staff
from tests.factories.approvals import (
    decided_use,
    draft_use,
    entry_line,
    filed_entry,
    filed_use,
    issued_notice,
    use_line,
)
from tests.factories.quotas import ADMIN

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def own_office(home) -> Office:
    return Office.objects.create(name="嵊州市委编办", home=home)


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"approvals:{name}", args=args), query)


def post(client, user, name, *args, **data):
    client.force_login(user)
    address = reverse(f"approvals:{name}", args=args)
    return client.post(address, {"_key": str(uuid.uuid4()), **data})


def text(response) -> str:
    return response.content.decode()


def test_the_office_looks_once_more_and_issues(client, office, clerk, unit_clerk):
    case = decided_use(office, use_line(office, 2))
    page = get(client, clerk, "waiting")
    assert case.number in text(page)
    assert get(client, unit_clerk, "waiting").status_code == 403
    page = get(client, clerk, "issue", case.pk)
    assert page.status_code == 200
    assert "嵊教〔2026〕8号" in text(page)
    yesterday = TODAY - dt.timedelta(days=1)
    wrong = post(client, clerk, "issue", case.pk, until=yesterday.isoformat())
    assert wrong.status_code == 422
    assert "有效期不能早于今天" in text(wrong)
    until = (TODAY + dt.timedelta(days=90)).isoformat()
    done = post(client, clerk, "issue", case.pk, until=until)
    notice = Notice.objects.get()
    assert done.status_code == 302
    assert done.url == notice.get_absolute_url()
    assert notice.valid_until.isoformat() == until
    again = get(client, clerk, "issue", case.pk)
    assert (again.status_code, again.url) == (302, notice.get_absolute_url())


@pytest.mark.rule("NT-08")
def test_a_notice_shows_its_heads_and_takes_them_back(
    client, office, clerk, unit_clerk, leader, stranger
):
    notice = issued_notice(office, 3, by=clerk)
    slot = notice.slots.get(no=1)
    page = text(get(client, unit_clerk, "notice", notice.pk))
    assert notice.number in page
    assert page.count("data:image/svg+xml") == 3
    assert "退回所选序号" in page
    assert "退回所选序号" not in text(get(client, leader, "notice", notice.pk))
    assert get(client, stranger, "notice", notice.pk).status_code == 404
    nothing = post(client, unit_clerk, "give_back", notice.pk, reason="不招了")
    assert nothing.status_code == 422
    assert "请勾选要退回的用编序号" in text(nothing)
    assert post(client, leader, "give_back", notice.pk, slots=[slot.pk]).status_code == 403
    assert post(client, stranger, "revoke", notice.pk, reason="x").status_code == 404
    done = post(client, unit_clerk, "give_back", notice.pk, slots=[slot.pk], reason="不招了")
    assert done.status_code == 302
    slot.refresh_from_db()
    assert slot.state == "returned"
    case = filed_entry(office, unit_clerk, entry_line(office, slot=notice.slots.get(no=2)))
    busy = post(client, clerk, "revoke", notice.pk, reason="政策调整")
    assert busy.status_code == 422
    assert case.number in text(busy)
    services.advance(application=case, move="withdraw", by=unit_clerk, opinion="不办了")
    assert post(client, clerk, "revoke", notice.pk, reason="政策调整").status_code == 302
    assert "政策调整" in text(get(client, clerk, "notice", notice.pk))


@pytest.mark.parametrize("name", ["notices", "slots", "controls", "plans", "pool"])
def test_lists_hold_what_their_reader_may_see(
    name, client, office, own_office, clerk, unit_clerk, document, stranger, foreign_bureau
):
    issued_notice(office, 1, by=clerk)
    controls.control(
        unit=office,
        kind=ControlKind.OTHER,
        quota_type=staff.code(ADMIN),
        places=1,
        starts_on=TODAY,
        document=document,
        by=clerk,
    )
    pool = pooling.put_in(
        quota_type=staff.code(ADMIN),
        change=2,
        on=TODAY,
        document=document,
        reason="市下达",
        by=clerk,
    ).pool
    pooling.lend(
        pool=pool,
        unit=office,
        places=1,
        starts_on=TODAY,
        due_on=TODAY + dt.timedelta(days=9),
        document=document,
        reason="专项",
        by=clerk,
    )
    plan = planning.open_plan(year=TODAY.year, due_on=TODAY, by=clerk)
    for who in (clerk, unit_clerk):
        page = get(client, who, name)
        assert page.status_code == 200
        word = str(plan) if name == "plans" else office.name
        assert word in text(page)
    seen = text(get(client, stranger, name))
    assert office.name not in seen
    assert str(plan) not in seen


def test_lists_filter_and_export(client, office, clerk):
    notice = issued_notice(office, 2, by=clerk)
    assert get(client, clerk, "notices", state="full").context["page"].paginator.count == 0
    assert get(client, clerk, "notices", state="left").context["page"].paginator.count == 1
    assert get(client, clerk, "slots").context["page"].paginator.count == 2
    assert get(client, clerk, "slots", state="used").context["page"].paginator.count == 0
    for name in ("notices", "slots", "controls", "pool", "waiting"):
        answer = get(client, clerk, name, export="csv")
        assert answer.status_code == 200
        told = b"".join(answer.streaming_content).decode("utf-8-sig")
        if name in ("notices", "slots"):
            assert notice.number in told


def test_a_longer_list_costs_no_query(client, office, clerk, django_assert_max_num_queries):
    for _ in range(3):
        issued_notice(office, 1, by=clerk)
    client.force_login(clerk)
    for name in ("notices", "slots"):
        with django_assert_max_num_queries(20):
            client.get(reverse(f"approvals:{name}"))


@pytest.mark.rule("NT-11")
def test_the_office_holds_places_back(client, office, clerk, unit_clerk, document):
    given = {
        "unit": office.pk,
        "kind": "principle",
        "starts_on": TODAY.isoformat(),
        "document": document.pk,
    }
    wrong = post(client, clerk, "control_new", **given)
    assert wrong.status_code == 422
    assert "预留须写明编制类型" in text(wrong)
    assert "请填写预留的名额" in text(wrong)
    back = (TODAY - dt.timedelta(days=1)).isoformat()
    more = {**given, "quota_type": ADMIN, "places": 2}
    wrong = post(client, clerk, "control_new", **more, ends_on=back)
    assert "截止日期不能早于起始日期" in text(wrong)
    assert post(client, unit_clerk, "control_new", **more).status_code == 403
    assert post(client, clerk, "control_new", **more).status_code == 302
    row = UseControl.objects.get()
    assert post(client, clerk, "control_lift", row.pk, reason="不再需要").status_code == 302
    row.refresh_from_db()
    assert row.ends_on == TODAY


@pytest.mark.rule("NT-12")
def test_who_decides_sets_how_the_office_runs_it(client, own_office, clerk, director, unit_clerk):
    page = get(client, director, "use_settings")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields if name not in ("reason", "recover")}
    assert get(client, unit_clerk, "use_settings").status_code == 403
    assert post(client, clerk, "use_settings", **data, reason="改").status_code == 403
    wrong = post(client, director, "use_settings", **{**data, "prefix": "剡〔2026〕"}, reason="改")
    assert wrong.status_code == 422
    assert "字头只写机关代字" in text(wrong)
    done = post(client, director, "use_settings", **{**data, "prefix": "剡编控"}, reason="启用字头")
    assert done.status_code == 302
    assert use_settings.current().prefix == "剡编控"
    assert "启用字头" in text(get(client, clerk, "use_settings"))


@pytest.mark.rule("NT-10")
def test_the_running_figure_is_the_offices(client, own_office, office, clerk, unit_clerk, stranger):
    assert "现可再批" in text(get(client, clerk, "year_balance"))
    assert get(client, unit_clerk, "year_balance").status_code == 403
    assert get(client, stranger, "year_balance").status_code == 403


@pytest.mark.rule("YP-01")
def test_a_plan_is_made_on_its_pages(
    client, own_office, office, clerk, unit_clerk, director, document
):
    due = (TODAY + dt.timedelta(days=5)).isoformat()
    given = {"year": TODAY.year, "due_on": due, "limit": 9}
    assert post(client, clerk, "plan_new", **given).status_code == 302
    assert "已经建立" in text(post(client, clerk, "plan_new", **given))
    plan = UsePlan.objects.get()
    ask = {"unit": office.pk, "quota_type": ADMIN, "requested": 4, "reason": "补充空编"}
    wrong = post(client, unit_clerk, "plan_request", plan.pk, **{**ask, "requested": 0})
    assert wrong.status_code == 422
    assert "申报数应为 1 以上的整数" in text(wrong)
    assert post(client, unit_clerk, "plan_request", plan.pk, **ask).status_code == 302
    line = PlanLine.objects.get()
    assert post(client, clerk, "plan_close", plan.pk).status_code == 302
    page = text(get(client, clerk, "plan", plan.pk))
    assert f"granted_{line.pk}" in page
    over = post(client, clerk, "plan_review", plan.pk, **{f"granted_{line.pk}": 5})
    assert over.status_code == 422
    assert "不能超过申报数 4" in text(over)
    saved = post(
        client,
        clerk,
        "plan_review",
        plan.pk,
        **{f"granted_{line.pk}": 3, f"opinion_{line.pk}": "先用空编"},
    )
    assert saved.status_code == 302
    assert "下达计划" in text(get(client, director, "plan", plan.pk))
    done = post(client, director, "plan_issue", plan.pk, document=document.pk)
    assert done.status_code == 302
    plan.refresh_from_db()
    assert plan.state == PlanState.ISSUED
    mine = text(get(client, unit_clerk, "plan", plan.pk))
    assert "先用空编" in mine
    assert post(client, clerk, "plan_settle", plan.pk).status_code == 302
    assert "作废 3" in text(get(client, unit_clerk, "plan", plan.pk))


@pytest.mark.rule("PL-03")
def test_places_are_lent_and_come_back_on_pages(
    client, own_office, office, clerk, unit_clerk, document
):
    day = TODAY.isoformat()
    put = {
        "quota_type": ADMIN,
        "direction": "in",
        "places": 3,
        "on": day,
        "document": document.pk,
    }
    assert post(client, unit_clerk, "pool_put", **put).status_code == 403
    assert post(client, clerk, "pool_put", **put).status_code == 302
    pool = Pool.objects.get()
    lend = {
        "unit": office.pk,
        "places": 5,
        "starts_on": day,
        "due_on": (TODAY + dt.timedelta(days=30)).isoformat(),
        "document": document.pk,
        "reason": "专项",
    }
    wrong = post(client, clerk, "pool_lend", pool.pk, **lend)
    assert wrong.status_code == 422
    assert "剩余 3 名，不够 5 名" in text(wrong)
    assert post(client, clerk, "pool_lend", pool.pk, **{**lend, "places": 2}).status_code == 302
    loan = Loan.objects.get()
    assert "还有 30 天到期" in text(get(client, unit_clerk, "loan", loan.pk))
    later = (TODAY + dt.timedelta(days=60)).isoformat()
    moved = post(client, clerk, "loan_move", loan.pk, "extend", due_on=later, document=document.pk)
    assert moved.status_code == 302
    back = {"places": 1, "on": day, "document": document.pk}
    assert post(client, clerk, "loan_move", loan.pk, "return", **back).status_code == 302
    loan.refresh_from_db()
    assert (loan.places, loan.due_on.isoformat()) == (1, later)
    assert get(client, clerk, "loan_move", loan.pk, "steal").status_code == 404


def test_a_unit_files_for_places_on_a_page(client, office, unit_clerk):
    data = {
        "unit": office.pk,
        "is_annual": "0",
        "source": "entry_mode.01",
        "letter_title": "关于申请使用编制的请示",
        "letter_no": "嵊教〔2026〕8号",
        "letter_on": TODAY.isoformat(),
        "quota_type": ADMIN,
        "asked": 2,
        "purpose": "考试录用公务员",
        "detail": "综合管理岗",
    }
    page = get(client, unit_clerk, "new", "quota_use")
    assert page.status_code == 200
    wrong = post(client, unit_clerk, "new", "quota_use", **{**data, "asked": 0, "is_annual": ""})
    assert wrong.status_code == 422
    assert "申报数应为 1 以上的整数" in text(wrong)
    future = (TODAY + dt.timedelta(days=1)).isoformat()
    wrong = post(client, unit_clerk, "new", "quota_use", **{**data, "letter_on": future})
    assert "来文日期不能晚于今天" in text(wrong)
    done = post(client, unit_clerk, "new", "quota_use", **data)
    assert done.status_code == 302
    check = client.get(done.url)
    assert check.status_code == 200
    assert "用编申请 行政编制 2 名" in text(check) or "考试录用公务员" in text(check)
    more = get(client, unit_clerk, "line_add", check.context["application"].pk)
    assert more.context["form"]["letter_no"].value() == "嵊教〔2026〕8号"


def test_the_review_panel_shows_every_operand(office, unit_clerk, clerk, supervisor):
    from apps.approvals import kinds

    quotas.people(office, 2)
    case = filed_use(office, unit_clerk, use_line(office, 4))
    lines = list(case.lines.select_related("quota_type", "hold"))
    [(template, context)] = kinds.of("quota_use").panels(case, lines, clerk)
    from django.template.loader import render_to_string

    shown = render_to_string(template, context)
    for word in ("核定", "实有", "空缺领导职数", "原则预留", "超过可用", "动态平衡"):
        assert word in shown
    [(_, for_unit)] = kinds.of("quota_use").panels(case, lines, unit_clerk)
    assert "year" not in for_unit
    decided = decided_use(office, use_line(office, 2))
    lines = list(decided.lines.select_related("quota_type", "hold"))
    [(template, context)] = kinds.of("quota_use").panels(decided, lines, clerk)
    shown = render_to_string(template, context)
    assert "批准 2 名" in shown
    assert "超过可用" not in shown, "its own two are among the operands now"
    draft = draft_use(office, unit_clerk)
    assert kinds.of("quota_use").boxes(draft, list(draft.lines.select_related("hold")))
