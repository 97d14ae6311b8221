"""The first units that a search shows, without looking at all it finds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from apps.core.fields import holding, like, prefix
from apps.core.search import SQL, begins, compiled, rows_with, union

from .models import UnitQuerySet

#: So many units are fetched and sorted; where more hold a word, a walk in tree order meets it soon.
FEW = 4_000

#: What the conditions below look at.
READ = ("id", "path", "code", "name", "short_name", "name_initials")

#: A rank, a condition on `seen`, its parameters.
Way = tuple[int, str, tuple[Any, ...]]


def ranked(units: UnitQuerySet, text: str) -> UnitQuerySet:
    """Return the units found by `text`, best first: code, whole name, beginnings, parts, pinyin."""
    small = text.lower()
    rank = Case(
        When(code=text, then=Value(0)),
        When(name=text, then=Value(0)),
        When(short_name=text, then=Value(1)),
        When(name__startswith=text, then=Value(2)),
        When(short_name__startswith=text, then=Value(2)),
        When(name_initials=small, then=Value(2)),
        When(name_initials__startswith=small, then=Value(3)),
        When(name__contains=text, then=Value(4)),
        When(name_initials__contains=small, then=Value(4)),
        default=Value(5),
        output_field=IntegerField(),
    )
    return units.found_by(text).annotate(search_rank=rank).order_by("search_rank", "path")


def best(units: UnitQuerySet, text: str, limit: int) -> list[int]:
    """Return the keys of the first `limit` of `ranked(units, text)`, in its order.

    Whole names and beginnings first, each by its own index and no more than `limit` of it; then
    parts; everything else only where these are not enough. 1 to 3 queries, in SQL of our own: to
    build a dozen querysets took longer than the database did.
    """
    if len(text.split()) != 1:
        return list(ranked(units, text).values_list("pk", flat=True)[:limit])
    seen = compiled(units.order_by().values_list(*READ))
    if seen is None:
        return []
    found: dict[int, tuple[int, str]] = {}
    for step in (_beginnings, _parts, partial(_others, units)):
        # each finds again what better ways have found: so many more are asked for
        for rank, path, pk in _first(seen, step(text), limit + len(found)):
            found[pk] = min(found.get(pk, (rank, path)), (rank, path))
        if len(found) >= limit:
            break
    return sorted(found, key=lambda pk: found[pk])[:limit]


def _first(seen: SQL, ways: Iterable[Way], limit: int) -> list[tuple[int, str, int]]:
    """Return (rank, path, key) of the first `limit` units of each way, by path."""
    return union(
        seen,
        [
            (f"SELECT {rank}, path, id FROM seen WHERE {said} ORDER BY path LIMIT {limit}", own)  # noqa: S608 - ours
            for rank, said, own in ways
        ],
    )


def _beginnings(text: str) -> list[Way]:
    short, own = holding("short_name", text.lower())
    ways: list[Way] = [
        (0, "code = %s", (text,)),
        (0, "name = %s", (text,)),
        (1, f"{short} AND short_name = %s", (*own, text)),
        (2, *begins("name", text)),
        (2, f"{short} AND short_name LIKE %s", (*own, prefix(text))),
    ]
    if text.isascii():
        small = text.lower()
        ways.append((2, "name_initials = %s", (small,)))
        ways.append((3, "name_initials LIKE %s", (prefix(small),)))
    return ways


def _parts(text: str) -> list[Way]:
    ways = [_part("name", "unit_name_grams", text)]
    if text.isascii():
        ways.append(_part("name_initials", "unit_initials_grams", text.lower()))
    return ways


def _part(column: str, index: str, text: str) -> Way:
    """Return the way to names that hold `text`: by the index of grams, or along the tree."""
    contains, asked = f"{column} LIKE %s", (like(text),)
    if not _few(index, text):
        return 4, contains, asked
    holds, own = holding(column, text.lower())
    return 4, f"{holds} AND {contains}", (*own, *asked)


def _others(units: UnitQuerySet, text: str) -> list[Way]:
    """Return all ways in which a word finds units."""
    found = [way.query.sql_with_params() for way in units.ways(text)]
    return [(5, f"id IN ({sql})", own) for sql, own in found]


def _few(index: str, text: str) -> bool:
    small = text.lower()
    grams = [small] if len(small) == 1 else [small[at : at + 2] for at in range(len(small) - 1)]
    return min(rows_with(index, gram) for gram in grams) <= FEW
