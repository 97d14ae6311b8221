"""Signing in and out: one answer, counted failures, sessions that end with their rights."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts import demo, throttle
from apps.accounts.errors import TooManyAttempts
from apps.accounts.models import SignInCounter, User
from apps.audit.models import AuditEvent
from tests.factories import accounts

LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三")


def sign_in(client, username="zhangsan", password=accounts.PASSWORD, **fields):
    return client.post(LOGIN, {"username": username, "password": password, **fields})


def kinds():
    return list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))


def test_the_right_password_opens_a_session_and_is_recorded(client, user):
    answer = sign_in(client)

    assert answer.status_code == 302
    assert client.get(reverse("accounts:own")).status_code == 200
    event = AuditEvent.objects.get(kind="user.login")
    assert (event.actor_id, event.target_id, event.outcome) == (user.pk, str(user.pk), "done")
    assert event.address == "127.0.0.1"


def test_the_session_key_changes_at_sign_in(client, user):
    client.get(LOGIN)
    session = client.session
    session["seen"] = 1
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    sign_in(client)

    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.asvs("6.3.8")
def test_unknown_name_wrong_password_and_switched_off_get_one_answer(client, user):
    accounts.account("lisi", "李四", is_active=False)
    bodies = set()
    for username, password in (
        ("zhangsan", "wrong-Password-1"),
        ("nobody", "wrong-Password-1"),
        ("lisi", accounts.PASSWORD),
    ):
        answer = sign_in(Client(), username, password)
        assert answer.status_code == 422
        text = answer.content.decode()
        for part in (username, answer.headers["X-Request-ID"]):
            text = text.replace(part, "")
        bodies.add(_without_tokens(text))

    assert len(bodies) == 1
    assert "用户名或密码不正确" in bodies.pop()
    assert kinds() == ["user.login_failed"] * 3


def _without_tokens(text):
    return re.sub(r"[A-Za-z0-9]{64}", "", text)


@pytest.mark.asvs("6.3.8")
def test_an_unknown_name_costs_the_same_work(user, monkeypatch):
    """The time of an answer is that of its one hash and its queries; both are alike."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(Client(), "warm-up", "x")
    costs = {}
    for username in ("zhangsan", "nobody"):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            sign_in(Client(), username, "wrong-Password-1")
        costs[username] = (len(hashed), len(queries))

    assert costs["zhangsan"] == costs["nobody"]
    assert costs["nobody"][0] == 1


def test_a_failure_says_who_was_tried_but_never_what_was_typed(client, user):
    sign_in(client, "zhangsan", "typed-Secret-77")
    sign_in(client, "My-Password-Typed-As-Name", "x")

    known, unknown = AuditEvent.objects.order_by("id")
    assert (known.target_id, known.actor_name, known.outcome) == (str(user.pk), "未登录", "refused")
    assert unknown.target_id == ""
    for event in (known, unknown):
        assert "Typed" not in f"{event.note}{event.before}{event.after}{event.target_label}"
        assert "Secret" not in f"{event.note}{event.before}{event.after}{event.target_label}"
    assert not SignInCounter.objects.filter(key__icontains="password").exists()


@pytest.mark.asvs("6.3.1")
def test_guessing_is_slowed_down_even_with_the_right_password(client, user):
    for _ in range(throttle.PAIR.free):
        assert sign_in(client, password="wrong-Password-1").status_code == 422

    answer = sign_in(client)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "尝试次数过多" in answer.content.decode()
    assert "user.login" not in kinds()


def test_an_unknown_name_is_slowed_down_alike(client):
    for _ in range(throttle.PAIR.free):
        sign_in(client, "nobody", "x")

    assert sign_in(client, "nobody", "x").status_code == 429


def test_after_the_wait_the_right_password_works_and_clears_the_count(client, user):
    for _ in range(throttle.PAIR.free + 1):
        sign_in(client, password="wrong-Password-1")
    SignInCounter.objects.update(failed_at=timezone.now() - dt.timedelta(seconds=3))

    assert sign_in(client).status_code == 302
    assert SignInCounter.objects.get(key__startswith="pair:").failures == 0


def test_waits_double_and_stop_at_the_longest():
    waits = [throttle.PAIR.wait(n) for n in range(4, 18)]

    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_others_cannot_keep_a_person_out_of_the_place_he_signs_in_from(user):
    home = throttle.keys_of("zhangsan", "10.0.0.5")
    throttle.admit(home)
    throttle.forgive(home)
    for n in range(30):
        try:
            throttle.admit(throttle.keys_of("zhangsan", f"10.9.{n}.1"))
        except TooManyAttempts:
            break
    else:
        pytest.fail("guessing from many sources was never slowed down")

    throttle.admit(home)

    with pytest.raises(TooManyAttempts):
        throttle.admit(throttle.keys_of("zhangsan", "10.0.0.6"))


def test_one_source_trying_many_names_is_slowed_down():
    for n in range(throttle.SOURCE.free):
        throttle.admit(throttle.keys_of(f"name{n}", "10.0.0.9"))

    with pytest.raises(TooManyAttempts):
        throttle.admit(throttle.keys_of("another", "10.0.0.9"))


def test_a_refused_attempt_does_not_lengthen_the_wait():
    keys = throttle.keys_of("zhangsan", "10.0.0.5")
    for _ in range(throttle.PAIR.free):
        throttle.admit(keys)
    before = SignInCounter.objects.get(key=keys.pair)

    with pytest.raises(TooManyAttempts):
        throttle.admit(keys)

    after = SignInCounter.objects.get(key=keys.pair)
    assert (after.failures, after.failed_at) == (before.failures, before.failed_at)


def test_old_counters_are_dropped():
    keys = throttle.keys_of("zhangsan", "10.0.0.5")
    throttle.admit(keys)
    SignInCounter.objects.filter(key=keys.pair).update(
        failed_at=timezone.now() - dt.timedelta(days=31)
    )

    throttle.forget()

    assert set(SignInCounter.objects.values_list("key", flat=True)) == {keys.account, keys.source}


@pytest.mark.asvs("3.7.2")
@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/",
        "\\\\evil.example\\",
        "javascript:alert(1)",
        "https:evil.example",
        "http://testserver@evil.example/",
    ],
)
def test_next_never_leads_out_of_the_portal(client, user, away):
    answer = sign_in(client, next=away)

    assert answer["Location"] == reverse("accounts:own")


def test_next_leads_back_to_where_one_was_going(client, user):
    page = client.get("/accounts/own/")
    assert page.status_code == 302
    assert page["Location"] == "/accounts/login/?next=/accounts/own/"

    assert sign_in(client, next="/accounts/password/")["Location"] == "/accounts/password/"


def test_a_fragment_asked_for_after_the_session_ended_moves_the_whole_page(client, user):
    answer = client.get("/accounts/own/", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/accounts/login/?next=/accounts/own/"


def test_signing_out_needs_a_post_and_ends_the_session(client, user):
    sign_in(client)
    assert client.get(reverse("accounts:logout")).status_code == 405

    client.post(reverse("accounts:logout"))

    assert client.get(reverse("accounts:own")).status_code == 302
    assert kinds() == ["user.login", "user.logout"]


@pytest.mark.asvs("7.4.2")
def test_switching_an_account_off_ends_its_session_with_the_next_request(client, user):
    client.force_login(user)
    assert client.get(reverse("accounts:own")).status_code == 200

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(reverse("accounts:own")).status_code == 302


def test_a_switched_off_account_that_is_switched_on_again_must_sign_in_anew(client, user):
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    User.objects.filter(pk=user.pk).update(is_active=True)

    answer = client.get(reverse("accounts:own"))

    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "权限有变动，请重新登录" in page


def test_a_forced_session_without_its_number_is_no_session(client, user):
    client.force_login(user)
    session = client.session
    del session["epoch"]
    session.save()

    assert client.get(reverse("accounts:own")).status_code == 302


def test_the_demo_password_opens_nothing_unless_the_demo_runs(client, settings):
    settings.DEMO = False
    demo.create_demo_accounts(by=None)

    assert sign_in(client, "jingban", demo.PASSWORD).status_code == 422

    settings.DEMO = True
    assert sign_in(client, "jingban", demo.PASSWORD).status_code == 302
