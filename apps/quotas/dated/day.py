"""A day that remembers what was read about it, so that one page asks once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any, Self, TypeVar

from django.db import connection

from apps.units import past

T = TypeVar("T")


class Day(dt.date):
    """A date to be passed as `on` through the reads of one page; never kept longer."""

    @classmethod
    def of(cls, on: dt.date) -> Self:
        return on if isinstance(on, cls) else cls(on.year, on.month, on.day)

    @cached_property
    def read(self) -> dict[Any, list[tuple[Any, ...]]]:
        """Sums that were read for this page already (sums.py)."""
        return {}

    def once(self, name: str, read: Callable[[], T]) -> T:
        """Return what `read` returned when this page asked first: a code table, say."""
        if name not in self._once:
            self._once[name] = read()
        return self._once[name]

    @cached_property
    def _once(self) -> dict[str, Any]:
        return {}

    @cached_property
    def moves(self) -> past.Past:
        """Where units stood on the day; their names are not in it."""
        return past.moves(self)

    @cached_property
    def marked(self) -> frozenset[str]:
        """The families of kinds with a marked cell whose change reaches the day.

        Without one a read need not know of the facts: a writer that commits after this look is a
        later moment, and a refresh after it changes no answer.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT split_part(kind, '.', 1) FROM quotas_stalecell "
                "WHERE from_on <= %s",
                [self],
            )
            return frozenset(row[0] for row in cursor.fetchall())
