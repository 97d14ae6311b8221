"""Who is told what, once, by which road (rules AP-20, AP-21)."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.urls import reverse

from apps.approvals import channels, services
from apps.approvals.choices import Event, State
from apps.approvals.models import Application, Confirmation, Delivery, Message, Reminder
from apps.approvals.services import delivering, reminding, telling
from apps.core import outbox
from apps.core.models import OutboxMessage
from tests.factories import units
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db


def ring() -> None:
    """Do what waits in the outbox for messages, as a worker would."""
    while rows := list(
        OutboxMessage.objects.filter(done_at__isnull=True, task__startswith="approvals.")
    ):
        for row in rows:
            outbox.run(row.pk)


def move(application, name, by, **more):
    case = services.advance(application=application, move=name, by=by, **more)
    ring()
    return case


def told(user) -> list[str]:
    return list(
        Message.objects.filter(user=user).unread().order_by("pk").values_list("event", flat=True)
    )


def reach(user, **fields) -> None:
    delivering.set_switches(
        mail=fields.get("mail", ""),
        phone=fields.get("phone", ""),
        wanted=fields.get("wanted", {}),
        by=user,
    )


@pytest.mark.rule("AP-21")
def test_each_state_tells_who_must_act_and_the_applicant(
    office, unit_clerk, supervisor, clerk, chief, director, partners
):
    case = filed_entry(office, unit_clerk)
    ring()
    assert told(supervisor) == [Event.TURN]
    assert told(clerk) == told(unit_clerk) == []
    case = move(case, "pass", supervisor)
    assert told(supervisor) == [], "settled once the case has moved on"
    assert told(clerk) == [Event.TURN]
    case = move(case, "return", clerk, opinion="请补充材料")
    assert told(unit_clerk) == [Event.RETURNED]
    case = move(case, "submit", unit_clerk)
    assert told(unit_clerk) == []
    for who in (supervisor, clerk, chief):
        case = move(case, "pass", who)
    assert told(director) == [Event.TURN]
    case = move(case, "pass", director)
    assert told(unit_clerk) == [Event.DECIDED]
    assert told(partners["personnel"]) == told(partners["organisation"]) == [Event.PARTNER]
    assert told(partners["finance"]) == [], "not their turn yet"
    case = move(case, "object", partners["personnel"], opinion="工资等级不符")
    assert told(clerk)[-1] == Event.OBJECTED
    for code in ("personnel", "organisation"):
        case = move(case, "confirm", partners[code])
        assert told(partners[code]) == []
    assert told(partners["finance"]) == [Event.PARTNER]
    for code in ("finance", "insurance"):
        case = move(case, "confirm", partners[code])
    assert case.state == State.DONE
    assert told(unit_clerk) == [Event.DECIDED, Event.DONE]


def test_a_refusal_reaches_the_applicant_and_a_hand_over_the_colleague(
    office, unit_clerk, supervisor, clerk, chief, home
):
    other = units.holder("other", "office_clerk", home, "周经办")
    case = move(filed_entry(office, unit_clerk), "pass", supervisor)
    case = move(case, "reassign", clerk, to=other, opinion="请周经办办理")
    assert told(other) == [Event.TURN, Event.ASSIGNED]
    move(case, "refuse", other, opinion="无空编")
    assert told(unit_clerk) == [Event.REFUSED]
    assert told(clerk) == told(other) == []


def test_only_the_nearest_office_is_told(office, unit_clerk, supervisor, clerk, home, foreign_home):
    far = units.holder("far", "office_clerk", foreign_home, "吴经办")
    near = units.holder("near", "office_clerk", office, "郑经办")
    move(filed_entry(office, unit_clerk), "pass", supervisor)
    assert told(near) == [Event.TURN]
    assert told(clerk) == told(far) == []


def test_a_handler_run_twice_or_killed_tells_once(office, unit_clerk, supervisor, monkeypatch):
    filed_entry(office, unit_clerk)
    row = OutboxMessage.objects.get(task="approvals.tell")
    step = row.payload["args"]["step"]

    made = telling.make

    def killed(*args, **kwargs):
        made(*args, **kwargs)
        raise SystemExit("killed")

    monkeypatch.setattr(telling, "make", killed)
    with pytest.raises(SystemExit):
        outbox.run(row.pk)
    assert not Message.objects.exists(), "its transaction died with it"
    monkeypatch.setattr(telling, "make", made)
    assert outbox.run(row.pk)
    telling.tell(step=step)
    OutboxMessage.objects.update(done_at=None)
    outbox.run(row.pk)
    assert Message.objects.count() == 1


def test_a_late_handler_does_not_ask_for_a_step_that_has_passed(office, unit_clerk, supervisor):
    case = filed_entry(office, unit_clerk)
    services.advance(application=case, move="pass", by=supervisor)
    for row in OutboxMessage.objects.filter(task="approvals.tell").order_by("-pk"):
        outbox.run(row.pk)
    assert told(supervisor) == []


@pytest.mark.rule("AP-20")
def test_reminders_rise_once_each_with_the_working_clock(
    office, unit_clerk, supervisor, clerk, chief, director
):
    case = move(filed_entry(office, unit_clerk), "pass", supervisor)
    # arrived on a Monday morning, three working days: due on Thursday 17:30
    arrived = dt.datetime(2026, 11, 9, 9, 0, tzinfo=dt.UTC) - dt.timedelta(hours=8)
    due = arrived.replace(hour=9, minute=30) + dt.timedelta(days=3)
    Application.objects.filter(pk=case.pk).update(arrived_at=arrived, due_at=due)
    Message.objects.all().delete()

    def at(days: float) -> int:
        return reminding.remind(arrived + dt.timedelta(days=days))

    assert at(2) == 0, "half of it disturbs nobody"
    assert at(2.95) == 0, "at night no working time runs"
    assert at(3.01) == 1  # the last day
    assert at(3.02) == 0
    assert told(clerk) == [Event.SOON]
    assert told(chief) == [Event.SOON], "the chief holds examine too"
    assert told(director) == []
    assert at(4) == 1
    assert at(5) == 0
    assert told(clerk) == [Event.SOON, Event.OVERDUE]
    assert told(director) == [Event.OVERDUE], "the supervisor hears of what is overdue"
    assert "督办" in Message.objects.get(user=director).words
    assert list(Reminder.objects.order_by("pk").values_list("level", flat=True)) == [
        "today",
        "overdue",
    ]
    move(case, "pass", clerk)
    assert Event.OVERDUE not in told(clerk)


def test_eighty_per_cent_of_a_long_limit_is_told_before_the_last_day(
    office, unit_clerk, supervisor, clerk
):
    case = move(filed_entry(office, unit_clerk), "pass", supervisor)
    arrived = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)  # Monday 09:00
    due = dt.datetime(2026, 11, 16, 9, 30, tzinfo=dt.UTC)  # Monday, ten working days on
    Application.objects.filter(pk=case.pk).update(arrived_at=arrived, due_at=due)
    Message.objects.all().delete()
    assert reminding.remind(dt.datetime(2026, 11, 11, 9, 0, tzinfo=dt.UTC)) == 0
    assert reminding.remind(dt.datetime(2026, 11, 13, 3, 0, tzinfo=dt.UTC)) == 1
    assert reminding.remind(dt.datetime(2026, 11, 15, 3, 0, tzinfo=dt.UTC)) == 0  # a Sunday
    assert told(clerk) == [Event.SOON]


def test_a_partner_is_reminded_of_their_own_part(
    office, unit_clerk, supervisor, clerk, chief, director, partners
):
    case = filed_entry(office, unit_clerk)
    for who in (supervisor, clerk, chief, director):
        case = move(case, "pass", who)
    Message.objects.all().delete()
    long_ago = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)
    part = Confirmation.objects.filter(application=case, partner="personnel")
    part.update(arrived_at=long_ago, due_at=long_ago + dt.timedelta(days=3))
    reminding.remind()
    assert Event.OVERDUE in told(partners["personnel"])
    assert Event.OVERDUE not in told(partners["organisation"])
    assert Event.OVERDUE in told(director)


def test_mail_says_the_number_and_no_name(office, unit_clerk, supervisor, settings):
    settings.BIANZHI_MAIL = True
    reach(supervisor, mail="qian@example.cn")
    case = filed_entry(office, unit_clerk)
    ring()
    assert [one.to for one in mail.outbox] == [["qian@example.cn"]]
    text = mail.outbox[0].subject + mail.outbox[0].body
    assert case.number in text
    assert "张玥" not in text
    delivery = Delivery.objects.get()
    delivering.deliver(delivery=delivery.pk)
    assert len(mail.outbox) == 1
    assert delivery.sent_at is not None


def test_a_switch_turns_one_event_off_on_one_channel(office, unit_clerk, supervisor, settings):
    settings.BIANZHI_MAIL = True
    reach(supervisor, mail="qian@example.cn", wanted={("turn", "mail"): False})
    filed_entry(office, unit_clerk)
    ring()
    assert mail.outbox == []
    assert told(supervisor) == [Event.TURN], "the inbox has it anyway"


@pytest.fixture
def gateway(settings) -> Iterator[list[tuple[str, dict]]]:
    """A gateway that keeps what it is sent; it refuses the first of all."""
    got: list[tuple[str, dict]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(503 if len(got) == 1 else 202)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.BIANZHI_SMS_GATEWAY = "apps.approvals.channels.HttpGateway"
    settings.BIANZHI_SMS_URL = f"http://127.0.0.1:{server.server_port}/sms"
    settings.BIANZHI_SMS_TOKEN = "open sesame"
    yield got
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_over_the_gateway_again_under_the_same_key(
    office, unit_clerk, supervisor, gateway
):
    reach(supervisor, phone="13900001111", wanted={("turn", "sms"): True})
    case = filed_entry(office, unit_clerk)
    outbox.run(OutboxMessage.objects.get(task="approvals.tell").pk)
    delivery = Delivery.objects.get()
    with pytest.raises(channels.ChannelRefused):
        delivering.deliver(delivery=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.sent_at, delivery.error) == (None, "短信网关拒绝，状态码 503")
    delivering.deliver(delivery=delivery.pk)
    delivering.deliver(delivery=delivery.pk)
    assert len(gateway) == 2
    assert gateway[0] == gateway[1]
    token, body = gateway[1]
    assert token == "Bearer open sesame"
    assert (body["id"], body["phone"]) == (str(delivery.uid), "13900001111")
    assert case.number in body["text"]
    assert "张玥" not in body["text"]


def test_the_digest_comes_once_a_day(office, unit_clerk, supervisor, settings):
    settings.BIANZHI_MAIL = True
    reach(supervisor, mail="qian@example.cn", wanted={("turn", "mail"): False})
    filed_entry(office, unit_clerk)
    filed_entry(office, unit_clerk, entry_line(office, 13, "王强"))
    ring()
    assert delivering.digest() == 1
    assert delivering.digest() == 0
    ring()
    assert "您有 2 条未读消息：待您办理 2 件。" in mail.outbox[0].body
    assert told(supervisor) == [Event.TURN, Event.TURN], "the digest itself asks for no look"


def test_the_page_bundles_alike_ones_and_leads_to_the_case(client, office, unit_clerk, supervisor):
    for serial, name in ((11, "张玥"), (13, "王强"), (15, "李伟")):
        filed_entry(office, unit_clerk, entry_line(office, serial, name))
    ring()
    client.force_login(supervisor)
    page = client.get(reverse("approvals:messages"))
    assert "3 件入编待主管部门审核" in page.content.decode()
    assert "3" in client.get(reverse("approvals:messages_badge")).content.decode()
    one = Message.objects.filter(user=supervisor).first()
    opened = client.get(one.get_absolute_url())
    assert opened.status_code == 302
    assert str(one.application_id) in opened.url
    one.refresh_from_db()
    assert one.read_at is not None
    client.post(
        reverse("approvals:messages_read"),
        {"_key": str(uuid.uuid4()), "event": "turn", "kind": "entry", "label": "主管部门审核"},
    )
    assert told(supervisor) == []
    listed = client.get(reverse("approvals:messages_all")).content.decode()
    assert "王强" in listed


def test_nobody_reads_a_message_of_another_or_of_a_case_out_of_sight(
    client, office, unit_clerk, supervisor, stranger
):
    filed_entry(office, unit_clerk)
    ring()
    one = Message.objects.get(user=supervisor)
    client.force_login(stranger)
    assert client.get(one.get_absolute_url()).status_code == 404
    Message.objects.filter(pk=one.pk).update(user=stranger)
    assert client.get(one.get_absolute_url()).status_code == 404
    assert "张玥" not in client.get(reverse("approvals:messages")).content.decode()
    assert "张玥" not in client.get(reverse("approvals:messages_all")).content.decode()


def test_the_switches_are_kept_and_the_phone_is_masked(client, supervisor, settings):
    settings.BIANZHI_MAIL = True
    settings.BIANZHI_SMS_GATEWAY = "apps.approvals.channels.HttpGateway"
    client.force_login(supervisor)
    address = reverse("approvals:switches")
    sent = {"mail": "qian@example.cn", "phone": "13900001111", "overdue_sms": "on"}
    assert client.post(address, {**sent, "_key": str(uuid.uuid4())}).status_code == 302
    page = client.get(address).content.decode()
    assert "13900001111" not in page
    supervisor.refresh_from_db()
    masked = "139****1111"
    assert masked in page
    assert (
        client.post(address, {**sent, "phone": masked, "_key": str(uuid.uuid4())}).status_code
        == 302
    )
    assert channels.phone(supervisor.reach) == "13900001111"
    assert channels.roads([supervisor.pk], Event.OVERDUE) == {supervisor.pk: ["sms"]}
    wrong = client.post(address, {**sent, "mail": "没有", "_key": str(uuid.uuid4())})
    assert wrong.status_code == 422
