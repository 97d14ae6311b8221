"""Triggers of bulk writes are planned for the rows at hand.

A plan of a trigger's first call serves the session. Made for one row, or for a table that was still
empty, a join with the transition tables reads them once for each row of the other side: minutes.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection

PLANNED_ANEW = re.compile(r"EXECUTE (format\()?(\$q\$.*?\$q\$|'[^']*')", re.S)
JOINED = re.compile(
    r"(new|old)_rows \w+\s+(LEFT |CROSS )?JOIN|JOIN (new|old)_rows|USING (new|old)_rows"
)


@pytest.mark.django_db
def test_no_trigger_joins_its_rows_by_an_old_plan() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc, coalesce(array_to_string(proconfig, ' '), '') FROM pg_proc p "
            "JOIN pg_namespace s ON s.oid = p.pronamespace AND s.nspname = 'public' "
            "WHERE prorettype = 'trigger'::regtype AND prosrc ~ '(new|old)_rows'"
        )
        functions = cursor.fetchall()
    assert len(functions) > 30
    assert JOINED.search("FROM new_rows n JOIN old_rows o") is not None
    cached = [
        name
        for name, body, settings in functions
        if JOINED.search(PLANNED_ANEW.sub("", body)) and "enable_nestloop=off" not in settings
    ]
    assert cached == []
