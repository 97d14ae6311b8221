"""The second factor: bound, asked for, used once, and no way around it (rule A-15)."""

import re
import time
import uuid

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts import errors, factors, services
from apps.accounts.choices import AdministratorKind
from apps.accounts.models import LiveSession, RecoveryCode, SecondFactor, SignInCounter
from apps.audit.models import AuditEvent
from apps.core.models import PolicySetting
from tests.factories import accounts, units

pytestmark = pytest.mark.django_db

LOGIN, FACTOR, OWN = "/accounts/login/", "/accounts/factor/", "/accounts/own/"


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三")


def enrolled(user):
    """Bind a generator with the code of two steps ago; return its secret and the codes."""
    secret = factors.new_secret()
    codes = services.enrol_factor(user=user, secret=secret, code=pyotp.TOTP(secret).now(), by=user)
    SecondFactor.objects.filter(user=user).update(last_step=0)
    return secret, codes


def code(secret, steps=0):
    return pyotp.TOTP(secret).at(int(time.time()) + steps * factors.STEP)


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def first_step(client, username="zhangsan", password=accounts.PASSWORD):
    return client.post(LOGIN, {"username": username, "password": password})


@pytest.mark.rule("A-15")
def test_binding_shows_a_picture_and_ten_codes_once(client, user):
    client.force_login(user)
    key = client.session.session_key
    page = client.get(reverse("accounts:factor_enrol")).content.decode()
    secret = re.search(r'factor-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert "data:image/svg+xml" in page
    assert post(client, "accounts:factor_enrol", code="000000").status_code == 422

    answer = post(client, "accounts:factor_enrol", code=pyotp.TOTP(secret).now())

    codes = client.get(answer["Location"]).context["codes"]
    assert len(set(codes)) == 10
    assert "只显示一次" in client.get(answer["Location"], follow=True).content.decode()
    assert client.session.session_key != key  # rotated
    factor = SecondFactor.objects.get(user=user)
    assert secret.encode() not in bytes(factor.secret_ct)
    assert factors.secret_of(factor) == secret
    for row in RecoveryCode.objects.all():
        assert not any(one.encode() in bytes(row.digest) for one in codes)
    assert secret not in str(client.session.items())
    assert AuditEvent.objects.filter(kind="factor.enrol").count() == 1


@pytest.mark.rule("A-15")
@pytest.mark.asvs("6.3.3")
def test_the_password_alone_opens_nothing(client, user):
    secret, _ = enrolled(user)

    answer = first_step(client)

    assert answer["Location"] == FACTOR
    assert client.get(OWN).status_code == 302
    assert not AuditEvent.objects.filter(kind="user.login").exists()
    before = client.session.session_key
    assert client.post(FACTOR, {"code": code(secret)}).status_code == 302
    assert client.get(OWN).status_code == 200
    assert client.session.session_key != before
    assert AuditEvent.objects.get(kind="user.login").note == "动态口令"
    assert LiveSession.objects.get().by_factor


@pytest.mark.rule("A-15")
@pytest.mark.parametrize("bound", [True, False])
def test_who_is_in_already_is_not_asked_for_a_password_again(client, user, bound):
    if bound:
        enrolled(user)
    client.force_login(user)

    page = client.get(FACTOR, follow=True)

    assert page.redirect_chain == [(OWN, 302)]
    told = page.content.decode()
    assert "请先输入用户名和密码" not in told
    assert ("动态口令也已绑定" if bound else "还没有绑定动态口令，需要时在这里绑定") in told


@pytest.mark.rule("A-15")
@pytest.mark.asvs("6.5.1")
def test_a_code_opens_once(user):
    secret, _ = enrolled(user)
    typed = code(secret)
    first, second = Client(), Client()
    first_step(first)
    first_step(second)

    assert first.post(FACTOR, {"code": typed}).status_code == 302
    answer = second.post(FACTOR, {"code": typed})

    assert answer.status_code == 422
    assert second.get(OWN).status_code == 302
    assert AuditEvent.objects.filter(kind="factor.fail").count() == 1


@pytest.mark.rule("A-15")
@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(user, steps, right):
    secret = factors.new_secret()
    now = 1_800_000_015

    found = factors.step_of(secret, pyotp.TOTP(secret).at(now + steps * 30), now=now)

    assert (found is not None) == right


def test_an_older_step_than_the_last_used_is_spent():
    secret = factors.new_secret()
    now = 1_800_000_015
    step = now // 30
    assert factors.step_of(secret, pyotp.TOTP(secret).at(now - 30), after=step, now=now) is None
    assert factors.step_of(secret, pyotp.TOTP(secret).at(now + 30), after=step, now=now) == step + 1


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "１２３４５６", "abcdef", "12 34", "' OR 1=1"]
)
def test_what_is_no_code_is_refused_kindly(client, user, typed):
    enrolled(user)
    first_step(client)

    assert client.post(FACTOR, {"code": typed}).status_code == 422
    assert client.get(OWN).status_code == 302


def test_the_code_of_another_account_is_none(client, user):
    enrolled(user)
    other = accounts.account("lisi", "李四")
    theirs, codes = enrolled(other)
    first_step(client)

    assert client.post(FACTOR, {"code": code(theirs)}).status_code == 422
    assert client.post(FACTOR, {"code": codes[0]}).status_code == 422
    assert client.get(OWN).status_code == 302


@pytest.mark.rule("A-15")
def test_a_recovery_code_serves_once(user):
    _, codes = enrolled(user)
    for expected in (302, 422):
        client = Client()
        first_step(client)
        assert client.post(FACTOR, {"code": codes[3].upper()}).status_code == expected
    assert AuditEvent.objects.get(kind="factor.recover").note == "还剩 9 个恢复码"


@pytest.mark.rule("A-15")
@pytest.mark.asvs("6.3.1")
def test_guessing_codes_is_slowed_down_like_passwords(client, user):
    secret, _ = enrolled(user)
    first_step(client)
    for _ in range(5):
        assert client.post(FACTOR, {"code": "000001"}).status_code == 422
    assert SignInCounter.objects.filter(user=user, failures=5).count() == 2
    SignInCounter.objects.update(failures=12)  # a wait this test cannot outlast

    assert client.post(FACTOR, {"code": code(secret)}).status_code == 429


@pytest.mark.rule("A-15")
def test_no_way_leads_around_the_code(client, user):
    """Temporary password, forced change, another account's first step, an old first step."""
    enrolled(user)
    admin = accounts.administrator(AdministratorKind.SYSTEM)
    first_step(client)
    password = services.reset_password(user=user, by=admin)

    assert client.post(FACTOR, {"code": "000000"})["Location"] == LOGIN  # the password has changed
    answer = first_step(client, password=password)
    assert answer["Location"] == FACTOR
    for view in ("accounts:password_change", "accounts:own", "accounts:factor_remove"):
        assert client.get(reverse(view)).status_code == 302
        assert post(client, view, old=password, password=password).status_code in (302, 405)
    session = client.session
    session["pending_sign_in"] = {**session["pending_sign_in"], "at": int(time.time()) - 301}
    session.save()
    assert client.get(FACTOR)["Location"] == LOGIN
    assert SecondFactor.objects.filter(user=user).exists()


@pytest.mark.rule("A-15")
def test_the_policy_makes_administrators_bind_one_first(client):
    PolicySetting.objects.create(key="factor_for_administrators", value=1)
    admin = accounts.administrator(AdministratorKind.SYSTEM)
    client.post(LOGIN, {"username": admin.username, "password": accounts.PASSWORD})

    assert client.get(reverse("accounts:user_list"))["Location"] == "/accounts/factor/enrol/"
    assert client.get(reverse("accounts:factor_enrol")).status_code == 200
    enrolled(admin)
    with pytest.raises(errors.FactorIsMandatory):
        services.remove_factor(user=admin, password=accounts.PASSWORD, by=admin)


@pytest.mark.rule("A-15")
def test_the_policy_for_the_office_means_the_office_only(db):
    home = units.county("嵊州市")
    rules = {"factor_for_administrators": 0, "factor_for_office": 1}
    assert factors.is_mandatory(units.holder("c", "office_clerk", home), rules)
    assert not factors.is_mandatory(units.holder("u", "unit_clerk", home), rules)
    assert not factors.is_mandatory(accounts.administrator(), rules)


def test_it_is_taken_away_with_the_password_only(client, user):
    enrolled(user)
    client.force_login(user)

    assert post(client, "accounts:factor_remove", password="wrong").status_code == 422
    assert SecondFactor.objects.exists()
    post(client, "accounts:factor_remove", password=accounts.PASSWORD)
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


@pytest.mark.rule("A-13")
def test_a_lost_one_is_reset_by_two(client, user):
    enrolled(user)
    one, other = (accounts.administrator(AdministratorKind.SECURITY) for _ in range(2))
    theirs = Client()
    theirs.force_login(user)
    client.force_login(one)
    post(client, "accounts:factor_reset", user.pk, reason="手机丢失，已当面核实")
    assert SecondFactor.objects.exists()
    from apps.accounts.models import Proposal

    services.confirm(proposal=Proposal.objects.get(), by=other)

    assert not SecondFactor.objects.exists()
    assert theirs.get(OWN).status_code == 302
    assert AuditEvent.objects.get(kind="factor.reset").actor_id == other.pk
