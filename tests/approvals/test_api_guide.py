"""docs/partner-api.md says what is served, and its example works."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from urllib.error import HTTPError

import pytest
from django.test import RequestFactory

from apps.approvals import client_keys, services
from apps.approvals.api import gate, openapi, reading, signing, sizes
from apps.approvals.api.operations import OPERATIONS
from apps.approvals.choices import Partner
from apps.approvals.models import Confirmation
from tests.approvals.test_api import make_client, two  # noqa: F401
from tests.factories.approvals import filed_entry

GUIDE = (Path(__file__).parents[2] / "docs" / "partner-api.md").read_text()
ONCE = "6f1c2a9e-3b7d-4f0e-9a51-0d2c8b7e4f63"


def test_the_guide_names_every_operation_parameter_and_field():
    for one in OPERATIONS:
        assert f"`{one.method} {one.path}`" in GUIDE
        for name in (*one.query, *one.body):
            assert re.search(rf"`{name.name}`|`\?{name.name}=", GUIDE), name
    for name in (*openapi.SCHEMAS["Part"]["properties"], *openapi.SCHEMAS["Line"]["properties"]):
        assert name in GUIDE, name
    for code in Partner.values:
        assert f"`{code}`" in GUIDE


def test_the_guide_names_every_problem_and_limit():
    codes = {code for _, words, _ in openapi.PROBLEMS for code in words.split(" / ")}
    assert codes
    for code in (*codes, "method"):
        assert f"`{code}`" in GUIDE, code
    assert f"每分钟最多 {gate.LIMIT} 次" in GUIDE
    assert f"每分钟 {gate.STRANGERS} 次" in GUIDE
    assert f"1–{reading.MOST}" in GUIDE
    assert f"{sizes.LARGEST // 1024} KB" in GUIDE
    assert f"不超过 {signing.WINDOW} 秒" in GUIDE
    assert f'"{client_keys.PURPOSE.decode()}"' in GUIDE
    assert f"前 {client_keys.NAME} 个字符" in GUIDE
    for method in ("GET", "POST"):
        assert signing.covering(method) in GUIDE


@pytest.fixture(scope="module")
def example() -> dict:
    """The names of the program in the guide."""
    block = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block is not None
    names: dict = {}
    exec(block[1], names)
    return names


@pytest.mark.rule("PI-07")
def test_the_example_signature_of_the_guide_is_right(example):
    """The figures printed for comparing are those of the program and of the portal."""
    (key,) = re.findall(r"密钥是 `(bz_\w+)`", GUIDE)
    (body,) = re.findall(r"内容是 `(.+?)`", GUIDE)
    (secret,) = re.findall(r"`([0-9a-f]{64})`", GUIDE)
    path, once = "/api/v1/applications/RB2026000012/confirm", ONCE
    portal = example["Portal"]("https://bianban.example.gov.cn", key)

    made = portal.signed("POST", path, body.encode(), once, 1764471963, "q8Jx0b2nT5mYw3Zc7RfA")

    for name, value in made.items():
        assert f"{name}: {value}\n" in GUIDE
    assert portal.secret.hex() == secret == client_keys.signing_key(key).hex()
    request = RequestFactory().generic("POST", path, body, headers=made)
    signature = signing.read(request)
    text = signing.base_of(request, signature)
    assert f"```\n{text.decode()}\n```" in GUIDE
    assert client_keys.mac(bytes.fromhex(secret), text) == signature.value


@pytest.mark.django_db(transaction=True)
def test_the_example_of_the_guide_works(
    live_server,
    make_client,  # noqa: F811
    office,
    unit_clerk,
    cast,
    example,
):
    case = filed_entry(office, unit_clerk)
    while case.state != "confirming":
        case = services.advance(application=case, move="pass", by=cast[case.state])
    _, key = make_client("personnel", must_sign=True)
    portal = example["Portal"](live_server.url, key)

    (found,), cursor = portal.arrived()
    once = str(uuid.uuid4())
    done = [portal.confirm(case.number, "RS-2026-77", once) for _ in range(2)]

    assert found["number"] == case.number
    assert [one["part"]["state"] for one in done] == ["confirmed", "confirmed"]
    assert Confirmation.objects.get(application=case, partner="personnel").reference_no == (
        "RS-2026-77"
    )
    assert portal.arrived(cursor)[0] == []
    with pytest.raises(HTTPError, match="409"):
        portal.confirm(case.number, "RS-2026-78")
