"""Code tables as the portal ships them, for tests that need their meaning."""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.db import connection, models, transaction

from apps.approvals.models import KindVersion
from apps.core.models import CodeTable, CodeValue
from apps.core.reference import load_code_tables
from apps.core.writes import sign

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
#: What the first loading wrote, as COPY gives it: nearly every test loads the tables again.
_shipped: dict[type[models.Model], str] = {}


def load() -> None:
    """Load the code tables unless this database has them."""
    if CodeValue.objects.exists():
        return
    if _shipped:
        _again()
    else:
        load_code_tables(FIXTURES)
        _remember()
    if not KindVersion.objects.exists():
        # written by a migration, and emptied after a test that commits
        import_module("apps.approvals.migrations.0003_first_settings").first_versions(apps, None)
        import_module("apps.approvals.migrations.0013_giving_step").next_version(apps, None)
    with connection.cursor() as cursor:
        # else the planner takes the table for empty and nests a dozen joins over it
        cursor.execute("ANALYZE core_codevalue")


def _remember() -> None:
    for model in (CodeTable, CodeValue, KindVersion):
        written = io.StringIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {_rows(model)} TO STDOUT", written)
        _shipped[model] = written.getvalue()


def _again() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        sign(by=None)  # as the loader does: no hand of the office
        for model, rows in _shipped.items():
            if model is KindVersion and KindVersion.objects.exists():
                continue  # written by a migration: there unless a test that commits was before
            cursor.copy_expert(f"COPY {_rows(model)} FROM STDIN", io.StringIO(rows))


def _rows(model: type[models.Model]) -> str:
    columns = [f.column for f in model._meta.concrete_fields if not f.generated]
    return f"{model._meta.db_table} ({', '.join(columns)})"
