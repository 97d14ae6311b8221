"""What a password must be, changing one's own, and temporary ones."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from apps.accounts import demo, services
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from tests.factories import accounts

PAGE = "/accounts/password/"
NEW = "Lotus-Pond-4471"

ZHANG = User(username="zhangsan", name="张三")

BAD = [
    "",
    "a",
    "Short-1",
    "elevenchr-1",
    "alllowercaseletters",
    "ALLUPPERCASELETTERS",
    "123456789012",
    "lower123456789",
    "UPPER123456789",
    "lower-and-dashes",
    "1234-5678-9012",
    "zhangsan-Ab12345",
    "Ab12345-ZHANGSAN",
    "nasgnahz-Ab12345",
    "张三的密码Ab12345!",
    "三张的密码Ab12345!",
    "Password1234",
    "Password-2026",
    "P-a-s-s-w-o-r-d-1",
    "Bianzhi-2026!",
    "bianBAN-2026!!",
    "Qwerty-123456",
    "Aa1!Aa1!Aa1!",
    "aaaaaaaaaaA1",
    "1111111111aA",
    "Woaini-1314520",
    "Administrator1",
    "password-PASSWORD-1",
    demo.PASSWORD,
    "x" * 60 + "A1" + "y" * 70,
]
GOOD = [
    NEW,
    "correct horse Battery",
    "山高水长-Wind-08",
    "七月流火，九月授衣Ab1",
    "Kw7p-h3Tn-9bQz-mM2x",
    "tRue blue 1949",
    "no-Capitals-0here",
    "Zq!8Zr!9Zs!0",
    "a passPhrase with password inside it 1",
    "Ünïcode-Letters-5",
]


@pytest.mark.parametrize("password", BAD)
@pytest.mark.rule("A-02")
def test_weak_passwords_are_refused_with_a_chinese_sentence(password):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ZHANG)

    for message in refusal.value.messages:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in message)


@pytest.mark.parametrize("password", GOOD)
@pytest.mark.rule("A-02")
def test_strong_passwords_are_taken(password):
    validate_password(password, ZHANG)


@pytest.mark.parametrize("_", range(20))
def test_temporary_passwords_are_strong_and_differ(_):
    one, other = services.one_time_password(), services.one_time_password()

    validate_password(one, ZHANG)
    assert one != other


@pytest.fixture
def user(db):
    return accounts.account("zhangsan", "张三")


def change(client, form_key, old=accounts.PASSWORD, new=NEW, again=NEW):
    return client.post(PAGE, {"old": old, "new": new, "again": again, "_key": form_key()})


@pytest.fixture
def form_key():
    import uuid

    return lambda: str(uuid.uuid4())


def test_changing_ones_own_password_keeps_this_session_and_ends_the_others(user, form_key):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(user)

    assert change(here, form_key).status_code == 302

    assert here.get("/accounts/own/").status_code == 200
    assert elsewhere.get("/accounts/own/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert AuditEvent.objects.get().kind == "user.password"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "Not-The-0ld-One"}, "现在的密码不正确"),
        ({"again": "Lotus-Pond-4472"}, "两次输入的新密码不一致"),
        ({"new": "short", "again": "short"}, "密码至少 12 个字符，现在是 5 个"),
        (
            {"new": accounts.PASSWORD, "again": accounts.PASSWORD},
            "新密码与现在的密码相同",
        ),
        ({"new": "zhangsan-Ab12345", "again": "zhangsan-Ab12345"}, "密码不能包含用户名"),
    ],
)
def test_a_refused_change_changes_nothing(client, user, form_key, fields, sentence):
    client.force_login(user)

    answer = change(client, form_key, **fields)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(accounts.PASSWORD)
    assert not AuditEvent.objects.exists()


def test_no_password_is_written_back_into_the_page(client, user, form_key):
    client.force_login(user)

    page = change(client, form_key, new="Other-Value-881", again="Another-Value-2").content.decode()

    assert "Other-Value-881" not in page
    assert accounts.PASSWORD not in page


@pytest.mark.django_db
def test_who_must_change_the_password_gets_nowhere_else(client, form_key):
    user = accounts.account("lisi", "李四", must_change_password=True)
    client.force_login(user)

    assert client.get("/accounts/own/")["Location"] == PAGE
    fragment = client.get("/accounts/own/", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == PAGE
    assert "临时密码" in client.get(PAGE).content.decode()

    change(client, form_key)

    assert client.get("/accounts/own/").status_code == 200


@pytest.mark.django_db
def test_a_form_sent_by_who_must_change_the_password_has_no_effect(client, form_key):
    admin = accounts.administrator()
    User.objects.filter(pk=admin.pk).update(must_change_password=True)
    client.force_login(admin)

    answer = client.post(
        reverse("accounts:user_create"), {"username": "new", "name": "新人", "_key": form_key()}
    )

    assert answer["Location"] == PAGE
    assert not User.objects.filter(username="new").exists()


def test_a_temporary_password_is_shown_once_and_never_stored_in_clear(client, user, form_key):
    admin = accounts.administrator()
    client.force_login(admin)

    answer = client.post(
        reverse("accounts:user_reset_password", args=[user.pk]), {"_key": form_key()}
    )
    kept = " ".join(str(s.get_decoded()) for s in Session.objects.all())
    page = client.get(answer["Location"])

    password = page.context["password"]
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert password not in kept
    assert page["Cache-Control"].startswith("no-store")
    again = client.get(answer["Location"], follow=True)
    assert password not in again.content.decode()
    assert "临时密码只显示一次" in again.content.decode()
    events = str(list(AuditEvent.objects.values()))
    assert password not in events
