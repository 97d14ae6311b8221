"""Alerts: raised in the transaction of what raised them, told once, handled once (rule A-18)."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.choices import AdministratorKind
from apps.audit import alerts, services
from apps.audit.models import Alert, AuditEvent
from apps.core.models import Holiday, PolicySetting
from tests.factories import accounts

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-18")]


@pytest.fixture
def clerk():
    return accounts.account("jingban", "周经办")


@pytest.fixture
def people():
    return [accounts.account(name=f"某人{n}") for n in range(12)]  # anything with a key will do


def look(by, target, kind="person.view"):
    services.record(kind, target=target, by=by)


def post(client, view, *args, **fields):
    return client.post(reverse(view, args=args), {"_key": str(uuid.uuid4()), **fields})


@pytest.mark.asvs("16.3.3")
def test_opening_many_different_people_in_ten_minutes_alerts_at_once(clerk, people):
    PolicySetting.objects.create(key="scrape_people", value=10)
    for person in people[:9]:
        look(clerk, person)
        look(clerk, person)  # the same one again is no other person
    assert not Alert.objects.exists()

    look(clerk, people[9], "person.find")
    look(clerk, people[10])

    alert = Alert.objects.get()
    assert (alert.kind, alert.actor_id) == ("scraping", clerk.pk)
    assert "10 名" in alert.summary
    assert alert.at - AuditEvent.objects.latest("id").at < dt.timedelta(seconds=60)


def test_slow_readers_are_not_told_on(clerk, people):
    PolicySetting.objects.create(key="scrape_people", value=10)
    for person in people:
        look(clerk, person)
        AuditEvent.objects.filter(actor_id=clerk.pk).update(
            at=timezone.now() - dt.timedelta(minutes=11)
        )
    assert not Alert.objects.exists()


def test_twenty_shown_numbers_alert_once_a_day(clerk, people):
    for n in range(25):
        look(clerk, people[n % 12], "person.reveal")
        assert Alert.objects.filter(kind="reveals").exists() == (n >= 19)
    assert Alert.objects.filter(kind="reveals").count() == 1


def test_a_refused_look_is_no_look(clerk, people):
    PolicySetting.objects.create(key="reveal_alert", value=1)
    services.record("person.reveal", target=people[0], by=clerk, refused=True)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-24T10:00", False),  # Tuesday
        ("2026-11-24T06:59", True),
        ("2026-11-24T20:00", True),
        ("2026-11-28T10:00", True),  # Saturday, year not published
        ("2026-10-01T10:00", True),  # a holiday
        ("2026-10-10T10:00", False),  # a Saturday worked instead
    ],
)
def test_an_export_out_of_hours_alerts(clerk, monkeypatch, moment, told):
    if moment.startswith("2026-10"):
        Holiday.objects.create(day="2026-10-01", kind="holiday")
        Holiday.objects.create(day="2026-10-10", kind="workday")
    at = timezone.localtime(timezone.make_aware(dt.datetime.fromisoformat(moment)))
    monkeypatch.setattr(alerts.timezone, "localtime", lambda *given: at)

    services.record("export.run", by=clerk, after={"list": "人员库", "rows": 300})

    assert Alert.objects.exists() == told


def test_guessed_passwords_alert(clerk):
    alerts.after_failure(clerk, 19)
    assert not Alert.objects.exists()
    alerts.after_failure(clerk, 20)
    alerts.after_failure(clerk, 20)
    assert Alert.objects.get().kind == "guessing"


@pytest.mark.parametrize("kind", [AdministratorKind.SECURITY, AdministratorKind.AUDIT])
def test_both_watchers_see_and_handle_it_once(client, clerk, kind):
    alerts.alert(Alert.Kind.REVEALS, summary="周经办今天已显示完整号码 20 次", once="x", by=clerk)
    alert = Alert.objects.get()
    admin = accounts.administrator(kind, name="顾安全")
    client.force_login(admin)
    page = client.get(reverse("audit:alerts")).content.decode()
    assert "周经办今天已显示完整号码 20 次" in page
    assert post(client, "audit:alert", alert.pk, handling=" ").status_code == 422

    post(client, "audit:alert", alert.pk, handling="已电话核实")
    answer = post(client, "audit:alert", alert.pk, handling="又一次")

    alert.refresh_from_db()
    assert (alert.handling, alert.handled_by_name) == ("已电话核实", "顾安全")
    assert "已由顾安全处理" in client.get(answer["Location"]).content.decode()
    assert AuditEvent.objects.filter(kind="alert.handle").count() == 1
    assert alert.history.count() == 2


@pytest.mark.parametrize("kind", [None, AdministratorKind.SYSTEM])
@pytest.mark.asvs("8.2.1")
def test_nobody_else_sees_alerts(client, clerk, kind):
    alerts.alert(Alert.Kind.REVEALS, summary="x", once="x", by=clerk)
    client.force_login(accounts.account(admin_kind=kind))
    assert client.get(reverse("audit:alerts")).status_code == 403
    pk = Alert.objects.get().pk
    assert post(client, "audit:alert", pk, handling="x").status_code == 403


class TestSearch:
    @pytest.fixture
    def page(self, client):
        client.force_login(accounts.administrator(AdministratorKind.AUDIT))
        return client

    def found(self, page, query):
        table = page.get(f"/audit/?{query}").context["table"]
        return [event.kind for event in table.page.object_list]

    def test_by_words_of_the_sentence_purpose_note_and_object(self, page, clerk, people):
        services.record("person.reveal", by=clerk, target=people[0], purpose="核对年报")
        services.record("print.run", by=clerk, note="花名册第三联")
        assert self.found(page, "text=年报") == ["person.reveal"]
        assert self.found(page, "text=第三联") == ["print.run"]
        assert self.found(page, "text=某人0") == ["person.reveal"]
        assert self.found(page, "text=完整证件号码") == ["person.reveal"]
        assert self.found(page, "purpose=年报") == ["person.reveal"]
        assert self.found(page, f"object={people[0].pk}") == ["person.reveal"]

    def test_a_former_name_still_finds_the_person(self, page, clerk):
        services.record("print.run", by=clerk)
        clerk.name = "周改名"
        clerk.save()
        assert self.found(page, "who=周经办") == ["print.run"]
        assert self.found(page, "who=周改名") == ["print.run"]
        assert self.found(page, "who=没有此人") == []

    def test_words_without_a_period_look_back_ninety_days_and_say_so(self, page, clerk):
        services.record("print.run", by=clerk, note="从前的字")
        AuditEvent.objects.filter(kind="print.run").update(
            at=timezone.now() - dt.timedelta(days=91)
        )
        answer = page.get("/audit/?text=从前")
        assert "最近 90 天" in answer.content.decode()
        assert answer.context["page"].paginator.count == 0
        assert self.found(page, "text=从前&at_after=2020-01-01") == ["print.run"]

    def test_counts_stop_where_nobody_reads_on(self, page, clerk, monkeypatch):
        from apps.audit.tables import EventTable

        monkeypatch.setattr(EventTable, "counted_to", 5)
        for _ in range(9):
            services.record("print.run", by=clerk)
        answer = page.get("/audit/")
        assert "超过 5 条" in answer.content.decode()

    @pytest.mark.parametrize("view", ["audit:refused", "audit:seals", "audit:looks"])
    def test_pages_open_for_the_audit_administrator_only(self, page, client, view):
        assert page.get(reverse(view)).status_code == 200
        client.force_login(accounts.administrator(AdministratorKind.SECURITY))
        assert client.get(reverse(view)).status_code == 403
