"""Column kinds shared by the apps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Func, Lookup


class CodeField(models.ForeignKey):
    """A foreign key to one code table.

    The column carries the readable key (“quota_type.10”), so that rows loaded by COPY need no
    look-up and the foreign key still holds. `table` limits choices; the CHECK of
    `code_in_table` keeps keys of other tables out.
    """

    def __init__(self, table: str = "", **kwargs: Any) -> None:
        self.table = table
        kwargs.setdefault("to", "core.CodeValue")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        if table:
            kwargs["limit_choices_to"] = {"table_id": table}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["table"] = self.table
        return name, path, args, kwargs


class StartsWith(Func):
    """starts_with(column, prefix); null stays null, which a CHECK lets pass."""

    function = "starts_with"
    output_field = models.BooleanField()


def code_in_table(field: str, table: str, name: str) -> models.CheckConstraint:
    """Return the constraint that column `field` holds keys of `table` only."""
    return models.CheckConstraint(
        condition=StartsWith(models.F(field), models.Value(f"{table}.")), name=name
    )


class Grams(Func):
    """core_grams(text): single characters and bigrams, as text[] (immutable, indexed by GIN)."""

    function = "core_grams"
    arity = 1


@models.CharField.register_lookup
@models.TextField.register_lookup
class Holds(Lookup):
    """`name__holds="教育"`: contains, exact, served by the GIN index over core_grams(name).

    Of three and more characters LIKE rechecks, so recall and precision are those of LIKE; one and
    two are grams themselves, and without LIKE the planner knows how common they are. An empty text
    matches everything.
    """

    lookup_name = "holds"

    def get_prep_lookup(self) -> str:
        return str(self.rhs).lower()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return holding(lhs, str(self.rhs), lhs_params)


def holding(column: str, text: str, own: Sequence[Any] = ()) -> tuple[str, tuple[Any, ...]]:
    """Return the condition of `Holds` and its parameters, for a column as SQL names it.

    text   in small letters
    own    parameters of the column itself
    """
    if not text:
        return "TRUE", ()
    if len(text) <= 2:
        return f"(core_grams({column}) @> core_grams_asked(%s))", (*own, text)
    said = f"(core_grams({column}) @> core_grams_asked(%s) AND lower({column}) LIKE %s)"
    return said, (*own, text, *own, like(text))


def like(text: str) -> str:
    """Return the LIKE pattern of everything that contains `text`."""
    return f"%{prefix(text)}"


def prefix(text: str) -> str:
    """Return the LIKE pattern of everything that begins with `text`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
