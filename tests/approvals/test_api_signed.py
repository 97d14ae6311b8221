"""Signed requests: what passes, and everything that must not (X-09 to X-11)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.errors import CannotApply
from apps.approvals import client_keys, services
from apps.approvals.api import gate, signing
from apps.approvals.models import Client, ClientKey, Nonce
from apps.approvals.services import clients
from apps.audit.models import AuditEvent
from tests.approvals.signing import ask, call, digest, signed
from tests.approvals.test_api import decided, get, make_client, post, problem, two  # noqa: F401
from tests.factories.approvals import filed_entry
from tests.races import meet_at

pytestmark = pytest.mark.django_db

LIST = "/api/v1/applications"


@pytest.fixture
def signer(make_client):  # noqa: F811
    return make_client(must_sign=True)


@pytest.fixture
def unhurried(monkeypatch):
    """Let hostile tests try more often than a minute allows."""
    monkeypatch.setattr(gate, "LIMIT", 10_000)
    monkeypatch.setattr(gate, "STRANGERS", 10_000)


@pytest.mark.rule("PI-07")
def test_a_signed_request_does_what_the_key_did(signer, decided):  # noqa: F811
    case = decided()
    _, key = signer
    listed = ask(key, "GET", "applications", "state=waiting&limit=7")
    assert [one["number"] for one in listed.json()["items"]] == [case.number]
    done = ask(key, "POST", f"applications/{case.number}/confirm", body={"reference_no": "RS-1"})
    assert done.json()["part"]["state"] == "confirmed"
    events = AuditEvent.objects.filter(kind="api.call")
    assert [event.outcome for event in events] == [AuditEvent.Outcome.DONE] * 2


@pytest.mark.rule("PI-07")
def test_who_must_sign_is_refused_with_the_key_alone(signer, decided):  # noqa: F811
    case = decided()
    _, key = signer
    answer = get(key)
    said = problem(answer, 401, "unsigned")
    assert "签名" in said["detail"]
    assert answer.headers["WWW-Authenticate"].startswith("Signature")
    asked = post(key, f"applications/{case.number}/confirm").headers["Accept-Signature"]
    assert '"idempotency-key"' in asked
    assert not case.trail.filter(move="confirm").exists()
    assert AuditEvent.objects.filter(kind="api.refuse").count() == 2
    # and the key is not taken beside a signature either
    path = LIST
    both = {**signed(key, "GET", path), "Authorization": f"Bearer {key}"}
    problem(call(both, "GET", path), 401, "signature-form")


@pytest.mark.rule("PI-07")
def test_who_need_not_sign_may_do_so_already(make_client):  # noqa: F811
    _, key = make_client()
    assert get(key).status_code == ask(key, "GET", "applications").status_code == 200


@pytest.mark.rule("PI-07")
def test_what_is_kept_of_a_key_signs_and_opens_nothing_else(signer):
    client, key = signer
    row = ClientKey.objects.select_related("client").get()
    kept = client_keys.opened(row)
    assert kept == client_keys.signing_key(key)
    assert key.encode() not in kept
    problem(get(client_keys.PREFIX + kept.hex()), 401, "key")
    # the ciphertext holds in its own row only
    other = ClientKey(client=client, prefix="bz_other1", signing_ct=row.signing_ct)
    with pytest.raises(client_keys.crypto.BadCiphertext):
        client_keys.opened(other)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientKey.objects.create(
            client=client,
            prefix=row.prefix,
            digest=b"x",
            signing_ct=b"x",
            made_by=row.made_by,
            ends_at=timezone.now() + dt.timedelta(days=1),
        )


@pytest.mark.rule("PI-01")
@pytest.mark.rule("PI-07")
def test_a_signing_key_changes_with_its_day_of_overlap(signer, two):  # noqa: F811
    client, key = signer
    proposal = clients.propose_key(client=client, reason="定期更换", by=two[0])
    accounts.confirm(proposal=proposal, by=two[1])
    _, newer = clients.take_key(client=client, by=two[1])
    for one in (key, newer):
        assert ask(one, "GET", "applications").status_code == 200
    # the name of one with the secret of the other
    problem(ask(key, "GET", "applications", keyid=newer[:9]), 401, "signature")
    ClientKey.objects.filter(ends_at__isnull=False).update(
        made_at=timezone.now() - dt.timedelta(days=2),
        ends_at=timezone.now() - dt.timedelta(seconds=1),
    )
    problem(ask(key, "GET", "applications"), 401, "key")
    accounts.confirm(
        proposal=clients.propose_stop(client=client, reason="系统下线", by=two[0]), by=two[1]
    )
    problem(ask(newer, "GET", "applications"), 401, "key")


@pytest.mark.rule("PI-07")
def test_an_older_client_is_asked_to_sign_by_two_administrators(make_client, two):  # noqa: F811
    client, key = make_client()
    # its key was taken before there were signatures: it goes on as before, and cannot sign
    ClientKey.objects.update(signing_ct=None)
    assert get(key).status_code == 200
    problem(ask(key, "GET", "applications"), 401, "key")
    with pytest.raises(CannotApply):
        clients.propose_signing(client=client, reason="统一要求", by=two[0])
    accounts.confirm(
        proposal=clients.propose_key(client=client, reason="启用签名", by=two[0]), by=two[1]
    )
    _, newer = clients.take_key(client=client, by=two[0])
    proposal = clients.propose_signing(client=client, reason="统一要求", by=two[0])
    assert get(newer).status_code == 200
    accounts.confirm(proposal=proposal, by=two[1])
    for sent in (key, newer):
        problem(get(sent), 401, "unsigned")
    assert ask(newer, "GET", "applications").status_code == 200
    assert AuditEvent.objects.filter(kind="client.sign").count() == 1
    client.refresh_from_db()
    with pytest.raises(CannotApply):
        clients.propose_signing(client=client, reason="再提一次", by=two[0])


def test_an_earlier_proposal_makes_the_client_both_have_read_of(two, home):  # noqa: F811
    payload = {
        "name": "升级前提出的",
        "partner": "finance",
        "unit": home.pk,
        "addresses": ["127.0.0.1/32"],
        "reads_numbers": False,
        "expires_on": (timezone.localdate() + dt.timedelta(days=9)).isoformat(),
    }
    proposal = accounts.propose(
        kind="client.make",
        payload=payload,
        summary="为财政部门建立接口客户端",
        reason="来函",
        once="client.make:升级前提出的",
        by=two[0],
    )
    accounts.confirm(proposal=proposal, by=two[1])
    assert not Client.objects.get().must_sign


# -- the clock and the nonce --------------------------------------------------------------------


@pytest.mark.rule("PI-08")
@pytest.mark.parametrize(
    ("off", "passes"),
    [(-300, True), (300, True), (-299, True), (-301, False), (301, False), (-86_400, False)],
)
def test_a_request_is_of_these_minutes(off, passes, signer, monkeypatch):
    _, key = signer
    now = timezone.now().replace(microsecond=0)
    monkeypatch.setattr(time, "time", now.timestamp)
    monkeypatch.setattr(signing.timezone, "now", lambda: now)
    answer = ask(key, "GET", "applications", off=off)
    if passes:
        assert answer.status_code == 200
    else:
        said = problem(answer, 401, "timestamp")
        assert str(int(now.timestamp())) in said["detail"]
        assert not Nonce.objects.exists()


@pytest.mark.rule("PI-08")
def test_a_nonce_is_used_once(signer, decided):  # noqa: F811
    case = decided()
    _, key = signer
    path = f"/api/v1/applications/{case.number}/confirm"
    body = b'{"reference_no": "RS-1"}'
    headers = signed(key, "POST", path, body=body)
    assert call(headers, "POST", path, body=body).status_code == 200
    said = problem(call(headers, "POST", path, body=body), 401, "nonce")
    assert "重新签名" in said["detail"]
    # also under another signature, and for another deed
    nonce = headers["Signature-Input"].split('nonce="')[1][:-1]
    problem(ask(key, "GET", "applications", nonce=nonce), 401, "nonce")
    assert case.trail.filter(move="confirm").count() == 1
    # a retry is signed anew, under the same Idempotency-Key
    again = headers["Idempotency-Key"]
    answer = call(signed(key, "POST", path, body=body, again=again), "POST", path, body=body)
    assert answer.headers["Idempotency-Replayed"] == "true"


@pytest.mark.rule("PI-08")
def test_a_refused_request_cannot_be_replayed_later(signer, decided):  # noqa: F811
    """What was refused for another reason may not come back when the reason is gone."""
    _, key = signer
    path = "/api/v1/applications/RB9999000001/confirm"
    headers = signed(key, "POST", path, body=b"{}")
    problem(call(headers, "POST", path, body=b"{}"), 404, "not-found")
    problem(call(headers, "POST", path, body=b"{}"), 401, "nonce")


@pytest.mark.rule("PI-08")
def test_only_who_can_sign_uses_up_a_nonce(signer):
    _, key = signer
    nonce = "n" * 20
    problem(ask(key, "GET", "applications", nonce=nonce, algorithm="sha256"), 401, "signature")
    assert not Nonce.objects.exists()
    assert ask(key, "GET", "applications", nonce=nonce).status_code == 200


@pytest.mark.rule("PI-08")
def test_nonces_are_each_clients_own_and_are_forgotten(signer, make_client):  # noqa: F811
    _, key = signer
    _, other = make_client("finance", must_sign=True)
    nonce = "n" * 20
    for one in (key, other):
        assert ask(one, "GET", "applications", nonce=nonce).status_code == 200
    assert Nonce.objects.count() == 2
    young, old = Nonce.objects.order_by("pk")
    old.signed_at -= signing.FORGOTTEN
    old.save()
    signing.forget(timezone.now())
    assert list(Nonce.objects.all()) == [young]
    assert signing.FORGOTTEN.total_seconds() > 2 * signing.WINDOW


@pytest.mark.rule("PI-08")
@pytest.mark.django_db(transaction=True)
def test_of_a_request_and_its_replay_at_once_one_is_refused(
    make_client,  # noqa: F811
    office,
    unit_clerk,
    cast,
):
    case = filed_entry(office, unit_clerk)
    while case.state != "confirming":
        case = services.advance(application=case, move="pass", by=cast[case.state])
    client, key = make_client("personnel", must_sign=True)
    path = f"/api/v1/applications/{case.number}/confirm"
    headers = signed(key, "POST", path, body=b"{}")

    def send():
        return call(headers, "POST", path, body=b"{}")

    # the nonce's foreign key waits for the row of the key, the second nonce for the first one
    first, second = meet_at(client.keys.all(), send, send)

    assert first.value.status_code == 200
    problem(second.value, 401, "nonce")
    assert case.trail.filter(move="confirm").count() == 1
    assert Nonce.objects.count() == 1


# -- somebody who changes what was signed ----------------------------------------------------------


@pytest.mark.rule("PI-09")
def test_a_signature_is_of_one_request(signer, decided, unhurried):  # noqa: F811
    case, other = decided(), "RB2026999999"
    _, key = signer
    path, body = f"/api/v1/applications/{case.number}/confirm", b'{"reference_no": "RS-1"}'

    def changed(code, method="POST", path=path, query="", body=body, **headers):
        made = {**signed(key, "POST", path_signed, body=signed_body), **headers}
        problem(call(made, method, path, query, body), 401, code)

    path_signed, signed_body = path, body
    changed("content-digest", body=b'{"reference_no": "RS-2"}')
    changed("content-digest", body=b"")
    changed("content-digest", body=body + b" ")
    # another body together with its own digest
    changed("signature", body=b"{}", **{"Content-Digest": digest(b"{}")})
    changed("signature", path=path.replace(case.number, other))
    changed("signature", path=path.replace("/confirm", "/object"))
    changed("signature", query="state=all")
    changed("signature", **{"Idempotency-Key": str(uuid.uuid4())})
    # reads and writes cover different things, so that one never passes for the other
    changed("signature-form", method="GET", path=LIST)
    answer = call(signed(key, "POST", path, body=body), "HEAD", LIST)
    assert (answer.status_code, answer.content) == (401, b"")
    for method in ("PUT", "PATCH", "DELETE"):
        changed("signature-form", method=method)
    reading = signed(key, "GET", LIST, "state=waiting")
    for method, query in (("GET", "state=all"), ("GET", ""), ("GET", "state=waiting&limit=1")):
        said = problem(call(reading, method, LIST, query), 401, "signature")
        assert f'"@query": ?{query}\n' in said["signature_base"]
    problem(call(reading, "PUT", LIST, "state=waiting"), 401, "signature")
    assert call(reading, "HEAD", LIST, "state=waiting").status_code == 401
    assert not case.trail.filter(move="confirm").exists()
    assert not AuditEvent.objects.filter(kind="api.call").exists()
    assert call(reading, "GET", LIST, "state=waiting").status_code == 200


@pytest.mark.rule("PI-09")
def test_every_changed_character_of_a_signature_is_refused(signer, unhurried):
    """Each character of the three headers in turn, changed and left out."""
    _, key = signer
    headers = signed(key, "GET", LIST)
    tried, codes = 0, set()
    for name, text in headers.items():
        for at, old in enumerate(text):
            for new in ("0" if old != "0" else "1", ""):
                sent = {**headers, name: text[:at] + new + text[at + 1 :]}
                if _means_the_same(text, sent[name]):
                    continue
                answer = call(sent, "GET", LIST)
                assert answer.status_code == 401, (name, at, new)
                codes.add(answer.json()["type"].rsplit(":", 1)[-1])
                tried += 1
        without = {n: t for n, t in headers.items() if n != name}
        problem(call(without, "GET", LIST), 401, "signature-form")
    assert tried > 400
    assert codes == {"signature-form", "key", "timestamp", "content-digest", "signature"}
    assert not Nonce.objects.exists()
    assert call(headers, "GET", LIST).status_code == 200


def _means_the_same(one: str, other: str) -> bool:
    """The last character of base64 has bits that say nothing."""
    values = [text.partition("=:")[2].rstrip(":") for text in (one, other)]
    try:
        return len({base64.b64decode(value, validate=True) for value in values}) == 1 and all(
            values
        )
    except ValueError:
        return False


@pytest.mark.rule("PI-09")
@pytest.mark.parametrize(
    "other",
    [
        {"after": ';alg="hmac-sm3"'},
        {"after": ';alg="hmac-sha256"', "algorithm": "sha256"},
        {"after": ';alg="none"'},
        {"after": ";expires=9999999999"},
        {"after": ";created=1"},
        {"after": ';nonce="aaaaaaaaaaaaaaaaaaaa"'},
        {"after": ';keyid="bz_aaaaaa"'},
        {"covered": []},
        {"covered": ["@method", "@path", "@query"]},
        {"covered": ["@path", "@query", "content-digest"]},
        {"covered": ["@method", "@path", "content-digest"]},
        {"covered": ["@method", "@method", "@path", "@query", "content-digest"]},
        {"covered": ["@path", "@method", "@query", "content-digest"]},
        {"covered": ["@method", "@path", "@query", "content-digest", "date"]},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"nonce": "with space in it, long"},
    ],
)
def test_a_request_chooses_nothing(other, signer):
    _, key = signer
    problem(ask(key, "GET", "applications", **other), 401, "signature-form")


@pytest.mark.rule("PI-09")
@pytest.mark.parametrize("algorithm", ["sha256", "sha3_256", "blake2s"])
def test_another_algorithm_is_a_wrong_signature(algorithm, signer):
    _, key = signer
    problem(ask(key, "GET", "applications", algorithm=algorithm), 401, "signature")


@pytest.mark.rule("PI-09")
@pytest.mark.parametrize(
    "changes",
    [
        {"Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
        {"Content-Digest": ""},
        {"Content-Digest": "sm3=:!!:"},
        {"Signature": "sig=::"},
        {"Signature": "sig=:AAAA:"},
        {"Signature": "sig1=:" + "A" * 43 + "=:"},
        {"Signature-Input": "sig=()"},
        {"Signature-Input": "x" * 5000},
        {"Signature-Input": 'sig=("@method");created=１;keyid="a";nonce="b"'},
    ],
)
def test_headers_that_cannot_be_read_are_said_to_be(changes, signer):
    _, key = signer
    headers = {**signed(key, "GET", LIST), **changes}
    problem(call(headers, "GET", LIST), 401, "signature-form")


@pytest.mark.rule("PI-09")
def test_headers_that_come_twice_are_refused(signer):
    """A server joins headers of one name by commas; no second signature hides behind the first."""
    _, key = signer
    good, bad = signed(key, "GET", LIST), signed("bz_" + "y" * 43, "GET", LIST)
    for name in good:
        for pair in ((good, bad), (bad, good), (good, good)):
            sent = {**good, name: ", ".join(one[name] for one in pair)}
            problem(call(sent, "GET", LIST), 401, "signature-form")


@pytest.mark.rule("PI-09")
def test_signing_well_gives_no_more_rights(signer, make_client, foreign_home, decided):  # noqa: F811
    """Parameters twice, another method by a header, fields nobody asked, another client's unit."""
    case = decided()
    _, key = signer
    _, far = make_client(unit=foreign_home, name="外县系统", must_sign=True)
    path = f"applications/{case.number}"
    for query in ("state=all&state=waiting", "limit=1&limit=2", "unit=1", "_method=POST"):
        problem(ask(key, "GET", "applications", query), 400, "parameter")
    problem(ask(key, "GET", path, "numbers=true"), 403, "numbers")
    for body in ({"client": "x"}, {"confirmed_at": "2020-01-01"}, {"partner": "finance"}):
        problem(ask(key, "POST", f"{path}/confirm", body=body), 422, "content")
    for word in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        whole = f"/api/v1/{path}/confirm"
        sent = {**signed(key, "GET", whole), word: "POST"}
        problem(call(sent, "GET", whole), 405, "method")
    problem(ask(far, "GET", path), 404, "not-found")
    problem(ask(far, "POST", f"{path}/confirm", body={}), 404, "not-found")
    problem(ask(far, "GET", path, keyid=key[:9]), 401, "signature")
    problem(ask(key, "GET", path, keyid="bz_nobody"), 401, "key")
    assert not case.trail.filter(move="confirm").exists()


def test_a_large_body_is_not_hashed(signer):
    _, key = signer
    path, body = "/api/v1/applications/RB1/confirm", b"x" * 20_000
    problem(call(signed(key, "POST", path, body=body), "POST", path, body=body), 413, "size")


def test_wrong_signatures_are_counted_by_address(signer, monkeypatch):
    monkeypatch.setattr(gate, "STRANGERS", 2)
    _, key = signer
    answers = [ask(key, "GET", "applications", algorithm="sha256") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert AuditEvent.objects.filter(kind="api.refuse").count() == 6


def test_an_address_that_is_not_registered_learns_nothing(make_client):  # noqa: F811
    _, key = make_client(must_sign=True, addresses=["10.8.3.0/24"])
    problem(ask(key, "GET", "applications"), 403, "address")
    problem(ask(key, "GET", "applications", algorithm="sha256"), 403, "address")
    assert not Nonce.objects.exists()


def test_no_secret_is_told_by_an_answer(signer):
    _, key = signer
    secret = client_keys.signing_key(key)
    for other in ({"algorithm": "sha256"}, {"off": 999}, {"after": ";x=1"}):
        text = json.dumps(ask(key, "GET", "applications", **other).json())
        for part in (key[9:], secret.hex(), base64.b64encode(secret).decode()):
            assert part not in text
