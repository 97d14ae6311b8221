"""The interface of partners' systems: keys, addresses, rate, scopes, cursors, one effect."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.errors import ProposalRefused
from apps.approvals import client_keys, services
from apps.approvals.api import gate, openapi, reading
from apps.approvals.api.operations import OPERATIONS
from apps.approvals.choices import State
from apps.approvals.models import Calls, Client, ClientKey, Confirmation
from apps.approvals.services import clients
from apps.audit.models import AuditEvent
from tests.factories.accounts import administrator
from tests.factories.approvals import entry_line, filed_entry

pytestmark = pytest.mark.django_db

NUMBER_HIDDEN = "****"


@pytest.fixture
def two(db):
    """Two security administrators: one proposes, one confirms."""
    return administrator("security", "anquan1"), administrator("security", "anquan2")


@pytest.fixture
def make_client(two, home):
    def make(partner="personnel", unit=None, **fields) -> tuple[Client, str]:
        first, second = two
        proposal = clients.propose_client(
            name=fields.pop("name", f"{partner}系统"),
            partner=partner,
            unit=unit or home,
            addresses=fields.pop("addresses", ["127.0.0.1/32"]),
            reads_numbers=fields.pop("reads_numbers", False),
            must_sign=fields.pop("must_sign", False),
            expires_on=timezone.localdate() + dt.timedelta(days=100),
            reason="来函〔2026〕1号",
            by=first,
        )
        accounts.confirm(proposal=proposal, by=second)
        client = Client.objects.get(name=proposal.payload["name"])
        _, key = clients.take_key(client=client, by=first)
        return client, key

    return make


@pytest.fixture
def decided(office, unit_clerk, supervisor, clerk, chief, director):
    def make(*lines):
        case = filed_entry(office, unit_clerk, *lines)
        for who in (supervisor, clerk, chief, director):
            case = services.advance(application=case, move="pass", by=who)
        return case

    return make


def get(key: str, path: str = "applications", **query: object):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Browser().get(f"/api/v1/{path}", query, headers=headers)


def post(key: str, path: str, body: object = None, again: str = "", **headers: str):
    return Browser().post(
        f"/api/v1/{path}",
        body if isinstance(body, str) else json.dumps(body or {}),
        content_type=headers.pop("content_type", "application/json"),
        headers={
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": again or str(uuid.uuid4()),
            **headers,
        },
    )


def problem(answer, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["type"]) == (status, f"urn:bianzhi:problem:{code}")
    assert said["title"]
    assert said["detail"]
    return said


@pytest.mark.rule("PI-01")
def test_a_key_is_shown_once_and_kept_as_a_digest(make_client, two, home):
    client, key = make_client()
    row = ClientKey.objects.get()
    kept = bytes(row.digest) + bytes(row.signing_ct)
    for part in (key, key[9:], client_keys.signing_key(key).hex()):
        assert part.encode() not in kept
    assert key.startswith(row.prefix)
    assert len(row.prefix) < 12
    said = json.dumps(
        list(AuditEvent.objects.filter(kind__startswith="client.").values("note", "after"))
    )
    assert key not in said
    with pytest.raises(clients.NoKeyDue):
        clients.take_key(client=client, by=two[0])
    assert get(key).status_code == 200


@pytest.mark.rule("PI-01")
def test_nobody_makes_a_client_alone(two, home):
    first, _ = two
    proposal = clients.propose_client(
        name="财政系统",
        partner="finance",
        unit=home,
        addresses=["10.0.0.1/32"],
        reads_numbers=False,
        must_sign=True,
        expires_on=timezone.localdate() + dt.timedelta(days=9),
        reason="来函",
        by=first,
    )
    with pytest.raises(ProposalRefused):
        accounts.confirm(proposal=proposal, by=first)
    assert not Client.objects.exists()


@pytest.mark.rule("PI-02")
def test_keys_that_do_not_hold_are_refused(make_client, two):
    client, key = make_client()
    problem(get(""), 401, "key")
    problem(get("bz_" + "x" * 43), 401, "key")
    assert get("").headers["WWW-Authenticate"].startswith("Bearer")
    # a key that was changed holds beside the new one for a day
    accounts.confirm(
        proposal=clients.propose_key(client=client, reason="定期更换", by=two[0]), by=two[1]
    )
    _, newer = clients.take_key(client=client, by=two[1])
    assert get(key).status_code == get(newer).status_code == 200
    ClientKey.objects.filter(ends_at__isnull=False).update(
        made_at=timezone.now() - dt.timedelta(days=2),
        ends_at=timezone.now() - dt.timedelta(seconds=1),
    )
    problem(get(key), 401, "key")
    # a client that was stopped calls no more
    accounts.confirm(
        proposal=clients.propose_stop(client=client, reason="系统下线", by=two[0]), by=two[1]
    )
    problem(get(newer), 401, "key")
    assert AuditEvent.objects.filter(kind="api.refuse").count() == 2
    assert client.keys.filter(ends_at__isnull=True).count() == 0


def test_an_expired_client_is_refused(make_client):
    client, key = make_client()
    Client.objects.filter(pk=client.pk).update(
        expires_on=timezone.localdate() - dt.timedelta(days=1)
    )
    problem(get(key), 401, "key")


@pytest.mark.rule("PI-02")
def test_only_the_addresses_written_down_may_call(make_client):
    client, key = make_client(addresses=["10.8.3.0/24"])
    problem(get(key), 403, "address")
    assert gate.is_allowed(client, "10.8.3.77")
    assert not gate.is_allowed(client, "10.8.4.1")
    assert not gate.is_allowed(client, "")
    assert AuditEvent.objects.get(kind="api.refuse").outcome == AuditEvent.Outcome.REFUSED


@pytest.mark.rule("PI-03")
def test_calls_are_counted_by_the_minute(make_client, monkeypatch):
    monkeypatch.setattr(gate, "LIMIT", 3)
    _, key = make_client()
    answers = [get(key) for _ in range(8)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late  # a minute may end between two calls, so not which
    assert 0 < int(late[0].headers["Retry-After"]) <= 60
    problem(late[0], 429, "rate")
    monkeypatch.setattr(gate, "STRANGERS", 2)
    strangers = [get("bz_guess") for _ in range(6)]
    assert {answer.status_code for answer in strangers} == {401, 429}
    assert Calls.objects.filter(who="address:127.0.0.1").exists()


@pytest.mark.rule("PI-04")
def test_a_client_sees_its_partner_and_its_subtree(make_client, decided, foreign_home):
    case = decided()
    _, key = make_client()
    _, finance = make_client("finance")
    _, far = make_client("personnel", unit=foreign_home, name="外县系统")
    listed = get(key).json()
    assert [one["number"] for one in listed["items"]] == [case.number]
    assert listed["items"][0]["part"]["state"] == "waiting"
    for other in (finance, far):  # not their turn yet, and not their county
        assert get(other, state="all").json()["items"] == []
        problem(get(other, f"applications/{case.number}"), 404, "not-found")
        problem(post(other, f"applications/{case.number}/confirm"), 404, "not-found")
    assert case.confirmations.get(partner="personnel").confirmed_at is None


def test_one_case_has_what_a_partner_needs(make_client, decided):
    case = decided()
    _, key = make_client()
    said = get(key, f"applications/{case.number}").json()
    (line,) = said["lines"]
    assert (line["name"], line["quota_type"]["label"]) == ("张玥", "行政编制")
    assert NUMBER_HIDDEN in line["id_no_masked"]
    assert "id_no" not in line
    assert {one["partner"] for one in said["chain"]} == {
        "organisation",
        "personnel",
        "finance",
        "insurance",
    }
    assert any(fact["label"] == "入编时间" for fact in line["facts"])


@pytest.mark.rule("PI-05")
def test_a_whole_number_needs_a_right_and_is_a_look(make_client, decided):
    case = decided()
    _, plain = make_client()
    path = f"applications/{case.number}"
    problem(get(plain, path, numbers="true"), 403, "numbers")
    assert not AuditEvent.objects.filter(kind="person.reveal").exists()
    _, right = make_client(name="可读系统", reads_numbers=True)
    assert "id_no" not in get(right, path).json()["lines"][0]
    said = get(right, path, numbers="true").json()["lines"][0]
    assert len(said["id_no"]) == 18
    look = AuditEvent.objects.get(kind="person.reveal")
    assert look.target_id == str(case.lines.get().result.person_id)
    assert "可读系统" in look.actor_name
    assert case.number in look.purpose


@pytest.mark.rule("PI-06")
def test_the_same_key_takes_effect_once(make_client, decided):
    case = decided()
    client, key = make_client()
    path, again = f"applications/{case.number}/confirm", str(uuid.uuid4())
    first = post(key, path, {"reference_no": "RS-1"}, again)
    assert first.status_code == 200
    assert first.json()["part"]["state"] == "confirmed"
    second = post(key, path, {"reference_no": "RS-1"}, again)
    assert second.status_code == 200
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    problem(post(key, path, {"reference_no": "RS-2"}, again), 422, "idempotency-key")
    problem(post(key, path, {"reference_no": "RS-1"}), 409, "not-your-turn")
    assert case.trail.filter(move="confirm").count() == 1
    row = case.confirmations.get(partner="personnel")
    assert (row.client, row.reference_no, row.confirmed_by) == (client.name, "RS-1", None)
    assert case.trail.last().by_name == client.name


def test_a_key_of_another_client_is_another_key(make_client, decided):
    case = decided()
    again = str(uuid.uuid4())
    _, key = make_client()
    _, organisation = make_client("organisation")
    path = f"applications/{case.number}/confirm"
    assert post(key, path, {}, again).status_code == 200
    other = post(organisation, path, {}, again)
    assert other.status_code == 200
    assert "Idempotency-Replayed" not in other.headers


def test_a_refused_request_may_be_sent_again_with_its_key(make_client, decided):
    case = decided()
    _, key = make_client()
    again, path = str(uuid.uuid4()), f"applications/{case.number}/object"
    said = problem(post(key, path, {"opinion": " "}, again), 422, "content")
    assert said["errors"][0]["field"] == "opinion"
    assert post(key, path, {"opinion": "姓名不符"}, again).json()["part"]["state"] == "objected"
    assert [one["number"] for one in get(key, state="objected").json()["items"]] == [case.number]


def test_a_case_ends_through_the_interface_alone(make_client, decided):
    case = decided()
    for code in ("organisation", "personnel", "finance", "insurance"):
        _, key = make_client(code)
        assert post(key, f"applications/{case.number}/confirm").status_code == 200
    case.refresh_from_db()
    assert case.state == State.DONE


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ("{", {}, 400, "json"),
        ("[]", {}, 400, "json"),
        ({"reference_no": 7}, {}, 422, "content"),
        ({"reference_no": "x" * 61}, {}, 422, "content"),
        ({"confirmed_at": "2020-01-01"}, {}, 422, "content"),
        ({}, {"content_type": "text/plain"}, 415, "media-type"),
        ({}, {"Idempotency-Key": "seven"}, 400, "idempotency-key"),
        ("x" * 20_000, {}, 413, "size"),
    ],
)
def test_what_cannot_be_read_is_said_where(body, headers, status, code, make_client, decided):
    case = decided()
    _, key = make_client()
    problem(post(key, f"applications/{case.number}/confirm", body, **headers), status, code)
    assert not case.trail.filter(move="confirm").exists()


def test_parameters_are_checked(make_client):
    _, key = make_client()
    for query in (
        {"state": "mine"},
        {"limit": "0"},
        {"limit": "201"},
        {"since": "yesterday"},
        {"unit": "1"},
        {"limit": ["1", "2"]},
    ):
        problem(get(key, **query), 400, "parameter")
    for cursor in ("x", "e30", "WyJhIiwgMV0"):
        problem(get(key, cursor=cursor), 400, "cursor")
    answer = Browser().put("/api/v1/applications", headers={"Authorization": f"Bearer {key}"})
    problem(answer, 405, "method")
    assert answer.headers["Allow"] == "GET"


def test_pages_follow_one_another_and_nothing_is_missed(make_client, decided, office):
    cases = [decided(entry_line(office, n, name)) for n, name in ((11, "甲一"), (13, "乙二"))]
    _, key = make_client()
    first = get(key, limit=1).json()
    assert first["has_more"]
    second = get(key, limit=1, cursor=first["next_cursor"]).json()
    assert not second["has_more"]
    numbers = [first["items"][0]["number"], second["items"][0]["number"]]
    assert numbers == [case.number for case in cases]
    # a cursor to come back with never passes what is still young
    assert second["next_cursor"] == first["next_cursor"]
    Confirmation.objects.filter(arrived_at__isnull=False).update(
        arrived_at=timezone.now() - 2 * reading.SETTLED
    )
    later = get(key).json()
    assert get(key, cursor=later["next_cursor"]).json()["items"] == []
    since = (timezone.now() - reading.SETTLED).isoformat()
    assert get(key, since=since).json()["items"] == []


def test_a_list_takes_few_queries(make_client, decided, office, django_assert_max_num_queries):
    for n, name in ((11, "甲一"), (13, "乙二"), (15, "丙三")):
        decided(entry_line(office, n, name))
    _, key = make_client()
    with django_assert_max_num_queries(12):
        assert len(get(key).json()["items"]) == 3


@pytest.mark.rule("PI-04")
def test_every_call_is_in_the_audit(make_client, decided):
    case = decided()
    client, key = make_client()
    get(key)
    problem(get(key, "applications/RB0"), 404, "not-found")
    events = AuditEvent.objects.filter(kind="api.call").order_by("pk")
    assert [(e.after["operation"], e.outcome) for e in events] == [
        ("list", AuditEvent.Outcome.DONE),
        ("read", AuditEvent.Outcome.REFUSED),
    ]
    assert client.name in events[0].actor_name
    assert case.number not in str(events[0].after)


def test_the_description_is_made_of_the_table():
    answer = Browser().get("/api/v1/openapi.json")
    said = answer.json()
    assert said["openapi"] == "3.1.0"
    found = {
        (path, method): operation["operationId"]
        for path, methods in said["paths"].items()
        for method, operation in methods.items()
    }
    assert found == {(f"/{one.path}", one.method.lower()): one.name for one in OPERATIONS}
    text = json.dumps(said)
    for name in openapi.SCHEMAS:
        assert f"#/components/schemas/{name}" in text or name == "Summary"
    page = Browser().get("/api/v1/")
    assert page.status_code == 200
    for one in OPERATIONS:
        assert one.summary in page.content.decode()


def test_answers_are_what_the_description_says(make_client, decided):
    case = decided()
    _, key = make_client()
    for path, name in (("applications", "Page"), (f"applications/{case.number}", "Whole")):
        check(get(key, path).json(), openapi.SCHEMAS[name])


def check(value: object, schema: dict) -> None:
    """Compare a value with the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        return check(value, openapi.SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in schema:
        return check(value, schema["anyOf"][0]) if value is not None else None
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        assert "null" in types
        return None
    assert isinstance(value, tuple(kinds[one] for one in types if one != "null")), schema
    assert value in schema.get("enum", [value])
    if isinstance(value, dict):
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for name, part in value.items():
            check(part, schema["properties"][name])
    if isinstance(value, list):
        for part in value:
            check(part, schema["items"])
    return None


# -- pages of the security administrators ----------------------------------------------------


def sent(browser: Browser, name: str, /, *args: object, **fields: object):
    return browser.post(reverse(name, args=args), {"_key": str(uuid.uuid4()), **fields})


@pytest.mark.rule("PI-01")
def test_a_client_from_proposal_to_key_on_the_pages(two, home):
    first, second = Browser(), Browser()
    first.force_login(two[0])
    second.force_login(two[1])
    fields = {
        "name": "财政统发系统",
        "partner": "finance",
        "unit": home.pk,
        "expires_on": (timezone.localdate() + dt.timedelta(days=200)).isoformat(),
        "addresses": "10.8.3.21\n10.8.4.0/24",
        "must_sign": "on",
        "reason": "来函〔2026〕12号",
    }
    wrong = sent(first, "approvals:client_propose", **{**fields, "addresses": "somewhere"})
    assert wrong.status_code == 422
    assert "不是地址" in wrong.content.decode()
    wide = sent(first, "approvals:client_propose", **{**fields, "addresses": "0.0.0.0/0"})
    assert wide.status_code == 422
    assert sent(first, "approvals:client_propose", **fields).status_code == 302
    assert "财政统发系统" in first.get(reverse("approvals:clients")).content.decode()
    from apps.accounts.models import Proposal

    proposal = Proposal.objects.get()
    sent(second, "accounts:proposal_confirm", proposal.pk)
    assert "去领取密钥" in second.get(proposal.get_absolute_url()).content.decode()
    client = Client.objects.get()
    assert client.addresses == ["10.8.3.21/32", "10.8.4.0/24"]
    assert client.must_sign
    taken = sent(first, "approvals:client_take", client.pk).content.decode()
    key = taken.split('id="new-key">')[1].split("<")[0]
    assert key.startswith("bz_")
    assert f'id="new-keyid">{key[:9]}<' in taken
    assert key not in first.get(reverse("approvals:client", args=[client.pk])).content.decode()
    assert sent(first, "approvals:client_take", client.pk).status_code == 302
    assert client.keys.count() == 1


@pytest.mark.rule("PI-07")
def test_an_older_client_is_asked_to_sign_on_the_pages(two, make_client):
    client, _ = make_client()
    page = Browser()
    page.force_login(two[0])
    address = reverse("approvals:client_sign", args=[client.pk])
    shown = page.get(reverse("approvals:client", args=[client.pk])).content.decode()
    assert address in shown
    assert "不签名，直接发送密钥" in shown
    ClientKey.objects.update(signing_ct=None)
    refused = sent(page, "approvals:client_sign", client.pk, reason="统一要求")
    assert refused.status_code == 422
    assert "请先更换密钥" in refused.content.decode()
    Client.objects.update(must_sign=True)
    shown = page.get(reverse("approvals:client", args=[client.pk])).content.decode()
    assert address not in shown


def test_the_pages_are_for_security_administrators(clerk, make_client):
    client, _ = make_client()
    page = Browser()
    page.force_login(clerk)
    for name, args in (("approvals:clients", []), ("approvals:client", [client.pk])):
        assert page.get(reverse(name, args=args)).status_code == 403
    assert sent(page, "approvals:client_take", client.pk).status_code == 403
