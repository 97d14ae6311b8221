"""编制池: freed places come in, are lent, extended, returned; what is due is found by Q30."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.approvals import errors, refusals
from apps.approvals.choices import ControlKind
from apps.approvals.models import Application, KindVersion, Line, LoanStep, Pool, UseSetting
from apps.approvals.queries import pool as queries
from apps.approvals.services import controls
from apps.approvals.services import pool as services
from apps.checks.rules import BY_NUMBER, Asked, Scope
from apps.quotas.models import Balance, QuotaEntry
from apps.staff import services as people
from apps.units.models import Office
from tests.factories import quotas, staff
from tests.factories.quotas import ADMIN, SUPPORT
from tests.races import meet_at

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LATER = TODAY + dt.timedelta(days=200)


@pytest.fixture
def own_office(home) -> Office:
    return Office.objects.create(name="嵊州市委编办", home=home)


@pytest.fixture
def recovering(own_office) -> UseSetting:
    return UseSetting.objects.create(
        number=1, prefix="剡编控", balance="warn", relation="lt", per="all", recover=True
    )


def seeded(document, clerk, places: int = 5) -> Pool:
    return services.put_in(
        quota_type=staff.code(ADMIN),
        change=places,
        on=TODAY,
        document=document,
        reason="市下达",
        by=clerk,
    ).pool


def exit_of(unit, document, quota_type=ADMIN) -> Line:
    """Let one person of a cell leave, as the effect of an exit does."""
    spell = unit.occupancies.filter(quota_type=quota_type, ends_on=None).first()
    case = Application.objects.create(
        kind="exit",
        version=KindVersion.objects.in_force("exit"),
        unit=unit,
        number="CB2026000001",
        state="examining",
        submitted_at=timezone.now(),
        document=document,
    )
    line = Line.objects.create(application=case, spell=spell, name="某某")
    people.leave(spell=spell, on=TODAY, exit_mode=staff.RETIRED, document=document, by=None)
    line.spell.refresh_from_db()
    return line


@pytest.mark.rule("PL-01")
def test_a_freed_place_of_an_over_staffed_unit_goes_to_the_pool(bureau, document, recovering):
    quotas.staffed(bureau, 5, 5)
    quotas.staffed(bureau, 2, 4, SUPPORT)  # over in another type
    line = exit_of(bureau, document)
    entry = services.after_exit(application=line.application, line=line, by=None)
    ledger = QuotaEntry.objects.get(pk=entry.entry_id)
    assert (ledger.change, ledger.kind, ledger.document) == (-1, "recover", document)
    assert Balance.objects.get(unit=bureau, quota_type=ADMIN).approved == 4
    pool = Pool.objects.get()
    assert (pool.quota_type_id, pool.total, pool.left) == (ADMIN, 1, 1)
    assert entry.application == line.application


@pytest.mark.rule("PL-01")
def test_an_exit_that_only_lessens_an_excess_frees_nothing(bureau, document, recovering):
    quotas.staffed(bureau, 2, 4, SUPPORT)
    quotas.staffed(bureau, 1, 3)
    line = exit_of(bureau, document, SUPPORT)
    assert services.after_exit(application=line.application, line=line, by=None) is None
    assert not Pool.objects.exists()


@pytest.mark.rule("PL-01")
def test_a_unit_that_only_loses_people_gives_its_places_up(bureau, document, recovering, clerk):
    quotas.staffed(bureau, 5, 3)
    controls.control(
        unit=bureau,
        kind=ControlKind.EXIT_ONLY,
        quota_type=None,
        places=0,
        starts_on=TODAY,
        document=document,
        by=clerk,
    )
    line = exit_of(bureau, document)
    assert services.after_exit(application=line.application, line=line, by=None).change == 1


@pytest.mark.rule("PL-01")
@pytest.mark.parametrize("recover", [True, False])
def test_other_units_keep_their_places_and_so_does_everybody_unless_set(
    recover, bureau, document, own_office
):
    UseSetting.objects.create(
        number=1, prefix="剡", balance="off", relation="lt", per="all", recover=recover
    )
    quotas.staffed(bureau, 5, 5)
    if not recover:
        quotas.staffed(bureau, 2, 4, SUPPORT)
    line = exit_of(bureau, document)
    assert services.after_exit(application=line.application, line=line, by=None) is None
    assert Balance.objects.get(unit=bureau, quota_type=ADMIN).approved == 5


@pytest.mark.rule("PL-02")
def test_the_pool_lends_no_more_than_it_has(bureau, document, own_office, clerk, unit_clerk):
    pool = seeded(document, clerk, 3)
    given = {
        "pool": pool,
        "unit": bureau,
        "starts_on": TODAY,
        "due_on": LATER,
        "document": document,
        "reason": "专项工作",
    }
    with pytest.raises(PermissionDenied):
        services.lend(places=1, by=unit_clerk, **given)
    with pytest.raises(errors.PoolShort) as refused:
        services.lend(places=4, by=clerk, **given)
    assert "剩余 3 名，不够 4 名" in refusals.sentence(refused.value)
    with pytest.raises(errors.LoanDue):
        services.lend(places=1, by=clerk, **{**given, "due_on": TODAY})
    services.lend(places=2, by=clerk, **given)
    with pytest.raises(errors.PoolShort):
        services.put_in(
            quota_type=staff.code(ADMIN),
            change=-2,
            on=TODAY,
            document=document,
            reason="划出",
            by=clerk,
        )
    pool.refresh_from_db()
    assert (pool.total, pool.lent, pool.left) == (3, 2, 1)
    with pytest.raises(IntegrityError, match="pool_lends_what_it_has"), transaction.atomic():
        Pool.objects.filter(pk=pool.pk).update(lent=4)


@pytest.mark.rule("PL-03")
def test_a_loan_is_extended_and_comes_back(bureau, document, own_office, clerk):
    pool = seeded(document, clerk, 3)
    loan = services.lend(
        pool=pool,
        unit=bureau,
        places=2,
        starts_on=TODAY,
        due_on=TODAY + dt.timedelta(days=10),
        document=document,
        reason="专项工作",
        by=clerk,
    )
    assert Balance.objects.get(unit=bureau).approved == 2
    [hit] = found_by_q30(bureau)
    assert hit.facts["when"] == "还有 10 天到期"
    [card] = queries.cards(clerk, TODAY)
    assert (card.total, card.used, card.left) == (3, 2, 1)
    with pytest.raises(errors.LoanDue):
        services.extend(loan=loan, due_on=loan.due_on, document=document, note="", by=clerk)
    services.extend(loan=loan, due_on=LATER, document=document, note="延期", by=clerk)
    assert Balance.objects.get(unit=bureau).approved == 2
    assert found_by_q30(bureau) == []
    assert found_by_q30(bureau, LATER + dt.timedelta(days=3))[0].facts["when"] == "已逾期 3 天"
    quotas.people(bureau, 1)
    given = {"loan": loan, "on": TODAY, "document": document, "note": "", "by": clerk}
    with pytest.raises(errors.LoanTaken) as taken:
        services.give_back(places=2, **given)
    assert "借来的编制上还有人" in refusals.sentence(taken.value)
    with pytest.raises(errors.LoanReturnEarly):
        services.give_back(**{**given, "places": 1, "on": TODAY - dt.timedelta(days=1)})
    services.give_back(places=1, **given)
    with pytest.raises(errors.LoanShort):
        services.give_back(places=2, **given)
    loan.refresh_from_db()
    pool.refresh_from_db()
    assert (loan.places, pool.left, Balance.objects.get(unit=bureau).approved) == (1, 2, 1)
    kinds = list(loan.steps.values_list("kind", flat=True))
    assert kinds == ["lend", "extend", "return"]
    with pytest.raises(IntegrityError, match="keeps what was said"), transaction.atomic():
        LoanStep.objects.all().delete()


def test_loans_given_back_come_last(bureau, document, own_office, clerk):
    pool = seeded(document, clerk, 3)
    soon, later = (
        services.lend(
            pool=pool,
            unit=bureau,
            places=1,
            starts_on=TODAY,
            due_on=TODAY + dt.timedelta(days=days),
            document=document,
            reason="专项工作",
            by=clerk,
        )
        for days in (10, 20)
    )
    assert list(queries.loans(clerk)) == [soon, later]
    services.give_back(loan=soon, places=1, on=TODAY, document=document, note="", by=clerk)
    assert list(queries.loans(clerk)) == [later, soon]


def found_by_q30(unit, today=TODAY):
    rule = BY_NUMBER["Q30"]
    return list(rule.find(Asked(Scope(frozenset({unit.pk})), rule.defaults, today)))


@pytest.mark.rule("PL-02")
@pytest.mark.django_db(transaction=True)
def test_two_loans_do_not_share_the_last_place_of_the_pool(bureau, document, own_office, clerk):
    pool = seeded(document, clerk, 1)

    def lend():
        return services.lend(
            pool=pool,
            unit=bureau,
            places=1,
            starts_on=TODAY,
            due_on=LATER,
            document=document,
            reason="专项",
            by=clerk,
        )

    outcomes = meet_at(Pool.objects.filter(pk=pool.pk), lend, lend)
    assert [one.won for one in outcomes] == [True, False]
    assert isinstance(outcomes[1].error, errors.PoolShort)
    assert Balance.objects.get(unit=bureau).approved == 1


@pytest.mark.rule("PL-03")
def test_the_page_of_a_loan_says_who_sits_on_it_and_what_to_do(
    client, bureau, document, clerk, unit_clerk, own_office
):
    loan = services.lend(
        pool=seeded(document, clerk, 3),
        unit=bureau,
        places=2,
        starts_on=TODAY - dt.timedelta(days=9),
        due_on=TODAY - dt.timedelta(days=3),
        document=document,
        reason="专项工作",
        by=clerk,
    )
    quotas.people(bureau, 1)

    def shown(user, *args):
        client.force_login(user)
        name = "loan_move" if len(args) > 1 else "loan"
        return client.get(reverse(f"approvals:{name}", args=args), follow=True).text

    office, unit = shown(clerk, loan.pk), shown(unit_clerk, loan.pk)
    for page in (office, unit):
        assert "已逾期 3 天。借来的 2 名中 1 名已有人占用（含在途），须先办理出编。" in page
    assert "继续借用的，凭文件点“延期”" in office
    assert "到期由编办收回" in unit
    client.force_login(clerk)
    address = reverse("approvals:loan_move", args=[loan.pk, "return"])
    data = {"places": 2, "on": TODAY.isoformat(), "document": document.pk}
    early = (TODAY - dt.timedelta(days=20)).isoformat()
    for wrong, says in (
        ({}, "借来的编制上还有人"),
        ({"places": 1, "on": early}, "不能早于借出日期"),
    ):
        answer = client.post(address, {"_key": str(uuid.uuid4()), **data, **wrong})
        assert answer.status_code == 422
        assert answer.text.count(says) == 2  # above, and at its place
    people.leave(
        spell=bureau.occupancies.get(), on=TODAY, exit_mode=staff.RETIRED, document=None, by=None
    )
    services.give_back(loan=loan, places=2, on=TODAY, document=document, note="", by=clerk)
    assert "下一步" not in shown(clerk, loan.pk)
    assert "已还清，没有要办理的" in shown(clerk, loan.pk, "extend")
