"""Code tables as the portal ships them, for tests that need their meaning."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from apps.core.models import CodeValue
from apps.core.reference import load_code_tables

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def load() -> None:
    """Load the code tables unless this database has them."""
    if not CodeValue.objects.exists():
        load_code_tables(FIXTURES)
        with connection.cursor() as cursor:
            # else the planner takes the table for empty and nests a dozen joins over it
            cursor.execute("ANALYZE core_codevalue")
