"""A caller who opens every address and notes what should not be there.

The addresses are read off the URL configuration: a page added tomorrow is tried tomorrow.
"""

from __future__ import annotations

import functools
import io
import re
import uuid
import zipfile
from typing import Any

from django.test import Client

from apps.accounts.roles import ROLES
from tests.repository.pages import Page, all_pages
from tests.repository.world import ADMINISTRATORS, MASKED, NAMES, NOBODY, NUMBERS, World

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
