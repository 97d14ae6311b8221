"""我的档案: tied by the office and a security administrator; who looked; held back for a case."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services as accounts_services
from apps.accounts.choices import AdministratorKind
from apps.accounts.models import LookHold, OwnRecord, Proposal
from apps.audit import services as audit
from apps.staff import own
from apps.staff.models import Occupancy
from tests.factories import accounts
from tests.identity_numbers import number
from tests.repository import world as worlds

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-20")]


@pytest.fixture
def world():
    return worlds.build()


@pytest.fixture
def person(world):
    return Occupancy.objects.get(pk=world.home_ids["spell"]).person


@pytest.fixture
def clerk(world):
    return world.user("office_clerk")


@pytest.fixture
def holder(world, person):
    return accounts.account("benren", person.name, title="县教育局")


@pytest.fixture
def security():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan1", "顾安全")


@pytest.fixture
def tied(person, holder, clerk, security):
    made = own.propose_tie(
        person=person, user=holder, number=worlds.HOME_NUMBER, reason="到场核对", by=clerk
    )
    accounts_services.confirm(proposal=made, by=security)
    return holder


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def test_before_it_is_tied_the_page_says_how(client, holder, person):
    client.force_login(holder)
    page = client.get(reverse("staff:own")).content.decode()
    assert "还没有与人员登记绑定" in page
    assert person.person_no not in page


def test_the_office_proves_it_and_a_security_administrator_confirms(
    client, person, holder, clerk, security
):
    client.force_login(clerk)
    fields = {"user": holder.pk, "reason": "到场核对"}
    wrong = number("330683", dt.date(1980, 1, 1), 11)
    refused = post(client, "staff:tie", person.pk, number=wrong, **fields)
    assert refused.status_code == 422
    assert "号码与登记不一致" in refused.content.decode()
    assert not Proposal.objects.exists()

    post(client, "staff:tie", person.pk, number=worlds.HOME_NUMBER, **fields)

    made = Proposal.objects.get()
    assert worlds.HOME_NUMBER not in str(made.payload) + made.summary + made.reason
    assert not OwnRecord.objects.exists()
    accounts_services.confirm(proposal=made, by=security)
    client.force_login(holder)
    page = client.get(reverse("staff:own")).content.decode()
    assert person.person_no in page
    assert worlds.HOME_NUMBER not in page
    assert f"{worlds.HOME_NUMBER[:6]}********{worlds.HOME_NUMBER[14:]}" in page
    # and nothing more than that
    assert client.get(reverse("staff:list")).status_code == 403


def test_an_account_of_another_name_cannot_be_tied(person, clerk):
    other = accounts.account("bieren", "别人")
    with pytest.raises(own.NotThatPerson):
        own.propose_tie(person=person, user=other, number=worlds.HOME_NUMBER, reason="x", by=clerk)


@pytest.mark.asvs("8.2.2")
def test_only_the_office_in_charge_ties(client, world, person, holder):
    fields = {"user": holder.pk, "number": worlds.HOME_NUMBER, "reason": "x"}
    for role, status in (("unit_clerk", 403), ("leader", 403), ("audit", 403)):
        client.force_login(world.user(role))
        assert post(client, "staff:tie", person.pk, **fields).status_code == status
    foreign = Occupancy.objects.exclude(person=person).first().person
    client.force_login(world.user("office_clerk"))
    assert post(client, "staff:tie", foreign.pk, **fields).status_code == 404
    assert not Proposal.objects.exists()


def test_one_account_for_one_person(person, tied, clerk, security):
    second = accounts.account("benren2", person.name)
    made = own.propose_tie(
        person=person, user=second, number=worlds.HOME_NUMBER, reason="x", by=clerk
    )
    with pytest.raises(own.CannotApply, match="已经绑定过"):
        accounts_services.confirm(proposal=made, by=security)


class TestUntying:
    """The holder, the office in charge and security may propose it; security confirms."""

    @pytest.mark.parametrize("role", ["holder", "office", "security"])
    def test_it_is_proposed_on_a_page_and_confirmed_by_another(
        self, client, world, person, tied, clerk, security, role
    ):
        by = {"holder": tied, "office": clerk, "security": security}[role]
        other = accounts.administrator(AdministratorKind.SECURITY, "anquan9", "苏确认")
        client.force_login(by)
        page = reverse("staff:untie", args=[tied.pk])
        assert client.get(page).status_code == 200
        assert post(client, "staff:untie", tied.pk, reason="").status_code == 422
        assert not Proposal.objects.open().exists()

        answer = post(client, "staff:untie", tied.pk, reason="绑定错误")

        made = Proposal.objects.open().get()
        assert person.person_no in made.summary
        assert "等待" in client.get(answer["Location"]).content.decode()
        again = post(client, "staff:untie", tied.pk, reason="再提一次")
        assert again.status_code == 422
        assert "正在等待确认" in again.content.decode()
        assert OwnRecord.objects.filter(user=tied).exists()
        accounts_services.confirm(proposal=made, by=other)
        assert not OwnRecord.objects.filter(user=tied).exists()
        assert client.get(page).status_code == 404
        assert post(client, "staff:untie", tied.pk, reason="又一次").status_code == 404

    def test_for_everybody_else_the_page_does_not_exist(self, client, world, tied):
        for role in ("unit_clerk", "leader", "audit", "system"):
            client.force_login(world.user(role))
            assert client.get(reverse("staff:untie", args=[tied.pk])).status_code == 404
            assert post(client, "staff:untie", tied.pk, reason="x").status_code == 404
        assert not Proposal.objects.open().exists()

    def test_the_ways_to_it(self, client, person, tied, clerk, security):
        address = reverse("staff:untie", args=[tied.pk])
        for user, page in (
            (tied, reverse("staff:own")),
            (clerk, reverse("staff:tie", args=[person.pk])),
            (security, Proposal.objects.get(kind="person.tie").get_absolute_url()),
        ):
            client.force_login(user)
            assert address in client.get(page).content.decode(), page


def look(person, by, kind="person.reveal", purpose="核对人员信息"):
    note = "公民身份号码" if kind == "person.reveal" else ""
    return audit.record(kind, target=person, by=by, purpose=purpose, note=note)


def test_the_person_sees_who_looked_why_and_from_where(client, person, tied, clerk):
    clerk.title = "县委编办"
    clerk.save()
    look(person, clerk)
    look(person, clerk, "person.view", "")
    foreign = Occupancy.objects.exclude(person=person).first().person
    look(foreign, clerk, purpose="与我无关")
    client.force_login(tied)

    answer = client.get(reverse("staff:own"))

    lines = [(one.who, one.where, one.what, one.purpose) for one in answer.context["looks"]]
    assert (clerk.name, "县委编办", "查看了您的完整公民身份号码", "核对人员信息") in lines
    assert "与我无关" not in answer.content.decode()


@pytest.mark.rule("A-15")
def test_a_number_is_shown_after_a_code_where_the_policy_says_so(client, person, clerk):
    from apps.accounts import stepup
    from apps.core.models import PolicySetting

    PolicySetting.objects.create(key="factor_before_reveal", value=1)
    client.force_login(clerk)
    fields = {"field": "id_no", "purpose": "核对人员信息"}

    answer = post(client, "staff:reveal", person.pk, **fields)

    back = reverse("staff:detail", args=[person.pk]).replace("/", "%2F")
    assert answer["Location"] == f"{reverse('accounts:step_up')}?next={back}"
    assert client.get(answer["Location"])["Location"] == reverse("accounts:factor_enrol")
    session = client.session
    session[stepup.KEY] = 9_999_999_999
    session.save()
    assert worlds.HOME_NUMBER in post(client, "staff:reveal", person.pk, **fields).content.decode()


class TestHold:
    @pytest.fixture
    def other(self):
        return accounts.administrator(AdministratorKind.SECURITY, "anquan2", "苏确认")

    def held(self, person, security, other, days=30):
        until = timezone.localdate() + dt.timedelta(days=days)
        made = own.propose_hold(person=person, until=until, reason="某纪〔2026〕1号", by=security)
        accounts_services.confirm(proposal=made, by=other)

    def test_looks_for_discipline_are_held_back_with_what_went_with_them(
        self, person, tied, clerk, world, security, other
    ):
        look(person, clerk, purpose=own.DISCIPLINE)
        look(person, clerk, "person.view", "")
        look(person, world.user("office_chief"))
        assert len(own.looked_at(person)) == 3
        self.held(person, security, other)

        shown = own.looked_at(person)

        assert [one.who for one in shown] == [world.user("office_chief").name]
        from apps.audit.models import AuditEvent

        event = AuditEvent.objects.get(kind="person.hold")
        assert (event.actor_id, event.note) == (other.pk, "某纪〔2026〕1号")

    def test_after_its_day_they_are_shown(self, person, tied, clerk, security, other):
        look(person, clerk, purpose=own.DISCIPLINE)
        self.held(person, security, other)
        LookHold.objects.update(until=timezone.localdate() - dt.timedelta(days=1))

        assert len(own.looked_at(person)) == 1

    @pytest.mark.parametrize("days", [0, -1, 367])
    def test_a_hold_ends_within_a_year(self, person, security, days):
        with pytest.raises(own.HoldTooLong):
            own.propose_hold(
                person=person,
                until=timezone.localdate() + dt.timedelta(days=days),
                reason="x",
                by=security,
            )

    def test_the_page_is_for_security_administrators(self, client, person, security, clerk):
        client.force_login(clerk)
        assert client.get(reverse("staff:hold")).status_code == 403
        client.force_login(security)
        assert post(client, "staff:hold", person_no="X", until="", reason="").status_code == 422
        until = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
        answer = post(
            client, "staff:hold", person_no=person.person_no, until=until, reason="某纪1号"
        )
        assert answer["Location"] == Proposal.objects.get().get_absolute_url()
