"""Row history: simple-history's tables and queries, written by the database.

`RowHistory` builds the historical models of django-simple-history (so `.history`, `as_of` and
`diff_against` work as documented there) but leaves the writing to statement-level triggers, which
`apps.core.database` installs after every migrate. A row therefore cannot change without a history
row, whatever the road: ORM, `QuerySet.update`, COPY, treebeard or psql. See docs/adr/0002.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


class ChangeLink(models.Model):
    """What each history row adds: the change it belongs to.

    change_id is shared by all history rows and audit events of one transaction.
    """

    change_id = models.UUIDField("变更标识", null=True, editable=False)

    class Meta:
        abstract = True


class RowHistory(HistoricalRecords):
    """History of one table, written by triggers.

    Keeps one index, (row id, moment); the copies of foreign keys carry none, because history is
    read row by row and every index is paid for at each import (figures: docs/benchmarks.md).
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("bases", (ChangeLink,))
        kwargs.setdefault("history_id_field", models.BigAutoField())
        kwargs.setdefault("user_db_constraint", False)
        kwargs.setdefault("history_change_reason_field", models.TextField(null=True))
        super().__init__(**kwargs)

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        fields = {
            name: field
            for name, field in super().copy_fields(model).items()
            if not isinstance(field, models.GeneratedField)
        }
        for field in fields.values():
            field.db_index = False
        return fields

    def get_extra_fields(self, model: type[models.Model], fields: Any) -> dict[str, Any]:
        extra = super().get_extra_fields(model, fields)
        if isinstance(extra.get("history_user"), models.ForeignKey):
            extra["history_user"].db_index = False
        return extra

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options = super().get_meta_options(model)
        key = model._meta.pk.name  # type: ignore[union-attr]
        name = f"{model._meta.db_table[:22]}_hist"
        options["indexes"] = [models.Index(fields=[key, "history_date"], name=name)]
        return options

    def create_historical_record(self, *args: Any, **kwargs: Any) -> None:
        """Write nothing: the table's trigger has done it in the same statement."""


def history_of(tracked: Any) -> Any:
    """Return the history of a tracked model or row; simple-history adds it where no type sees."""
    return tracked.history


def tracked_models() -> list[type[models.Model]]:
    """Return every model that keeps row history, ordered by table name."""
    from django.apps import apps

    found = [m for m in apps.get_models() if hasattr(m, "history") and hasattr(m.history, "model")]
    return sorted(found, key=lambda m: m._meta.db_table)
