"""Waiting after failures, let off by the security administrator; whose address counts."""

import contextlib
import datetime as dt
import uuid

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services, throttle
from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import TooManyAttempts
from apps.accounts.models import SignInCounter, User
from apps.audit.models import AuditEvent
from apps.core import addresses
from apps.core.models import PolicySetting
from bianzhi import env
from tests.factories import accounts

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def fail(client, times, username="lingdao", **extra):
    for _ in range(times):
        answer = client.post(LOGIN, {"username": username, "password": "wrong"}, **extra)
    return answer


@pytest.fixture
def leader():
    return accounts.account("lingdao", "王领导")


@pytest.mark.rule("A-03")
def test_the_security_administrator_sees_and_lets_off_who_waits(client, leader):
    fail(client, 5)
    fail(client, 5, username="nobody")
    SignInCounter.objects.update(failures=15)  # as after ten more: a wait this test cannot outlast
    good = {"username": "lingdao", "password": accounts.PASSWORD}
    assert client.post(LOGIN, good).status_code == 429
    admin = accounts.administrator(AdministratorKind.SECURITY)
    client.force_login(admin)
    page = client.get(reverse("accounts:locked")).content.decode()
    assert "王领导" in page
    assert "nobody" not in page
    assert post(client, "accounts:unlock", leader.pk, reason="").status_code == 422

    post(client, "accounts:unlock", leader.pk, reason="本人来电，已核实")

    assert throttle.slowed() == []
    client.logout()
    assert client.post(LOGIN, good).status_code == 302
    event = AuditEvent.objects.get(kind="user.unlock")
    assert (event.actor_id, event.note) == (admin.pk, "本人来电，已核实")


@pytest.mark.rule("A-03")
def test_nobody_can_keep_a_leader_out_for_ever(leader):
    """Guesses from all over the world, for days: where he signed in before he still gets in."""
    home = throttle.keys_of("lingdao", "10.0.0.5")
    throttle.admit(home, user=leader)
    throttle.forgive(home)
    for n in range(60):
        with contextlib.suppress(TooManyAttempts):
            throttle.admit(throttle.keys_of("lingdao", f"10.9.{n}.1"), user=leader)
    throttle.admit(home, user=leader)  # does not raise
    pair, account, _ = throttle.brakes()
    assert account.wait(10_000) <= 300
    assert pair.wait(10_000) == 900


@pytest.mark.rule("A-14")
def test_the_policy_sets_the_brakes(client, leader):
    PolicySetting.objects.create(key="account_failures", value=3)
    assert throttle.brakes().pair == throttle.Brake(free=3, longest=900)
    assert throttle.brakes().account.free == 6
    fail(client, 3)
    SignInCounter.objects.update(failures=12)

    assert fail(client, 1).status_code == 429


@pytest.mark.rule("A-03")
@pytest.mark.parametrize(
    ("trusted", "near", "said", "client"),
    [
        ([], "10.0.0.1", "6.6.6.6", "10.0.0.1"),  # no proxy of ours: the header is not read
        (["10.0.0.1"], "10.0.0.1", "192.168.3.4", "192.168.3.4"),
        (["10.0.0.1"], "10.0.0.2", "192.168.3.4", "10.0.0.2"),
        (["10.0.0.0/24"], "10.0.0.1", "6.6.6.6, 192.168.3.4, 10.0.0.9", "192.168.3.4"),
        (["10.0.0.1"], "10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "192.168.3.4:5566", "192.168.3.4"),
        (["10.0.0.1"], "10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        (["10.0.0.1"], "::ffff:10.0.0.1", "192.168.3.4", "192.168.3.4"),
        (["unix"], "", "192.168.3.4", "192.168.3.4"),
        ([], "", "192.168.3.4", None),
    ],
)
def test_the_caller_is_who_our_own_proxies_say(settings, trusted, near, said, client):
    settings.TRUSTED_PROXIES = trusted

    assert addresses.client_of({"REMOTE_ADDR": near, "HTTP_X_FORWARDED_FOR": said}) == client


def test_a_spoofed_header_does_not_escape_the_count(client, leader):
    for n in range(6):
        client.post(
            LOGIN,
            {"username": "lingdao", "password": "wrong"},
            headers={"x-forwarded-for": f"8.8.8.{n}"},
        )
    SignInCounter.objects.update(failures=15)
    assert throttle.slowed()[0].address in ("127.0.0.1", "")


def test_a_wrong_list_of_proxies_is_refused_at_start(monkeypatch):
    monkeypatch.setenv("BIANZHI_TRUSTED_PROXIES", "10.0.0.1, proxy.local")
    with pytest.raises(env.EnvironmentRefused, match="proxy"):
        env.networks("BIANZHI_TRUSTED_PROXIES", [])


@pytest.mark.rule("A-02")
def test_the_last_five_passwords_are_not_taken_again():
    user = accounts.account("zhangsan", "张三")
    old = accounts.PASSWORD
    used = [f"Quiet-Lantern-{n}7" for n in range(1, 7)]
    for new in used:
        services.change_password(user=user, old=old, new=new, by=user)
        old = new
    for former in used[1:]:
        with pytest.raises(ValidationError, match="最近用过的 5 个密码"):
            services.change_password(user=user, old=old, new=former, by=user)
    services.change_password(user=user, old=old, new=accounts.PASSWORD, by=user)


@pytest.mark.rule("A-02")
def test_a_password_of_ninety_days_is_changed_first(client):
    user = accounts.account("zhangsan", "张三")
    long_ago = timezone.now() - dt.timedelta(days=91)
    User.objects.filter(pk=user.pk).update(password_changed_at=long_ago)
    client.force_login(User.objects.get(pk=user.pk))

    assert client.get("/accounts/own/")["Location"] == "/accounts/password/"
    page = client.get("/accounts/password/").content.decode()
    assert "密码已到期" in page
    new = "Quiet-Lantern-52"
    post(client, "accounts:password_change", old=accounts.PASSWORD, new=new, again=new)
    assert client.get("/accounts/own/").status_code == 200


@pytest.mark.rule("A-02")
@pytest.mark.parametrize(
    "password", ["Zhangjianguo-88!", "X-83262001-yZ", "教育局人事科-Aa12", "ougnaijgnahz-N3x-Aa"]
)
def test_words_others_know_make_no_password(password):
    user = User(username="zjg8", name="张建国", title="教育局 人事科", office_phone="0575-83262001")
    with pytest.raises(ValidationError, match="不能包含"):
        validate_password(password, user)
