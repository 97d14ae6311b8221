"""Sessions: limits, one for an administrator, ended at once, and what was typed comes back."""

import uuid

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from apps.accounts import devices, kept, services, sessions
from apps.accounts.choices import AdministratorKind
from apps.accounts.models import LiveSession
from apps.audit.models import AuditEvent
from apps.core.models import PolicySetting
from tests.factories import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三")


@pytest.fixture
def security():
    return accounts.administrator(AdministratorKind.SECURITY, "anquan1", "顾安全")


def signed_in(user):
    """Sign in by the page, as a browser does."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/131.0.0.0"})
    client.post("/accounts/login/", {"username": user.username, "password": accounts.PASSWORD})
    return client


def shift(client, **seconds):
    """Let time pass for the session of `client`."""
    session = client.session
    limits = session[sessions.LIMITS]
    session[sessions.LIMITS] = {k: v - seconds.get(k, 0) for k, v in limits.items()}
    session.save()


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


OWN = "/accounts/own/"


@pytest.mark.rule("A-16")
@pytest.mark.parametrize(("kind", "minutes"), [(None, 30), (AdministratorKind.AUDIT, 15)])
@pytest.mark.asvs("7.3.1")
def test_a_session_ends_when_nothing_is_done(kind, minutes):
    client = signed_in(accounts.account(admin_kind=kind))
    shift(client, seen=minutes * 60 - 5)
    assert client.get(OWN).status_code == 200
    assert client.session[sessions.LIMITS]["seen"] > sessions.now() - 5  # activity was noted

    shift(client, seen=minutes * 60 + 1)
    answer = client.get(OWN, follow=True)

    assert answer.redirect_chain[0][0].startswith("/accounts/login/")
    assert "较长时间没有操作" in answer.content.decode()
    assert LiveSession.objects.get().ending == sessions.IDLE


@pytest.mark.rule("A-16")
@pytest.mark.asvs("7.3.2")
def test_a_session_ends_after_eight_hours_whatever_is_done(user):
    client = signed_in(user)
    shift(client, until=8 * 3600)

    assert "登录时间已满" in client.get(OWN, follow=True).content.decode()


@pytest.mark.rule("A-16")
def test_a_new_session_of_an_administrator_ends_the_former_with_a_notice(security):
    first = signed_in(security)
    second = signed_in(security)

    assert second.get(OWN).status_code == 200
    assert "已在别处登录" in first.get(OWN, follow=True).content.decode()
    assert LiveSession.objects.filter(ended_at__isnull=True).count() == 1


def test_others_may_have_two_and_end_the_other(user):
    here, there = signed_in(user), signed_in(user)
    page = here.get(reverse("accounts:own_sessions")).content.decode()
    assert page.count('col-name">Chrome 131，Windows') == 2

    other = LiveSession.objects.get(key=there.session.session_key)
    post(here, "accounts:own_session_end", other.pk)

    assert there.get(OWN).status_code == 302
    assert here.get(OWN).status_code == 200
    assert AuditEvent.objects.get(kind="session.end").actor_id == user.pk


@pytest.mark.asvs("8.2.2")
def test_nobody_ends_a_session_of_somebody_else(user, security):
    theirs = signed_in(security)
    mine = signed_in(user)
    row = LiveSession.objects.get(user=security)

    assert post(mine, "accounts:own_session_end", row.pk).status_code == 404
    assert post(mine, "accounts:session_end", row.pk, reason="x").status_code == 403
    assert theirs.get(OWN).status_code == 200


@pytest.mark.rule("A-16")
@pytest.mark.asvs("7.4.5")
def test_the_security_administrator_ends_one_or_all_at_once(user, security):
    one, two = signed_in(user), signed_in(user)
    admin = signed_in(security)
    row = LiveSession.objects.get(key=one.session.session_key)
    assert post(admin, "accounts:session_end", row.pk, reason="").status_code == 422

    post(admin, "accounts:session_end", row.pk, reason="手机丢失")
    assert one.get(OWN).status_code == 302
    assert two.get(OWN).status_code == 200
    assert AuditEvent.objects.get(kind="session.end").note == "手机丢失"

    post(admin, "accounts:session_end", row.pk, reason="手机丢失", all="1")
    assert two.get(OWN).status_code == 302
    assert not LiveSession.objects.filter(user=user, ended_at__isnull=True).exists()


def test_a_session_no_row_knows_of_ends_with_all_others(user, security):
    client = signed_in(user)
    LiveSession.objects.all().delete()

    services.end_all_sessions(user=user, by=security, reason="x")

    assert client.get(OWN).status_code == 302


@pytest.mark.rule("A-05")
def test_a_changed_password_ends_the_others_and_keeps_this_one(user):
    here, there = signed_in(user), signed_in(user)
    fields = {"old": accounts.PASSWORD, "new": "Quiet-Lantern-52", "again": "Quiet-Lantern-52"}

    post(here, "accounts:password_change", **fields)

    assert here.get(OWN).status_code == 200
    assert there.get(OWN).status_code == 302
    live = LiveSession.objects.get(ended_at__isnull=True)
    assert live.key == here.session.session_key


def test_ended_sessions_keep_no_key(user):
    client = signed_in(user)
    key = client.session.session_key
    client.post(reverse("accounts:logout"))

    row = LiveSession.objects.get()
    assert (row.key, row.ending) == ("", sessions.SIGNED_OUT)
    assert row.digest == sessions.digest_of(key)
    assert not Session.objects.filter(pk=key).exists()


def test_limits_are_those_of_the_policy(user):
    PolicySetting.objects.create(key="idle_minutes", value=10)
    client = signed_in(user)
    shift(client, seen=601)

    assert client.get(OWN).status_code == 302


def test_going_on_counts_as_activity(user):
    client = signed_in(user)
    shift(client, seen=1500)

    assert client.post(reverse("accounts:alive")).status_code == 204
    shift(client, seen=1500)
    assert client.get(OWN).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/131.0 Safari/537 Edg/131.0",
            "Edge 131，Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18.1 Mobile Safari/604",
            "Safari 18，iPhone",
        ),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_devices_are_named_in_known_words_only(agent, words):
    assert devices.words(agent) == words


class TestKeptForm:
    """A session that ended under a form loses nothing of it."""

    @pytest.fixture
    def admin(self):
        return accounts.administrator(AdministratorKind.SYSTEM, "xitong1", "魏系统")

    FIELDS = {"username": "newcomer", "name": "新来者", "title": "档案馆", "office_phone": ""}

    def interrupted(self, client):
        shift(client, seen=3600)
        return post(client, "accounts:user_create", **self.FIELDS)

    def sign_in(self, client, username):
        return client.post(
            "/accounts/login/", {"username": username, "password": accounts.PASSWORD}
        )

    @pytest.mark.rule("A-16")
    def test_it_comes_back_after_signing_in_and_is_sent_once(self, admin):
        client = signed_in(admin)
        answer = self.interrupted(client)
        assert answer.status_code == 302
        sealed = str(Session.objects.get(pk=client.session.session_key).get_decoded())
        assert "新来者" not in sealed  # not in clear in the database

        answer = self.sign_in(client, "xitong1")
        assert answer["Location"] == reverse("accounts:kept")
        page = client.get(answer["Location"])
        assert "新来者" in page.content.decode()
        found = page.context["kept"]
        fields = {**dict(found.fields), "_key": found.key}
        first, second = client.post(found.path, fields), client.post(found.path, fields)

        from apps.accounts.models import User

        assert User.objects.filter(username="newcomer").count() == 1
        assert first["Location"] == second["Location"]

    def test_nobody_else_gets_it(self, admin):
        other = accounts.administrator(AdministratorKind.SYSTEM, "xitong2")
        client = signed_in(admin)
        self.interrupted(client)

        answer = self.sign_in(client, other.username)

        assert answer["Location"] != reverse("accounts:kept")
        assert "新来者" not in client.get(reverse("accounts:kept"), follow=True).content.decode()

    def test_it_is_kept_when_another_session_ended_this_one(self, admin):
        client = signed_in(admin)
        signed_in(admin)

        answer = post(client, "accounts:user_create", **self.FIELDS)

        assert answer.status_code == 302
        assert client.session[kept.KEY]["user"] == admin.pk

    def test_half_an_hour_later_it_is_gone(self, admin):
        client = signed_in(admin)
        self.interrupted(client)
        session = client.session
        session[kept.KEY] = {**session[kept.KEY], "at": session[kept.KEY]["at"] - 1801}
        session.save()

        assert self.sign_in(client, "xitong1")["Location"] != reverse("accounts:kept")

    def test_passwords_and_strangers_forms_are_never_kept(self, user):
        client = signed_in(user)
        shift(client, seen=3600)
        post(client, "accounts:password_change", old="a", new="b", again="b")
        assert kept.KEY not in client.session

        nobody = Client()
        nobody.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        post(nobody, "accounts:user_create", **self.FIELDS)
        assert kept.KEY not in nobody.session

    def test_it_can_be_thrown_away(self, admin):
        client = signed_in(admin)
        self.interrupted(client)
        self.sign_in(client, "xitong1")

        post(client, "accounts:kept")

        assert kept.KEY not in client.session
