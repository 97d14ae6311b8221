"""What hangs in a test ends with its place named, so that the run ends."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_a_statement_is_ended_before_its_test(pytestconfig: pytest.Config) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setting::int / 1000 FROM pg_settings WHERE name = 'statement_timeout'"
        )
        (seconds,) = cursor.fetchone()
    assert 60 <= seconds < float(pytestconfig.getini("timeout"))
