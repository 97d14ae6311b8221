"""The demo county, loaded once for the tests of a module and gone with the last of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from apps.units.models import Unit


@dataclass(frozen=True)
class Seeded:
    """root: the demo county; said: what the command printed."""

    root: Unit
    said: str


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seeded]:
    """Load it inside a transaction that is rolled back at the end; tests nest in savepoints."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            said = io.StringIO()
            with override_settings(DEMO=True):
                call_command("seed", "demo", stdout=said)
            connection.check_constraints()  # once for all, not at the end of every test
            yield Seeded(Unit.objects.get(code="33A001"), said.getvalue())
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
