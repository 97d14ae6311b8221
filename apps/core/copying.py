"""COPY: many rows into one table of a model, by PostgreSQL's fastest road.

Triggers run as for any INSERT, once per statement: history, scopes and balances follow by
themselves. Columns that are not named get the default of their field.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import DatabaseError, connection, models

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Add rows to the table of `model` and return how many.

    columns   column names ("unit_id", "starts_on"), in the order of each row's values
    rows      read once, as COPY asks for them; None, bool, int, str, date, datetime, bytes, UUID,
              dict and list are written as their columns need them
    One statement for any number of rows. Inside a transaction, like every write. Raises what
    making the rows raises, and Django's database errors.
    """
    named = list(columns)
    rest = _defaults(model, set(named))
    tail = "".join(f"\t{text}" for _, text in rest)
    names = ", ".join(f'"{name}"' for name in [*named, *(name for name, _ in rest)])
    feed = _Feed(rows, len(named), tail)
    try:
        # Django wraps the errors of execute(), not of copy_expert()
        with connection.wrap_database_errors, connection.cursor() as cursor:
            cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', feed)
    except DatabaseError:
        if feed.failure is not None:  # the rows themselves could not be made
            raise feed.failure from None
        raise
    return feed.count


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Return `count` ids of the table's own sequence, so that rows can name each other."""
    if count <= 0:
        return []
    table, pk = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s) FROM pg_get_serial_sequence(%s, %s) AS s, generate_series(1, %s)",
            [f'"{table}"', pk, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_text(value: Any) -> str:
    """Return a value as COPY's text format spells it."""
    return _WRITERS.get(type(value), _plain)(value)


def _plain(value: Any) -> str:
    return str(value).translate(_ESCAPES)


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    bool: lambda value: "t" if value else "f",
    int: str,
    dt.date: str,
    bytes: lambda value: rf"\\x{value.hex()}",
    memoryview: lambda value: rf"\\x{value.hex()}",
    dict: lambda value: json.dumps(value, ensure_ascii=False).translate(_ESCAPES),
    list: lambda value: json.dumps(value, ensure_ascii=False).translate(_ESCAPES),
}


def _defaults(model: type[models.Model], named: set[str]) -> list[tuple[str, str]]:
    """Return (column, text) of the columns that every row of this call leaves to the field."""
    found = []
    known = {field.column for field in model._meta.local_concrete_fields}
    if unknown := named - known:
        raise ValueError(f"{model._meta.label} has no column {', '.join(sorted(unknown))}")
    for field in model._meta.local_concrete_fields:
        column = str(field.column)
        if column in named or field.primary_key or isinstance(field, models.GeneratedField):
            continue
        found.append((column, copy_text(field.get_default())))
    return found


class _Feed:
    """What COPY reads from: rows become text as they are asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]], width: int, tail: str) -> None:
        self.count = 0
        self.failure: Exception | None = None
        self._lines = self._spell(rows, width, tail)

    def _spell(self, rows: Iterable[Sequence[Any]], width: int, tail: str) -> Iterator[str]:
        writers, plain = _WRITERS, _plain
        end = f"{tail}\n"
        for row in rows:
            if len(row) != width:
                raise ValueError(f"{len(row)} values for {width} columns")
            self.count += 1
            yield "\t".join([writers.get(type(v), plain)(v) for v in row]) + end

    def read(self, size: int) -> bytes:
        """Return about `size` bytes of whole lines; empty at the end."""
        parts, length = [], 0
        try:
            for line in self._lines:
                parts.append(line)
                length += len(line)
                if length >= size // 3:  # at most three bytes for a Chinese character
                    break
        except Exception as failure:
            self.failure = failure
            raise
        return "".join(parts).encode()
