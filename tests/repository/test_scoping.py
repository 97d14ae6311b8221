"""A stranger opens every address, and nothing of another county is there (issue 2; X-02, X-04).

What he sends to them: test_scoping_posts.py.
"""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.repository.crawler import (
    CALLERS,
    HUNTS,
    ID_PARAMETERS,
    MISSING_ID,
    MISSING_UUID,
    Crawler,
    pages,
    shape_of,
    texts_of,
)
from tests.repository.pages import Page
from tests.repository.world import MASKED, NAMES, NUMBERS, World

pytestmark = pytest.mark.django_db

#: One of each width of scope; the others read the same querysets.
EXPORTERS = ("office_clerk", "unit_clerk", "leader", "audit")


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_foreign_is_read_or_found_by_any_address(world: World, caller: str) -> None:
    crawler = Crawler(world, caller)
    for page in pages():
        if page.name == "accounts:logout":
            continue
        if page.takes_ids:
            open_by_id(crawler, page)
        else:
            open_and_hunt(crawler, page)
    crawler.finish(at_least=60)


def open_and_hunt(crawler: Crawler, page: Page) -> None:
    """Open a page without an id, and unless it is closed to the caller, search and export it."""
    for address in page.addresses(MISSING_ID, MISSING_UUID):
        if crawler.get(page, address).status_code == 403:
            continue  # refused for the right; what the query asks for is not looked at
        crawler.get(page, address, **dict.fromkeys(ID_PARAMETERS, crawler.world.foreign_ids[0]))
        # two hunts each: together the callers try all of them on every list
        for turn in range(2):
            hunt = HUNTS[(CALLERS.index(crawler.caller) + turn) % len(HUNTS)]
            crawler.get(page, address, q=hunt)
        if crawler.caller in EXPORTERS:
            crawler.get(page, address, export="xlsx")


def open_by_id(crawler: Crawler, page: Page) -> None:
    """Open a page with foreign ids: it must answer as for an id that nothing has."""
    foreign_uuids = (crawler.world.foreign_job.pk, crawler.world.foreign_batch.pk)
    ids = (*crawler.world.foreign_ids, *foreign_uuids, MISSING_ID, MISSING_UUID)

    def answers(number: int, identifier: uuid.UUID) -> list[tuple[str, tuple[int, str]]]:
        return [
            (address, shape_of(crawler.get(page, address), *ids))
            for address in page.addresses(number, identifier)
        ]

    missing = answers(MISSING_ID, MISSING_UUID)
    for number, identifier in zip(crawler.world.foreign_ids, foreign_uuids, strict=True):
        found = answers(number, identifier)
        if crawler.caller in getattr(page.view, "required_administrators", ()):
            continue  # accounts and events have no county
        if shapes(found) != shapes(missing):  # a page before may have left something to say
            found, missing = answers(number, identifier), answers(MISSING_ID, MISSING_UUID)
        for (address, answer), (_, expected) in zip(found, missing, strict=True):
            if answer != expected:
                crawler.faults.append(
                    f"{address} answers {answer[0]}, unlike a missing one ({expected[0]})"
                )
        if {status for _, (status, _) in found} == {403}:
            break  # refused for the right, whatever the id


def shapes(answers: list[tuple[str, tuple[int, str]]]) -> list[tuple[int, str]]:
    return [shape for _, shape in answers]


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
