"""docs/partner-api.md says what is served, and its example works."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from urllib.error import HTTPError

import pytest

from apps.approvals import services
from apps.approvals.api import gate, openapi, reading, views
from apps.approvals.api.operations import OPERATIONS
from apps.approvals.choices import Partner
from apps.approvals.models import Confirmation
from tests.approvals.test_api import make_client, two  # noqa: F401
from tests.factories.approvals import filed_entry

GUIDE = (Path(__file__).parents[2] / "docs" / "partner-api.md").read_text()


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
    assert f"{views.LARGEST // 1024} KB" in GUIDE


@pytest.mark.django_db(transaction=True)
def test_the_example_of_the_guide_works(
    live_server,
    make_client,  # noqa: F811
    office,
    unit_clerk,
    cast,
):
    case = filed_entry(office, unit_clerk)
    while case.state != "confirming":
        case = services.advance(application=case, move="pass", by=cast[case.state])
    _, key = make_client("personnel")
    block = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block is not None
    names: dict = {}
    exec(block[1], names)
    portal = names["Portal"](live_server.url, key)

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
