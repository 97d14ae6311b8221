"""年度用编计划: collected, reviewed, issued, drawn on, settled."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.approvals import errors, plans, refusals, services
from apps.approvals.choices import PlanState
from apps.approvals.models import PlanLine, UsePlan
from apps.approvals.services import plans as planning
from apps.approvals.services import slots
from apps.quotas.errors import IllegalQuotaType
from apps.units.models import Office
from tests.factories import staff
from tests.factories.approvals import filed_use, use_line
from tests.factories.quotas import ADMIN, FULL
from tests.races import meet_at

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def own_office(home) -> Office:
    return Office.objects.create(name="嵊州市委编办", home=home)


@pytest.fixture
def plan(own_office, clerk) -> UsePlan:
    return planning.open_plan(
        year=TODAY.year, due_on=TODAY + dt.timedelta(days=10), limit=10, by=clerk
    )


def issued(plan, unit, granted, unit_clerk, clerk, director, document) -> PlanLine:
    line = planning.request(
        plan=plan,
        unit=unit,
        quota_type=staff.code(ADMIN),
        requested=granted + 2,
        reason="补充空编",
        by=unit_clerk,
    )
    planning.close_collecting(plan=plan, by=clerk)
    planning.review(plan=plan, granted={line.pk: (granted, "")}, by=clerk)
    planning.issue_plan(plan=plan, document=document, by=director)
    line.refresh_from_db()
    return line


@pytest.mark.rule("YP-04")
@pytest.mark.rule("YP-01")
def test_a_plan_goes_from_collecting_to_settled(
    plan, office, unit_clerk, clerk, director, document
):
    line = issued(plan, office, 3, unit_clerk, clerk, director, document)
    plan.refresh_from_db()
    assert (plan.state, line.granted, plan.document) == (PlanState.ISSUED, 3, document)
    case = filed_use(office, unit_clerk, use_line(office, 2, annual=True))
    while case.state != "issuing":
        case = services.advance(application=case, move="pass", by=None)
    services.advance(application=case, move="issue", by=clerk)
    planning.settle(plan=plan, by=clerk)
    line.refresh_from_db()
    assert (line.settled, line.plan.state) == (2, PlanState.SETTLED)
    with pytest.raises(errors.PlanMissing):  # the one that was left is void
        filed_use(office, unit_clerk, use_line(office, 1, annual=True))


@pytest.mark.rule("YP-01")
def test_each_step_of_a_plan_is_refused_elsewhere(
    plan, office, unit_clerk, clerk, director, document
):
    for act in (
        lambda: planning.settle(plan=plan, by=clerk),
        lambda: planning.review(plan=plan, granted={}, by=clerk),
        lambda: planning.issue_plan(plan=plan, document=document, by=director),
    ):
        with pytest.raises(errors.PlanElsewhere) as refused:
            act()
        assert "计划征集" in refusals.sentence(refused.value)
    planning.close_collecting(plan=plan, by=clerk)
    with pytest.raises(errors.PlanElsewhere):
        planning.request(
            plan=plan,
            unit=office,
            quota_type=staff.code(ADMIN),
            requested=1,
            reason="晚了",
            by=unit_clerk,
        )
    assert not PlanLine.objects.exists()
    with pytest.raises(errors.PlanExists):
        planning.open_plan(year=plan.year, due_on=TODAY, by=clerk)


@pytest.mark.rule("YP-01")
def test_who_may_do_what_of_a_plan(plan, office, foreign_bureau, unit_clerk, clerk, stranger):
    kind = staff.code(ADMIN)
    given = {"plan": plan, "quota_type": kind, "requested": 1, "reason": "补充"}
    with pytest.raises(PermissionDenied):
        planning.request(unit=foreign_bureau, by=unit_clerk, **given)
    with pytest.raises(IllegalQuotaType):
        planning.request(unit=office, by=unit_clerk, **{**given, "quota_type": staff.code(FULL)})
    with pytest.raises(PermissionDenied):
        planning.close_collecting(plan=plan, by=unit_clerk)
    with pytest.raises(PermissionDenied):
        planning.open_plan(year=2030, due_on=TODAY, by=stranger)
    first = planning.request(unit=office, by=unit_clerk, **given)
    again = planning.request(unit=office, by=unit_clerk, **{**given, "requested": 4})
    assert (first.pk, again.requested) == (again.pk, 4)
    planning.close_collecting(plan=plan, by=clerk)
    with pytest.raises(PermissionDenied):
        planning.issue_plan(plan=plan, document=None, by=clerk)


@pytest.mark.rule("YP-02")
def test_a_plan_is_issued_whole_and_within_its_limit(
    plan, office, unit_clerk, clerk, director, document
):
    line = planning.request(
        plan=plan,
        unit=office,
        quota_type=staff.code(ADMIN),
        requested=12,
        reason="补充",
        by=unit_clerk,
    )
    planning.close_collecting(plan=plan, by=clerk)
    with pytest.raises(errors.PlanUnreviewed):
        planning.issue_plan(plan=plan, document=document, by=director)
    with pytest.raises(errors.GrantedBeyond):
        planning.review(plan=plan, granted={line.pk: (13, "")}, by=clerk)
    planning.review(plan=plan, granted={line.pk: (11, "")}, by=clerk)
    with pytest.raises(errors.PlanBeyondLimit) as refused:
        planning.issue_plan(plan=plan, document=document, by=director)
    assert "11 名，超过年度用编总量 10 名" in refusals.sentence(refused.value)
    with pytest.raises(errors.DocumentNeeded):
        planning.issue_plan(plan=plan, document=None, by=director)
    with (
        pytest.raises(IntegrityError, match="plan_line_grants_no_more_than_requested"),
        transaction.atomic(),
    ):
        PlanLine.objects.filter(pk=line.pk).update(granted=13)


@pytest.mark.rule("YP-03")
def test_annual_applications_draw_on_the_plan(plan, office, unit_clerk, clerk, director, document):
    with pytest.raises(errors.PlanMissing):
        filed_use(office, unit_clerk, use_line(office, 1, annual=True))
    line = issued(plan, office, 3, unit_clerk, clerk, director, document)
    first = filed_use(office, unit_clerk, use_line(office, 2, annual=True))
    while first.state != "issuing":
        first = services.advance(application=first, move="pass", by=None)
    assert plans.used(line.plan) == {(office.pk, ADMIN): 2}  # decided, no notice yet
    services.advance(application=first, move="issue", by=clerk)
    assert plans.used(line.plan) == {(office.pk, ADMIN): 2}
    with pytest.raises(errors.PlanShort) as refused:
        filed_use(office, unit_clerk, use_line(office, 2, annual=True))
    assert "核定嵊州市教育局行政编制 3 名，已用 2 名，还剩 1 名" in refusals.sentence(refused.value)
    slots.return_slots(notice=first.notice, slots=[first.notice.slots.get(no=2)], by=unit_clerk)
    assert filed_use(office, unit_clerk, use_line(office, 2, annual=True)).state == "examining"


@pytest.mark.rule("YP-03")
@pytest.mark.django_db(transaction=True)
def test_two_decisions_do_not_share_what_is_left_of_a_plan(
    plan, office, unit_clerk, clerk, director, document
):
    line = issued(plan, office, 1, unit_clerk, clerk, director, document)
    cases = []
    for _ in range(2):
        case = filed_use(office, unit_clerk, use_line(office, 1, annual=True))
        while case.state != "deciding":
            case = services.advance(application=case, move="pass", by=None)
        cases.append(case)

    def decide(case):
        return lambda: services.advance(application=case, move="pass", by=director)

    outcomes = meet_at(PlanLine.objects.filter(pk=line.pk), *(decide(one) for one in cases))
    assert [one.won for one in outcomes] == [True, False]
    assert isinstance(outcomes[1].error, errors.PlanShort)


@pytest.mark.rule("YP-01")
def test_the_page_of_a_plan_says_what_each_reader_does_next(
    client, plan, office, unit_clerk, clerk, director, document
):
    def shown(user):
        client.force_login(user)
        return client.get(reverse("approvals:plan", args=[plan.pk])).text

    assert "前申报，每类编制一行" in shown(unit_clerk)
    assert "“结束征集”" in shown(clerk)
    assert "各单位正在申报" in shown(director)
    line = planning.request(
        plan=plan,
        unit=office,
        quota_type=staff.code(ADMIN),
        requested=12,
        reason="补充空编",
        by=unit_clerk,
    )
    planning.close_collecting(plan=plan, by=clerk)
    assert "编办正在审核" in shown(unit_clerk)
    assert "还有 1 行没有核定，请填写" in shown(clerk)
    assert "等编办经办审核完" in shown(director)
    client.force_login(clerk)
    blank = {"_key": str(uuid.uuid4()), f"granted_{line.pk}": ""}
    saved = client.post(reverse("approvals:plan_review", args=[plan.pk]), blank, follow=True)
    assert "没有填写核定数，没有保存" in saved.text
    over = {"_key": str(uuid.uuid4()), f"granted_{line.pk}": "13"}
    wrong = client.post(reverse("approvals:plan_review", args=[plan.pk]), over)
    assert wrong.text.count("不能超过申报数 12") == 2  # above, and at its place
    planning.review(plan=plan, granted={line.pk: (12, "")}, by=clerk)
    assert "须核减 2 名才能下达" in shown(clerk)
    planning.review(plan=plan, granted={line.pk: (3, "")}, by=clerk)
    assert "等编办主任凭编委审定的文件下达" in shown(clerk)
    assert "请凭编委审定的文件下达" in shown(director)
    planning.issue_plan(plan=plan, document=document, by=director)
    assert "去办理用编申请" in shown(unit_clerk)
    assert "去办理用编申请" not in shown(clerk)
    planning.settle(plan=plan, by=clerk)
    assert "下一步" not in shown(unit_clerk)
