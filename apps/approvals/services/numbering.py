"""Numbers that run per office and year without a gap: notices and 审议表. Source: NT-06."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Max

#: of the advisory locks of this app; 1 notices, 2 sheets, 3 settings, 4 dynamic balance
LOCK_CLASS = 73001
NOTICES, SHEETS, SETTINGS, BALANCE = 1, 2, 3, 4


def lock(series: int) -> None:
    """Wait for whoever counts in this series; held to the end of the transaction.

    Taken last, after rows and balances: what it guards is short.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, series])


def next_serial(model: Any, series: int, *, office: str, year: int) -> int:
    """Return the next number of an office and year. Rows are never deleted, so no gap appears."""
    lock(series)
    last = model.objects.filter(office=office, year=year).aggregate(last=Max("serial"))["last"]
    return (last or 0) + 1
