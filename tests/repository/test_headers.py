"""What every answer tells the browser (security.md R06)."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import accounts, units
from tests.repository.pages import all_pages

pytestmark = pytest.mark.django_db

MISSING = 987_654_321_987
NOBODY = uuid.UUID("00000000-0000-4000-8000-00000000dead")


@pytest.fixture
def callers() -> list:
    home = units.county()
    return [units.holder("office", "office_clerk", home), accounts.administrator("system")]


def judge(address: str, response, signed_in: bool) -> list[str]:
    faults = []
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy:
        faults.append(f"{address}: content security policy “{policy}”")
    for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action"):
        if part not in policy:
            faults.append(f"{address}: policy without {part}")
    expected = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    faults += [
        f"{address}: {name} is {headers.get(name)}"
        for name, value in expected.items()
        if headers.get(name) != value
    ]
    if "X-Request-ID" not in headers:
        faults.append(f"{address}: no request number")
    if signed_in and "no-store" not in headers.get("Cache-Control", ""):
        faults.append(f"{address}: may be cached: {headers.get('Cache-Control')}")
    return faults


@pytest.mark.asvs("3.4.3")
def test_every_page_for_everybody(callers: list) -> None:
    faults: list[str] = []
    for user in [None, *callers]:
        client = Client(raise_request_exception=False)
        if user is not None:
            client.force_login(user)
        for page in all_pages():
            if page.name == "accounts:logout":
                continue
            for address in page.addresses(MISSING, NOBODY):
                response = client.get(address)
                if response.streaming:
                    list(response.streaming_content)  # reading it closes its file
                faults += judge(f"{user} {address}", response, user is not None)
        faults += judge("missing", client.get("/no/such/page"), user is not None)
        faults += judge("refused form", client.post("/accounts/password/"), user is not None)
    assert not faults, "\n".join(faults[:40])


@pytest.mark.asvs("3.3.1")
def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    accounts.account("zhangsan", "张三")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"username": "zhangsan", "password": accounts.PASSWORD})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    token = client.cookies[settings.CSRF_COOKIE_NAME]

    for cookie in (session, token):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"


@pytest.mark.asvs("3.3.1")
def test_production_cookies_travel_by_tls_only() -> None:
    import ast
    from pathlib import Path

    source = Path(settings.BASE_DIR) / "bianzhi" / "settings" / "prod.py"
    set_to = {
        node.targets[0].id: ast.unparse(node.value)
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert set_to["SESSION_COOKIE_SECURE"] == set_to["CSRF_COOKIE_SECURE"] == "True"
    assert set_to["SESSION_COOKIE_NAME"].strip("'").startswith("__Host-")
    assert set_to["DEBUG"] == "False"


@pytest.mark.asvs("3.5.1")
def test_a_form_without_its_token_is_refused(callers: list) -> None:
    """Every POST, sign-in too, from another site or with a stale page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(callers[0])
    refused = 0
    for page in all_pages():
        for address in page.addresses(MISSING, NOBODY):
            answer = client.post(address, {"_key": str(uuid.uuid4())})
            # partners' systems bring a key, no cookie: theirs is missing
            keyed = getattr(page.view, "csrf_exempt", False)
            assert not keyed or address.startswith("/api/"), address
            assert answer.status_code in (401 if keyed else 403, 405), address
            refused += answer.status_code == 403
    assert refused > 10
