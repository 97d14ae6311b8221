"""A stranger posts to every address, signed in or not, and nothing of another county is reached."""

from __future__ import annotations

import uuid

import pytest

from tests.repository.crawler import (
    CALLERS,
    HUNTS,
    ID_PARAMETERS,
    Crawler,
    pages,
)
from tests.repository.world import ADMINISTRATORS, NUMBERS, World

pytestmark = pytest.mark.django_db


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
