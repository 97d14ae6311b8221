"""One proposes, another confirms (rule A-13); the database refuses every way around it."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts import errors, services
from apps.accounts.choices import AdministratorKind
from apps.accounts.models import Proposal, User
from apps.audit.models import AuditEvent
from apps.core import policy
from apps.core.models import PolicySetting
from apps.core.writes import constraint_of, sign
from apps.units import appointments
from apps.units.models import Appointment, Unit
from tests.factories import accounts, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposer():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan1", "顾提议")


@pytest.fixture
def confirmer():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan2", "苏确认")


@pytest.fixture
def system():
    return accounts.administrator(AdministratorKind.SYSTEM, "xitong1", "魏系统")


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三")


@pytest.fixture
def proposal(proposer, user):
    return services.propose_administrator(user=user, kind="audit", reason="轮岗", by=proposer)


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def past_its_time(proposer):
    """Make a proposal whose days are over."""
    return Proposal.objects.create(
        kind="policy.change",
        payload={"key": "reveals_a_day", "from": 30, "to": 10},
        summary="x",
        once="policy:reveals_a_day",
        reason="收紧",
        proposed_by=proposer,
        expires_at=timezone.now() - dt.timedelta(minutes=1),
    )


@pytest.mark.rule("A-13")
def test_an_administrator_is_made_when_another_confirms(proposal, proposer, confirmer, user):
    user.refresh_from_db()
    assert user.admin_kind is None

    services.confirm(proposal=proposal, by=confirmer, note="同意")

    user.refresh_from_db()
    assert user.admin_kind == "audit"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.note) == ("confirmed", confirmer, "同意")
    made = AuditEvent.objects.get(kind="administrator.make")
    assert (made.actor_id, made.target_id) == (confirmer.pk, str(user.pk))
    assert AuditEvent.objects.get(kind="proposal.propose").actor_id == proposer.pk
    assert proposal.history.count() == 2


@pytest.mark.rule("A-13")
@pytest.mark.asvs("2.3.5")
def test_nobody_confirms_his_own_by_a_hand_made_post(client, proposal, proposer, confirmer, user):
    client.force_login(proposer)

    answer = post(client, "accounts:proposal_confirm", proposal.pk, note="同意")

    assert "不能确认自己的提议" in client.get(answer["Location"]).content.decode()
    assert "确认，立即生效" not in client.get(proposal.get_absolute_url()).content.decode()
    proposal.refresh_from_db()
    user.refresh_from_db()
    assert (proposal.state, user.admin_kind) == ("open", None)
    assert not AuditEvent.objects.filter(kind="proposal.confirm").exists()


@pytest.mark.rule("A-13")
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"decided_by": "proposer"}, "proposal_is_confirmed_by_another"),
        ({"decided_by": "subject"}, "proposal_is_confirmed_by_security_administrator"),
        ({"decided_by": "system"}, "proposal_is_confirmed_by_security_administrator"),
    ],
)
def test_the_database_refuses_the_wrong_confirmer(
    proposal, proposer, system, user, change, constraint
):
    who = {"proposer": proposer, "subject": user, "system": system}[change["decided_by"]]

    with pytest.raises(IntegrityError) as failure, transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            state="confirmed", decided_by=who, decided_at=timezone.now()
        )

    assert constraint_of(failure.value) == constraint


@pytest.mark.rule("A-13")
def test_the_database_keeps_what_was_proposed_and_decides_once(proposal, confirmer, proposer):
    rows = Proposal.objects.filter(pk=proposal.pk)
    for change in ({"payload": {"kind": "security"}}, {"proposed_by": confirmer}, {"reason": "x"}):
        with pytest.raises(IntegrityError, match="stays what was"), transaction.atomic():
            rows.update(**change)
    services.decline(proposal=proposal, by=confirmer, note="不需要")
    with pytest.raises(IntegrityError, match="decided once"), transaction.atomic():
        rows.update(state="open", decided_at=None, decided_by=None)
    with pytest.raises(IntegrityError, match="begins open"), transaction.atomic():
        Proposal.objects.create(
            kind="administrator.make",
            subject=confirmer,
            summary="x",
            once="x",
            reason="x",
            proposed_by=proposer,
            state="confirmed",
            decided_by=confirmer,
            decided_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        )


@pytest.mark.rule("A-13")
def test_what_concerns_oneself_is_neither_proposed_nor_confirmed(proposer, confirmer, system):
    with pytest.raises(errors.AboutYourself):
        services.propose_removal(user=proposer, reason="我走了", by=proposer)
    about_confirmer = services.propose_removal(user=confirmer, reason="轮岗", by=proposer)
    with pytest.raises(errors.AboutYourself):
        services.confirm(proposal=about_confirmer, by=confirmer)
    with pytest.raises(IntegrityError, match="not_for_oneself"), transaction.atomic():
        Proposal.objects.create(
            kind="administrator.make",
            subject=system,
            proposed_by=system,
            summary="x",
            once="y",
            reason="x",
            expires_at=timezone.now() + dt.timedelta(days=1),
        )


@pytest.mark.rule("A-13")
def test_an_ended_or_late_proposal_is_not_confirmed(proposal, proposer, confirmer, user):
    late = past_its_time(proposer)
    with pytest.raises(errors.ProposalEnded) as refusal:
        services.confirm(proposal=late, by=confirmer)
    assert refusal.value.label == "过期失效"
    with pytest.raises(IntegrityError, match="past its time"), transaction.atomic():
        Proposal.objects.filter(pk=late.pk).update(
            state="confirmed", decided_by=confirmer, decided_at=timezone.now()
        )
    assert services.expire() == 1
    late.refresh_from_db()
    assert late.state == "expired"

    services.withdraw(proposal=proposal, by=proposer)
    with pytest.raises(errors.ProposalEnded):
        services.confirm(proposal=proposal, by=confirmer)
    user.refresh_from_db()
    assert user.admin_kind is None
    assert policy.value("reveals_a_day") == 30


def test_only_the_proposer_withdraws(proposal, confirmer):
    with pytest.raises(errors.NotTheirs):
        services.withdraw(proposal=proposal, by=confirmer)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_the_same_thing_waits_once(proposal, user, system):
    with pytest.raises(errors.AlreadyProposed):
        services.propose_administrator(user=user, kind="system", reason="再提", by=system)
    assert Proposal.objects.count() == 1


@pytest.mark.rule("A-04")
def test_a_demoted_confirmer_confirms_nothing_with_his_old_page(proposal, confirmer, user):
    User.objects.filter(pk=confirmer.pk).update(admin_kind=None)

    with pytest.raises(errors.NotTheirs):
        services.confirm(proposal=proposal, by=confirmer)

    user.refresh_from_db()
    assert user.admin_kind is None


def test_the_last_of_a_kind_stays(system, proposer, confirmer):
    proposal = services.propose_removal(user=system, reason="离职", by=proposer)

    with pytest.raises(errors.CannotApply, match="最后一位"):
        services.confirm(proposal=proposal, by=confirmer)

    proposal.refresh_from_db()
    system.refresh_from_db()
    assert (proposal.state, system.admin_kind) == ("open", "system")


def test_a_removed_administrator_is_signed_out_at_once(client, proposer, confirmer, system):
    accounts.administrator(AdministratorKind.SYSTEM)
    client.force_login(system)
    assert client.get(reverse("accounts:user_list")).status_code == 200

    services.confirm(
        proposal=services.propose_removal(user=system, reason="轮岗", by=proposer), by=confirmer
    )

    assert client.get(reverse("accounts:user_list")).status_code == 302


def test_who_holds_a_role_becomes_no_administrator(home, clerk, proposer, confirmer):
    proposal = services.propose_administrator(user=clerk, kind="audit", reason="x", by=proposer)

    with pytest.raises(errors.CannotApply, match="还持有业务角色"):
        services.confirm(proposal=proposal, by=confirmer)

    clerk.refresh_from_db()
    assert clerk.admin_kind is None


@pytest.mark.rule("A-13")
def test_no_road_of_a_signed_in_person_makes_an_administrator_alone(user, proposer):
    sign(by=proposer)
    with pytest.raises(IntegrityError, match="by two"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(admin_kind="security")
    with pytest.raises(IntegrityError, match="by two"), transaction.atomic():
        User.objects.create_user("sly", "x", name="x", admin_kind="audit")


@pytest.mark.rule("A-13")
def test_no_road_of_a_signed_in_person_gives_or_takes_a_role_alone(home, clerk, proposer, user):
    with pytest.raises(IntegrityError, match="given by two"), transaction.atomic():
        appointments.appoint(user=user, role="leader", unit=home, by=proposer)
    with pytest.raises(IntegrityError, match="taken by two"), transaction.atomic():
        appointments.revoke(appointment=clerk.appointments.get(), by=proposer)
    assert Appointment.objects.open().count() == 1


@pytest.mark.rule("A-13")
def test_a_confirmed_proposal_for_one_does_not_serve_another(home, user, proposer, confirmer):
    other = accounts.account("lisi", "李四")
    proposal = appointments.propose_grant(
        user=user, role="leader", unit=home, reason="x", by=proposer
    )
    services.confirm(proposal=proposal, by=confirmer)
    proposal.refresh_from_db()

    with pytest.raises(IntegrityError, match="given by two"), transaction.atomic():
        appointments.appoint(user=other, role="leader", unit=home, by=proposer, proposal=proposal)


def test_a_unit_abolished_meanwhile_is_told_and_the_proposal_waits(
    home, bureau, user, proposer, confirmer
):
    proposal = appointments.propose_grant(
        user=user, role="unit_clerk", unit=bureau, reason="x", by=proposer
    )
    Unit.objects.filter(pk=bureau.pk).update(status="abolished", abolished_on=dt.date(2020, 1, 1))

    with pytest.raises(errors.CannotApply, match="已撤销"):
        services.confirm(proposal=proposal, by=confirmer)

    proposal.refresh_from_db()
    assert proposal.state == "open"


class TestPolicy:
    @pytest.mark.rule("A-14")
    def test_a_number_changes_when_another_confirms(self, proposer, confirmer):
        proposal = services.propose_policy(key="idle_minutes", value=20, reason="收紧", by=proposer)
        assert policy.value("idle_minutes") == 30

        services.confirm(proposal=proposal, by=confirmer)

        assert policy.value("idle_minutes") == 20
        assert AuditEvent.objects.get(kind="policy.change").before == {"无操作多久退出": "30 分钟"}

    @pytest.mark.rule("A-14")
    @pytest.mark.parametrize(("value", "kept"), [(0, 5), (4, 5), (9999, 120)])
    def test_bounds_hold_on_every_road(self, client, proposer, value, kept):
        with pytest.raises(policy.OutOfBounds):
            services.propose_policy(key="idle_minutes", value=value, reason="x", by=proposer)
        PolicySetting.objects.create(key="idle_minutes", value=value)
        assert policy.value("idle_minutes") == policy.values()["idle_minutes"] == kept
        client.force_login(proposer)
        address = reverse("accounts:policy_change") + "?key=idle_minutes"
        fields = {"_key": str(uuid.uuid4()), "value": value, "reason": "x"}
        assert "5 至 120" in client.post(address, fields).content.decode()
        assert not Proposal.objects.exists()

    def test_a_stale_proposal_is_not_confirmed_over_a_newer_value(self, proposer, confirmer):
        proposal = services.propose_policy(key="idle_minutes", value=20, reason="x", by=proposer)
        PolicySetting.objects.create(key="idle_minutes", value=10)

        with pytest.raises(errors.CannotApply, match="与提议时不同"):
            services.confirm(proposal=proposal, by=confirmer)

    def test_settings_differ_from_the_standard_where_production_says_so(self, settings):
        settings.POLICY_DEFAULTS = {"factor_for_administrators": 1}
        assert policy.value("factor_for_administrators") == 1


@pytest.mark.parametrize("kind", [None, *AdministratorKind])
@pytest.mark.asvs("8.2.1")
def test_who_sees_and_does_what(client, proposal, proposer, user, kind):
    grants = services.propose_policy(key="idle_minutes", value=20, reason="x", by=proposer)
    client.force_login(accounts.account(admin_kind=kind))

    listed = client.get(reverse("accounts:proposals"))
    opened = client.get(grants.get_absolute_url())
    confirmed = post(client, "accounts:proposal_confirm", proposal.pk)

    expected = {
        None: (403, 403, 403),
        AdministratorKind.SYSTEM: (200, 404, 403),
        AdministratorKind.SECURITY: (200, 200, 302),
        AdministratorKind.AUDIT: (200, 200, 403),
    }[kind]
    assert (listed.status_code, opened.status_code, confirmed.status_code) == expected
    user.refresh_from_db()
    assert user.admin_kind == ("audit" if kind == AdministratorKind.SECURITY else None)


def test_declining_needs_a_reason(client, proposal, confirmer):
    client.force_login(confirmer)

    answer = post(client, "accounts:proposal_decline", proposal.pk, note="")
    assert answer.status_code == 422
    assert "请写明原因" in answer.content.decode()

    post(client, "accounts:proposal_decline", proposal.pk, note="资格不符")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.note) == ("declined", "资格不符")


def test_one_alone_is_told_how_to_get_a_second(client, proposal, proposer):
    client.force_login(proposer)
    assert (
        "create_administrator security"
        in client.get(reverse("accounts:proposals")).content.decode()
    )
    accounts.administrator(AdministratorKind.SECURITY)
    assert "create_administrator" not in client.get(reverse("accounts:proposals")).content.decode()


@pytest.mark.parametrize("view", ["accounts:administrators", "accounts:policy"])
def test_pages_open_with_few_queries(
    client, proposal, proposer, view, django_assert_max_num_queries
):
    client.force_login(proposer)
    with django_assert_max_num_queries(12):
        assert client.get(reverse(view)).status_code == 200


@pytest.fixture
def home():
    return units.county("嵊州市")


@pytest.fixture
def bureau(home):
    return units.unit("嵊州市教育局", home)


@pytest.fixture
def clerk(home):
    return units.holder("clerk", "office_clerk", home)
