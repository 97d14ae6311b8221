"""A stranger opens every address, and nothing of another county is there (issue 2; X-02, X-04).

The addresses are read off the URL configuration: a page added tomorrow is tried tomorrow.
"""

from __future__ import annotations

import functools
import io
import re
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import ROLES
from tests.repository import world as worlds
from tests.repository.pages import Page, all_pages
from tests.repository.world import ADMINISTRATORS, MASKED, NAMES, NOBODY, NUMBERS, World

pytestmark = pytest.mark.django_db

MISSING_ID = 987_654_321_987
MISSING_UUID = uuid.UUID("00000000-0000-4000-8000-00000000dead")
#: Texts that a reader may type to hunt for what he may not see: parts of the planted names.
HUNTS = ("青禾", "ouyang", "7731", "隐")
#: Names under which forms and lists take an id from the query.
ID_PARAMETERS = (
    "unit", "under", "parent", "document", "person", "spell", "posting", "dept", "user", "pk",
    "after", "to_unit", "from_unit", "batch", "node",
)  # fmt: skip
#: One partner stands for the four: they differ in whose part they confirm, not in what they open
#: (tests/approvals/test_partners.py shows the difference).
TWINS = ("partner_organisation", "partner_personnel", "partner_insurance")
CALLERS = (*(role for role in ROLES if role not in TWINS), *ADMINISTRATORS, NOBODY)
#: One of each width of scope; the others read the same querysets.
EXPORTERS = ("office_clerk", "unit_clerk", "leader", "audit")


def what_may_be_read(caller: str, page: Page) -> set[str]:
    """Return the planted names that a page is there to show to this caller.

    The audit administrator reads what was done to what, the security administrator chooses
    units of the whole tree; neither sees a number, an address or a face of anybody.
    """
    if caller == "audit" and page.name.startswith("audit:"):
        return set(NAMES)
    if caller == "security" and page.name.startswith("units:appointment"):
        return {"county", "bureau", "department", "short"}
    return set()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Both counties, made once for the module and taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


def texts_of(response: Any) -> str:
    """Return everything a response says: headers, body, and the parts of a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    said = [f"{name}: {value}" for name, value in response.headers.items()]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            said += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    else:
        said.append(body.decode("utf-8", "replace"))
    return "\n".join(said)


def shape_of(response: Any, *given: object) -> tuple[int, str]:
    """Return status and body without what differs by nature: ids asked for, keys, numbers."""
    text = texts_of(response)
    for value in given:
        text = text.replace(str(value), "")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", text)
    text = re.sub(r"[A-Za-z0-9]{64}|\b[0-9a-f]{16}\b|confirm-[0-9a-f]{8}", "", text)
    text = re.sub(r"Content-Length: \d+|data-left=\"\d+\"", "", text)
    return response.status_code, text


class Crawler:
    """One caller going through the portal, noting every fault instead of stopping at the first."""

    def __init__(self, world: World, caller: str | None) -> None:
        self.world, self.caller = world, caller
        self.client = Client(raise_request_exception=False)
        if caller is not None:
            self.client.force_login(world.user(caller))
        self.faults: list[str] = []
        self.seen = 0

    def get(self, page: Page, address: str, **query: object) -> Any:
        self.seen += 1
        response = self.client.get(address, query)
        if response.status_code >= 500 and page.name != "healthz":
            self.faults.append(f"{response.status_code} {address} {query}")
        self.judge(page, address, query, response)
        return response

    def judge(
        self, page: Page, address: str, query: object, response: Any, typed: tuple[str, ...] = ()
    ) -> None:
        """Note what should not be there; what the caller typed himself may come back to him."""
        said = texts_of(response)
        allowed = {*what_may_be_read(self.caller or "", page), *typed}
        for label, planted in {**NAMES, **NUMBERS, **MASKED}.items():
            if label not in allowed and planted in said:
                self.faults.append(f"{label} “{planted}” in {address} {query}")

    def finish(self, at_least: int) -> None:
        assert not self.faults, "\n".join([f"as {self.caller}:", *self.faults[:40]])
        assert self.seen >= at_least, f"only {self.seen} requests: the crawl has lost its way"


@functools.cache
def pages() -> list[Page]:
    return all_pages()


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_foreign_is_read_by_any_address(world: World, caller: str) -> None:
    crawler = Crawler(world, caller)
    foreign_uuids = (world.foreign_job.pk, world.foreign_batch.pk)
    for page in pages():
        if page.name in ("accounts:logout",):
            continue
        if not page.takes_ids:
            for address in page.addresses(MISSING_ID, MISSING_UUID):
                crawler.get(page, address)
                crawler.get(page, address, **dict.fromkeys(ID_PARAMETERS, world.foreign_ids[0]))
            continue
        ids = (*world.foreign_ids, *foreign_uuids, MISSING_ID, MISSING_UUID)
        for address in page.addresses(MISSING_ID, MISSING_UUID):
            crawler.get(page, address)  # shows what a page before it has left to say
        missing = [
            shape_of(crawler.get(page, address), *ids)
            for address in page.addresses(MISSING_ID, MISSING_UUID)
        ]
        for number, identifier in zip(world.foreign_ids, foreign_uuids, strict=True):
            for foreign, expected in zip(page.addresses(number, identifier), missing, strict=True):
                found = shape_of(crawler.get(page, foreign), *ids)
                if caller in getattr(page.view, "required_administrators", ()):
                    continue  # accounts and events have no county
                if found != expected:
                    crawler.faults.append(
                        f"{foreign} answers {found[0]}, unlike a missing one ({expected[0]})"
                    )
    crawler.finish(at_least=60)


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_foreign_is_found_by_any_search_list_or_export(world: World, caller: str) -> None:
    crawler = Crawler(world, caller)
    for page in pages():
        if page.takes_ids or page.name == "accounts:logout":
            continue
        for address in page.addresses(MISSING_ID, MISSING_UUID):
            # two hunts each: together the callers try all of them on every list
            for turn in range(2):
                hunt = HUNTS[(CALLERS.index(caller) + turn) % len(HUNTS)]
                crawler.get(page, address, q=hunt)
            if caller in EXPORTERS:
                crawler.get(page, address, export="xlsx")
    crawler.finish(at_least=60)


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("caller", [c for c in CALLERS if c not in ADMINISTRATORS])
def test_no_look_up_by_post_finds_anything_foreign(world: World, caller: str) -> None:
    """Searches that take personal numbers are POSTs; so are previews and checks of forms."""
    crawler = Crawler(world, caller)
    for page in pages():
        if not getattr(page.view, "keyless", False) or getattr(page.view, "is_public", False):
            continue
        for address in page.addresses(world.foreign_ids[0], world.foreign_job.pk):
            for hunt in (*HUNTS, NUMBERS["foreign number"], NUMBERS["foreign number"][-4:]):
                names = ("q", "text", "name", "id_no", "tail", "number", "document_text")
                fields = {**dict.fromkeys(ID_PARAMETERS, world.foreign_ids[0])}
                answer = crawler.client.post(address, {**fields, **dict.fromkeys(names, hunt)})
                crawler.seen += 1
                if answer.status_code >= 500:
                    crawler.faults.append(f"{answer.status_code} POST {address}")
                crawler.judge(page, address, f"POST {hunt}", answer, typed=("foreign number",))
    crawler.finish(at_least=6)


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("caller", CALLERS)
def test_no_form_reaches_a_foreign_row(world: World, caller: str) -> None:
    """A POST to a foreign id is refused like one to a missing id, and changes nothing."""
    from apps.core.history import tracked_models

    crawler = Crawler(world, caller)
    before = {m: m.history.count() for m in tracked_models()}  # type: ignore[attr-defined]
    for page in pages():
        if caller in getattr(page.view, "required_administrators", ()) or getattr(
            page.view, "is_public", False
        ):
            continue  # accounts and events have no county
        for address in page.addresses(world.foreign_ids[0], world.foreign_job.pk):
            fields = dict.fromkeys(ID_PARAMETERS, world.foreign_ids[0])
            answer = crawler.client.post(address, {**fields, "_key": str(uuid.uuid4())})
            crawler.seen += 1
            crawler.judge(page, address, "POST", answer)
            if page.takes_ids and answer.status_code not in (403, 404, 405):
                crawler.faults.append(f"POST {address} answers {answer.status_code}")
    after = {m: m.history.count() for m in tracked_models()}  # type: ignore[attr-defined]
    assert after == before
    crawler.finish(at_least=20)


def test_own_rows_are_readable_so_that_the_crawl_means_something(world: World) -> None:
    """The same addresses, with ids of one's own county, do show what is there."""
    client = Client()
    client.force_login(world.user("office_clerk"))
    opened = []
    for page in pages():
        if not page.takes_ids or page.name.startswith(("accounts:", "audit:", "units:appointment")):
            continue
        for number in sorted(set(world.home_ids.values())):
            for address in page.addresses(number, MISSING_UUID):
                answer = client.get(address)
                texts_of(answer)
                if answer.status_code == 200:
                    opened.append(page.name)
    assert {"units:detail", "documents:detail"} <= set(opened)


def test_the_planted_names_are_read_at_home(world: World) -> None:
    """Their own clerk finds every planted name, so that a leak would have been one."""
    client = Client()
    client.force_login(User.objects.get(username="foreign-clerk"))
    said = []
    for page in pages():
        if page.name == "accounts:logout":
            continue
        for number, identifier in (
            *((number, world.foreign_job.pk) for number in world.foreign_ids),
            (world.foreign_ids[0], world.foreign_batch.pk),
        ):
            said += [
                texts_of(client.get(address)) for address in page.addresses(number, identifier)
            ]
    together = "\n".join(said)

    assert {label for label, text in NAMES.items() if text not in together} == set()
    assert all(text in together for text in MASKED.values())
    assert not [label for label, text in NUMBERS.items() if text in together]


@pytest.mark.asvs("8.2.1")
def test_who_is_not_signed_in_is_sent_to_sign_in(world: World) -> None:
    crawler = Crawler(world, None)
    for page in pages():
        for address in page.addresses(world.foreign_ids[0], world.foreign_job.pk):
            for answer in (crawler.get(page, address), crawler.client.post(address)):
                crawler.judge(page, address, "", answer)
                if getattr(page.view, "is_public", False) or page.name == "healthz":
                    continue
                if answer.status_code == 405:
                    continue
                place = answer.headers.get("Location", "")
                if answer.status_code != 302 or not place.startswith("/accounts/login/"):
                    crawler.faults.append(f"{address} answers {answer.status_code} {place}")
    crawler.finish(at_least=60)
