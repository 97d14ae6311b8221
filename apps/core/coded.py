"""Code values of a list's rows, read in one query instead of a join for each column.

A roster shows thirteen code columns. Joined, they made a statement of eighteen tables whose
planning alone took longer than all the rest of the page; read beside it, the keys of a page are
one look-up of some sixty rows by primary key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.db import models

BATCH = 2_000


class CodedQuerySet(models.QuerySet):
    """A queryset that can fill in code values: `rows.with_codes("status", "person__sex")`.

    Everything before the last part of a path must be joined (`select_related`); a path whose row
    is null is left out. Works for slices, pages and `iterator()` alike; `values()` are left alone.
    """

    _code_paths: tuple[str, ...] = ()

    def with_codes(self, *paths: str) -> Self:
        rows = self.all()
        rows._code_paths = (*self._code_paths, *paths)
        return rows

    def _clone(self) -> Self:
        copy = super()._clone()  # type: ignore[misc]
        copy._code_paths = self._code_paths
        return copy

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None  # type: ignore[has-type]
        super()._fetch_all()  # type: ignore[misc]
        if fresh and self._code_paths and self._result_cache:
            attach(self._result_cache, self._code_paths)

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        rows = super().iterator(chunk_size=chunk_size)
        if not self._code_paths:
            yield from rows
            return
        held: list[Any] = []
        for row in rows:
            held.append(row)
            if len(held) == (chunk_size or BATCH):
                attach(held, self._code_paths)
                yield from held
                held = []
        attach(held, self._code_paths)
        yield from held


def attach(rows: Iterable[Any], paths: Iterable[str]) -> None:
    """Fill the code values named by `paths` into `rows` (model instances). One query."""
    from .models import CodeValue  # models import fields, and this stands beside them

    held = list(rows)
    if not all(isinstance(row, models.Model) for row in held):
        return
    wanted: list[tuple[Any, str, str]] = []
    for path in paths:
        *way, last = path.split("__")
        column = f"{last}_id"
        found = held
        for step in way:
            found = [one for row in found if (one := getattr(row, step)) is not None]
        wanted += [(row, last, key) for row in found if (key := getattr(row, column)) is not None]
    if not wanted:
        return
    values = CodeValue.objects.in_bulk({key for _, _, key in wanted})
    for row, name, key in wanted:
        if key in values:
            row._state.fields_cache[name] = values[key]
