"""Account pages of the system administrator, and who may not use them."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts import checks, demo, services
from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import LastAdministrator, NotYourself
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import changes
from tests.factories import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return accounts.administrator(AdministratorKind.SYSTEM, "xitong1", "魏系统")


@pytest.fixture
def user():
    return accounts.account("zhangsan", "张三", title="教育局人事科")


@pytest.fixture
def page(client, admin):
    client.force_login(admin)
    return client


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


def test_a_new_account_gets_a_temporary_password_and_no_right(page, admin):
    answer = post(
        page,
        "accounts:user_create",
        username="wangwu",
        name="王五",
        title="档案馆",
        admin_kind="system",
        is_superuser="1",
        is_active="",
        password="Chosen-By-Me-1",
    )

    made = User.objects.get(username="wangwu")
    assert answer["Location"] == reverse("accounts:user_password", args=[made.pk])
    assert (made.admin_kind, made.is_superuser, made.is_active) == (None, False, True)
    assert made.must_change_password
    assert not made.check_password("Chosen-By-Me-1")
    assert not any(made.may_anywhere(p) for p in ("view_subtree", "maintain"))
    event = AuditEvent.objects.get(kind="user.create")
    assert (event.actor_id, event.target_id) == (admin.pk, str(made.pk))


def test_a_username_is_taken_once_whatever_its_case(page, user):
    answer = post(page, "accounts:user_create", username="ZhangSan", name="另一位张三")

    assert answer.status_code == 422
    assert "这个用户名已有人使用" in answer.content.decode()
    assert not User.objects.filter(name="另一位张三").exists()


def test_sending_the_same_form_twice_makes_one_account(page):
    fields = {"username": "wangwu", "name": "王五", "_key": str(uuid.uuid4())}
    first = page.post(reverse("accounts:user_create"), fields)
    second = page.post(reverse("accounts:user_create"), fields)

    assert first["Location"] == second["Location"]
    assert User.objects.filter(username="wangwu").count() == 1
    assert AuditEvent.objects.filter(kind="user.create").count() == 1


def test_a_change_is_kept_with_before_and_after(page, user):
    version = changes.version_of(user)
    answer = post(
        page, "accounts:user_edit", user.pk, username="zhangsan", name="张三丰", version=version
    )

    assert answer.status_code == 302
    event = AuditEvent.objects.get(kind="user.change")
    assert (event.before["name"], event.after["name"]) == ("张三", "张三丰")
    row = user.history.first()
    assert (row.name, row.change_id) == ("张三丰", event.change_id)
    detail = page.get(reverse("accounts:user_detail", args=[user.pk])).content.decode()
    assert "张三丰" in detail
    assert "魏系统" in detail


def test_saving_over_a_colleagues_change_is_refused(page, user):
    version = changes.version_of(user)
    User.objects.filter(pk=user.pk).update(title="档案馆")

    answer = post(
        page, "accounts:user_edit", user.pk, username="zhangsan", name="张三丰", version=version
    )

    assert answer.status_code == 422
    assert "刚被他人修改" in answer.content.decode()
    user.refresh_from_db()
    assert (user.name, user.title) == ("张三", "档案馆")


def test_switching_off_and_on(page, user):
    post(page, "accounts:user_switch", user.pk, on="0")
    user.refresh_from_db()
    assert not user.is_active

    post(page, "accounts:user_switch", user.pk, on="1")
    user.refresh_from_db()
    assert user.is_active
    assert AuditEvent.objects.filter(kind="user.switch").count() == 2


def test_nobody_switches_off_himself(page, admin):
    accounts.administrator()

    answer = post(page, "accounts:user_switch", admin.pk, on="0")

    admin.refresh_from_db()
    assert admin.is_active
    assert "不能停用自己的账户" in page.get(answer["Location"]).content.decode()
    assert not AuditEvent.objects.filter(kind="user.switch").exists()


def test_the_last_system_administrator_stays(admin):
    other = accounts.administrator()
    services.switch(user=other, on=False, by=admin)

    with pytest.raises(LastAdministrator):
        services.switch(user=admin, on=False, by=other)
    with pytest.raises(NotYourself):
        services.switch(user=admin, on=False, by=admin)

    admin.refresh_from_db()
    assert admin.is_active


@pytest.mark.parametrize("kind", [AdministratorKind.SECURITY, AdministratorKind.AUDIT])
@pytest.mark.rule("A-04")
def test_a_system_administrator_does_not_touch_those_who_watch_him(page, kind):
    watcher = accounts.administrator(kind)
    before = User.objects.values().get(pk=watcher.pk)

    for name, fields in (
        ("accounts:user_switch", {"on": "0"}),
        ("accounts:user_reset_password", {}),
        ("accounts:user_edit", {"username": "mine", "name": "我的"}),
    ):
        answer = post(page, name, watcher.pk, **fields)
        assert answer.status_code == 302
        assert answer["Location"] == watcher.get_absolute_url()

    assert User.objects.values().get(pk=watcher.pk) == before
    detail = page.get(watcher.get_absolute_url()).content.decode()
    assert "不在这里维护" in detail
    assert reverse("accounts:user_reset_password", args=[watcher.pk]) not in detail


PAGES = [
    ("accounts:user_list", ()),
    ("accounts:user_create", ()),
    ("accounts:user_detail", (1,)),
    ("accounts:user_edit", (1,)),
    ("accounts:user_password", (1,)),
]


@pytest.mark.parametrize(("name", "args"), PAGES)
@pytest.mark.parametrize("kind", [None, AdministratorKind.SECURITY, AdministratorKind.AUDIT])
@pytest.mark.asvs("8.2.1")
def test_only_the_system_administrator_opens_the_account_pages(client, name, args, kind):
    client.force_login(accounts.account(admin_kind=kind))

    assert client.get(reverse(name, args=args)).status_code == 403
    refused = AuditEvent.objects.get(kind="access.refuse")
    assert refused.outcome == "refused"


@pytest.mark.parametrize("kind", [None, AdministratorKind.SECURITY, AdministratorKind.AUDIT])
def test_others_change_no_account(client, user, kind):
    client.force_login(accounts.account(admin_kind=kind))
    before = User.objects.values().get(pk=user.pk)

    for name in ("accounts:user_switch", "accounts:user_reset_password", "accounts:user_edit"):
        assert post(client, name, user.pk, on="0", name="改名").status_code == 403
    assert post(client, "accounts:user_create", username="x1", name="新").status_code == 403

    assert User.objects.values().get(pk=user.pk) == before
    assert not User.objects.filter(username="x1").exists()


@pytest.mark.parametrize("extra", [1, 3])
def test_a_longer_list_costs_no_query(page, extra, django_assert_num_queries):
    for _ in range(extra):
        accounts.account()
    page.get(reverse("accounts:user_list"))

    with django_assert_num_queries(6):
        answer = page.get(reverse("accounts:user_list"))

    assert answer.context["page"].paginator.count == extra + 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=张", {"zhangsan"}),
        ("q=人事科", {"zhangsan"}),
        ("kind=system", {"xitong1"}),
        ("kind=none", {"zhangsan", "lisi", "wangwu"}),
        ("state=off", {"lisi"}),
        ("state=pending", {"wangwu"}),
        ("state=never", {"zhangsan", "lisi", "wangwu"}),
    ],
)
def test_the_query_bar_finds(page, user, query, found):
    accounts.account("lisi", "李四", is_active=False)
    accounts.account("wangwu", "王五", must_change_password=True)

    table = page.get(f"{reverse('accounts:user_list')}?{query}").context["table"]

    assert {row.username for row in table.page.object_list} == found


def test_administrators_land_on_one_page_and_see_only_their_own_menu(client):
    homes = {
        AdministratorKind.SYSTEM: ("accounts:user_list", "账户"),
        AdministratorKind.SECURITY: ("units:appointment_list", "角色授权"),
        AdministratorKind.AUDIT: ("audit:event_list", "操作审计"),
    }
    for kind, (home, word) in homes.items():
        admin = accounts.administrator(kind)
        answer = client.post(
            reverse("accounts:login"), {"username": admin.username, "password": accounts.PASSWORD}
        )
        assert answer["Location"] == reverse("dashboards:administration")
        assert client.get("/")["Location"] == reverse("dashboards:administration")
        page = client.get(reverse(home))
        menu = page.content.decode().split('id="menu"')[1].split("</nav>")[0]
        assert word in menu
        for other_home, other_word in homes.values():
            if other_home != home:
                assert other_word not in menu
        for foreign in ("机构库", "人员库", "工作台", "我的任务"):
            assert foreign not in menu
        client.logout()


class TestCommand:
    """create_administrator: the way in on the first day."""

    VARIABLE = "BIANZHI_ADMINISTRATOR_PASSWORD"

    def call(self, monkeypatch, *arguments, password=accounts.PASSWORD):
        monkeypatch.setenv(self.VARIABLE, password)
        call_command("create_administrator", *arguments)

    def test_it_makes_each_kind(self, monkeypatch):
        for kind in AdministratorKind:
            self.call(monkeypatch, kind.value, f"first-{kind.value}", "首位")

        made = User.objects.get(username="first-audit")
        assert made.admin_kind == "audit"
        assert made.check_password(accounts.PASSWORD)
        assert AuditEvent.objects.filter(kind="user.create").count() == 3

    def test_it_lets_one_who_is_shut_out_back_in(self, monkeypatch):
        one = accounts.administrator(AdministratorKind.AUDIT, "shenji1")
        User.objects.filter(pk=one.pk).update(is_active=False)

        self.call(monkeypatch, "audit", "shenji1", "纪", password="Fresh-Start-0931")

        one.refresh_from_db()
        assert one.is_active
        assert one.check_password("Fresh-Start-0931")

    def test_it_takes_no_account_of_another_kind(self, monkeypatch, user):
        with pytest.raises(CommandError, match="已是另一类账户"):
            self.call(monkeypatch, "system", "zhangsan", "张三")

        user.refresh_from_db()
        assert user.admin_kind is None

    def test_it_refuses_a_weak_password(self, monkeypatch):
        with pytest.raises(CommandError, match="密码至少 12 个字符"):
            self.call(monkeypatch, "system", "first", "首位", password="short")

        assert not User.objects.filter(username="first").exists()

    def test_it_reads_the_password_from_a_file(self, monkeypatch, tmp_path):
        file = tmp_path / "password"
        file.write_text(f"{accounts.PASSWORD}\n", encoding="utf-8")
        monkeypatch.setenv(f"{self.VARIABLE}_FILE", str(file))

        call_command("create_administrator", "system", "first", "首位")

        assert User.objects.get(username="first").check_password(accounts.PASSWORD)


class TestDemo:
    """Accounts whose password is printed in public."""

    def test_there_is_one_per_role_and_the_three_administrators(self, settings):
        settings.DEMO = True
        made = demo.create_demo_accounts(by=None)

        again = demo.create_demo_accounts(by=None)

        assert set(made) == {*demo.ROLES, *AdministratorKind.values}
        assert {u.pk for u in made.values()} == {u.pk for u in again.values()}
        assert len(demo.demo_accounts()) == len(demo.DEMO_ACCOUNTS) == len(made) + 1
        assert all(password == demo.PASSWORD for _, _, password in demo.demo_accounts())

    def test_they_are_not_listed_without_the_demo(self, settings):
        settings.DEMO = False
        demo.create_demo_accounts(by=None)

        assert demo.demo_accounts() == []

    @pytest.mark.asvs("6.3.2")
    def test_production_refuses_to_serve_with_them(self, settings):
        from django.core.exceptions import ImproperlyConfigured

        settings.DEMO = settings.DEBUG = False
        demo.refuse_in_production()
        demo.create_demo_accounts(by=None)

        with pytest.raises(ImproperlyConfigured, match="jingban"):
            demo.refuse_in_production()
        assert {error.id for error in checks.no_demo_account_is_open(None)} == {"accounts.E002"}

        User.objects.update(is_active=False)
        demo.refuse_in_production()
        assert checks.no_demo_account_is_open(None) == []
