"""What all tests share: real servers, and a real browser.

Servers start with the first test that needs the database or Redis and stop with the run.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from bianzhi import embedded, memory
from scripts import find_chromium
from tests import emptying, template
from tests.browser import DESK, OPTIONS, Visit

#: A statement that takes so long hangs: it fails with its text.
HANGING = "-c statement_timeout=240s"
#: Milliseconds that a browser waits for what it expects: a busy machine is slow, not wrong.
PATIENCE = 30_000
#: Folders and files whose tests take longest, longest first: they begin first.
LONG = (
    "tests/repository/",
    "tests/core/backups/",
    "tests/journeys/",
    "tests/approvals/",
    "tests/exchange/",
    "tests/demo/",
)


def pytest_collection_finish(session: pytest.Session) -> None:
    memory.settle()  # as the web process does: what is loaded by now stays


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; within a place the order stays."""

    def place(item: pytest.Item) -> int:
        return next((n for n, part in enumerate(LONG) if item.nodeid.startswith(part)), len(LONG))

    items.sort(key=place)


@pytest.fixture(scope="session")
def servers() -> embedded.Endpoints:
    """PostgreSQL and the Redis-compatible server, running until the tests end."""
    embedded.hold()
    return embedded.endpoints()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    servers: embedded.Endpoints, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """pytest-django's hook before it makes the test database: the server must run.

    With servers of our own the database is copied from a migrated template (tests/template.py),
    and tests that commit are cleaned up after by the row (tests/emptying.py).
    """
    settings_dict = connections["default"].settings_dict
    settings_dict["OPTIONS"] = {**settings_dict["OPTIONS"], "options": HANGING}
    if not os.environ.get("DATABASE_URL"):
        made = template.ready(str(servers.database_socket))
        settings_dict["TEST"]["TEMPLATE"] = made
        TransactionTestCase._fixture_teardown = emptying.empty


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what threads of a live server have left open, so that the database can be dropped."""
    yield
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )


@pytest.fixture
def redis_server(servers: embedded.Endpoints) -> Iterator[redis.Redis]:
    """A client of the real server, empty before and after."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, started once."""
    path = find_chromium.find()
    if path is None:
        pytest.fail(find_chromium.MISSING)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    # Playwright runs an event loop in this thread; Django would refuse the database in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def visit(chromium: Any, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a window: `visit(viewport=PHONE, user=clerk).open("/")`.

    At the end of the test no window may have met a problem (see tests.browser.Visit).
    """
    visits: list[Visit] = []

    def start(viewport: dict[str, int] = DESK, user: Any = None, **options: Any) -> Visit:
        context = chromium.new_context(
            viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        context.set_default_timeout(PATIENCE)
        visits.append(Visit(context, live_server.url))
        return visits[-1].sign_in(user) if user is not None else visits[-1]

    yield start
    problems = [problem for one in visits for problem in one.problems]
    for one in visits:
        one.context.close()
    assert problems == []


@pytest.fixture
def browser_page(visit: Callable[..., Visit]) -> Visit:
    """One window of desk size."""
    return visit()
