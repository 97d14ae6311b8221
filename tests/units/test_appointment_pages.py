"""Pages on which the security administrator gives and takes roles."""

import uuid

import pytest
from django.urls import reverse

from apps.accounts.choices import AdministratorKind
from apps.accounts.models import User
from apps.accounts.roles import ROLES
from apps.audit.models import AuditEvent
from apps.units.models import Appointment, UnitUserPermission
from tests.factories import accounts, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def security():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan1", "顾安全")


@pytest.fixture
def page(client, security):
    client.force_login(security)
    return client


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三")


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def confirmer():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan2", "苏确认")


def confirm(by):
    """Confirm the newest proposal as `by`."""
    from apps.accounts import services
    from apps.accounts.models import Proposal

    return services.confirm(proposal=Proposal.objects.latest("pk"), by=by)


def grant(page, confirmer, user, bureau, role="unit_clerk"):
    fields = {"user": user.pk, "unit": bureau.pk, "role": role, "note": "批"}
    answer = post(page, "units:appointment_create", **fields)
    confirm(confirmer)
    return answer


@pytest.mark.rule("A-13")
def test_a_role_is_given_on_a_subtree_by_two(page, security, confirmer, user, bureau):
    answer = post(
        page, "units:appointment_create", user=user.pk, unit=bureau.pk, role="unit_clerk", note="批"
    )
    assert not Appointment.objects.exists()
    assert not User.objects.get(pk=user.pk).may_anywhere("file_for")
    assert "等待另一位安全管理员确认" in page.get(answer["Location"]).content.decode()

    confirm(confirmer)

    row = Appointment.objects.get(user=user)
    assert (row.unit, row.role, row.ends_at) == (bureau, "unit_clerk", None)
    fresh = User.objects.get(pk=user.pk)
    assert fresh.may("file_for", bureau)
    assert not fresh.may_anywhere("maintain")
    event = AuditEvent.objects.get(kind="appointment.grant", actor_id=confirmer.pk)
    assert (row.proposal.proposed_by, row.proposal.decided_by) == (security, confirmer)
    assert event.after["role"] == ROLES["unit_clerk"].label


def test_any_unit_of_the_tree_can_be_chosen(page, bureau, foreign_bureau):
    for unit in (bureau, foreign_bureau):
        body = page.get(reverse("units:appointment_units"), {"q": unit.name}).content.decode()
        assert unit.name in body


def test_typed_texts_work_without_script(page, confirmer, user, bureau):
    answer = post(
        page,
        "units:appointment_create",
        user_text="zhangsan",
        unit_text=bureau.code,
        role="unit_clerk",
        note="批",
    )

    assert answer.status_code == 302
    confirm(confirmer)
    assert Appointment.objects.filter(user=user, unit=bureau).exists()


@pytest.mark.rule("A-04")
def test_administrators_get_no_role(page, security, bureau):
    for admin in (security, accounts.administrator(AdministratorKind.SYSTEM)):
        answer = post(
            page,
            "units:appointment_create",
            user=admin.pk,
            unit=bureau.pk,
            role="office_clerk",
            note="批",
        )
        assert answer.status_code == 422

    assert not Appointment.objects.exists()
    assert not UnitUserPermission.objects.exists()
    assert not AuditEvent.objects.filter(kind="appointment.grant").exists()


def test_the_same_role_twice_is_refused_with_a_sentence(page, confirmer, user, bureau):
    fields = {"user": user.pk, "unit": bureau.pk, "role": "unit_clerk", "note": "批"}
    post(page, "units:appointment_create", **fields)
    waiting = post(page, "units:appointment_create", **fields)
    assert waiting.status_code == 422
    assert "正在等待确认" in waiting.content.decode()
    confirm(confirmer)

    answer = post(page, "units:appointment_create", **fields)

    assert answer.status_code == 422
    assert "已有这个角色" in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_a_role_is_taken_back_and_the_session_ends(page, confirmer, client_of, user, bureau):
    grant(page, confirmer, user, bureau)
    theirs = client_of(user)
    assert theirs.get(reverse("accounts:own")).status_code == 200
    row = Appointment.objects.get(user=user)

    assert post(page, "units:appointment_revoke", row.pk, reason="").status_code == 422
    post(page, "units:appointment_revoke", row.pk, reason="调离")
    row.refresh_from_db()
    assert row.ends_at is None
    confirm(confirmer)

    row.refresh_from_db()
    assert row.ends_at is not None
    assert not User.objects.get(pk=user.pk).may_anywhere("view_subtree")
    assert theirs.get(reverse("accounts:own")).status_code == 302
    assert AuditEvent.objects.filter(kind="appointment.revoke").count() == 1


def test_taking_back_twice_says_so(page, confirmer, user, bureau):
    grant(page, confirmer, user, bureau)
    row = Appointment.objects.get(user=user)
    post(page, "units:appointment_revoke", row.pk, reason="调离")
    confirm(confirmer)

    answer = post(page, "units:appointment_revoke", row.pk, reason="调离")

    assert "已由他人收回" in page.get(answer["Location"]).content.decode()
    assert AuditEvent.objects.filter(kind="appointment.revoke").count() == 1


@pytest.fixture
def client_of():
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_a_new_role_ends_the_session_that_did_not_have_it(page, confirmer, client_of, user, bureau):
    theirs = client_of(user)

    grant(page, confirmer, user, bureau)

    assert theirs.get(reverse("accounts:own")).status_code == 302


@pytest.mark.parametrize("kind", [None, AdministratorKind.SYSTEM, AdministratorKind.AUDIT])
@pytest.mark.asvs("8.2.1")
def test_nobody_else_gives_or_sees_roles(client, user, bureau, kind):
    units.holder("held", "unit_clerk", bureau)
    row = Appointment.objects.get()
    client.force_login(accounts.account(admin_kind=kind))

    for view, args in (
        ("units:appointment_list", ()),
        ("units:appointment_create", ()),
        ("units:appointments_of_user", (user.pk,)),
        ("units:appointment_units", ()),
    ):
        assert client.get(reverse(view, args=args)).status_code == 403
    fields = {"user": user.pk, "unit": bureau.pk, "role": "office_clerk"}
    assert post(client, "units:appointment_create", **fields).status_code == 403
    assert post(client, "units:appointment_revoke", row.pk).status_code == 403

    row.refresh_from_db()
    assert row.ends_at is None
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("extra", [1, 3])
def test_a_longer_list_costs_no_query(page, bureau, extra, django_assert_num_queries):
    for n in range(extra):
        units.holder(f"u{n}", "unit_clerk", bureau)
    page.get(reverse("units:appointment_list"))

    with django_assert_num_queries(8):  # one is the badge of what waits for him
        answer = page.get(reverse("units:appointment_list"))

    assert answer.context["page"].paginator.count == extra


def test_accounts_without_a_role_are_named(page, user, bureau):
    units.holder("held", "unit_clerk", bureau, "已授权者")

    waiting = page.get(reverse("units:appointment_list")).context["waiting"]

    assert waiting == [user]
