"""The first units that a search shows, without looking at all it finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, IntegerField, Value, When

from apps.core.fields import holding, like
from apps.core.search import rows_with

from .models import UnitQuerySet

#: So many units are fetched and sorted; where more hold a word, a walk in tree order meets it soon.
FEW = 4_000

LAST = chr(0x10FFFF)
#: What the conditions below look at.
READ = ("id", "path", "code", "name", "short_name", "name_initials", "name_pinyin")

PLATES = "SELECT unit_id FROM units_nameplate WHERE ends_on IS NULL"
FORMER = "SELECT unit_id FROM units_unitevent WHERE before ? 'name'"

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
    try:
        seen = units.order_by().values_list(*READ).query.sql_with_params()
    except EmptyResultSet:
        return []
    found: dict[int, tuple[int, str]] = {}
    for ways in (_beginnings, _parts, _others):
        # each finds again what better ways have found: so many more are asked for
        for rank, path, pk in _first(seen, ways(text), limit + len(found)):
            found[pk] = min(found.get(pk, (rank, path)), (rank, path))
        if len(found) >= limit:
            break
    return sorted(found, key=lambda pk: found[pk])[:limit]


def _first(
    seen: tuple[str, tuple[Any, ...]], ways: Iterable[Way], limit: int
) -> list[tuple[int, str, int]]:
    """Return (rank, path, key) of the first `limit` units of each way, by path."""
    sql, params = seen
    asked = []
    for rank, condition, own in ways:
        asked.append(
            f"(SELECT {rank}, path, id FROM seen WHERE {condition} ORDER BY path LIMIT {limit})"  # noqa: S608 - ours
        )
        params = (*params, *own)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH seen AS NOT MATERIALIZED ({sql}) {' UNION ALL '.join(asked)}",
            params,
        )
        return cursor.fetchall()


def _beginnings(text: str) -> list[Way]:
    short, own = holding("short_name", text.lower())
    begins = like(text)[1:]
    ways: list[Way] = [
        (0, "code = %s", (text,)),
        (0, "name = %s", (text,)),
        (1, f"{short} AND short_name = %s", (*own, text)),
        # the range is what the index answers: the database sorts by code point
        (2, "name >= %s AND name < %s AND name LIKE %s", (text, text + LAST, begins)),
        (2, f"{short} AND short_name LIKE %s", (*own, begins)),
    ]
    if text.isascii():
        small = text.lower()
        ways.append((2, "name_initials = %s", (small,)))
        ways.append((3, "name_initials LIKE %s", (like(small)[1:],)))
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


def _others(text: str) -> list[Way]:
    """Return the ways of UnitQuerySet.found_by, all of them."""
    small = text.lower()

    def held(column: str) -> tuple[str, tuple[Any, ...]]:
        return holding(column, small)

    plate, former = held("name"), held("(before ->> 'name')")
    ways: list[Way] = [
        (5, *held("name")),
        (5, *held("short_name")),
        (5, "code LIKE %s", (like(text)[1:],)),
        (5, f"id IN ({PLATES} AND {plate[0]})", plate[1]),
        (5, f"id IN ({FORMER} AND {former[0]})", former[1]),
    ]
    if text.isascii():
        ways.append((5, *held("name_initials")))
        ways.append((5, *held("replace(name_pinyin, ' ', '')")))
        ways.append((5, f"id IN ({PLATES} AND name_initials LIKE %s)", (like(small)[1:],)))
    return ways


def _few(index: str, text: str) -> bool:
    small = text.lower()
    grams = [small] if len(small) == 1 else [small[at : at + 2] for at in range(len(small) - 1)]
    return min(rows_with(index, gram) for gram in grams) <= FEW
