"""The first units that a search shows, without looking at all it finds."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from apps.core.search import rows_with

from .models import UnitQuerySet

#: So many units are fetched and sorted; where more hold a word, a walk in tree order meets it soon.
FEW = 4_000

LAST = chr(0x10FFFF)


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
    parts; everything else only where these are not enough. 1 to 3 queries.
    """
    found: dict[int, tuple[int, str]] = {}
    if len(text.split()) == 1:
        for ways in (_beginnings(text), _parts(text)):
            asked = [
                units.filter(way)
                .annotate(search_rank=Value(rank))
                .order_by("path")
                .values_list("search_rank", "path", "pk")[:limit]
                for rank, way in ways
            ]
            for rank, path, pk in asked[0].union(*asked[1:], all=True):
                found[pk] = min(found.get(pk, (rank, path)), (rank, path))
            if len(found) >= limit:
                return sorted(found, key=lambda pk: found[pk])[:limit]
    return list(ranked(units, text).values_list("pk", flat=True)[:limit])


def _beginnings(text: str) -> Sequence[tuple[int, Q]]:
    ways = [
        (0, Q(code=text)),
        (0, Q(name=text)),
        (1, Q(short_name__holds=text, short_name=text)),
        # the range is what the index answers: the database sorts by code point
        (2, Q(name__gte=text, name__lt=text + LAST, name__startswith=text)),
        (2, Q(short_name__holds=text, short_name__startswith=text)),
    ]
    if text.isascii():
        ways.append((2, Q(name_initials=text.lower())))
        ways.append((3, Q(name_initials__startswith=text.lower())))
    return ways


def _parts(text: str) -> Sequence[tuple[int, Q]]:
    ways = [(4, Q(name__contains=text))]
    if _few("unit_name_grams", text):
        ways = [(4, Q(name__holds=text) & ways[0][1])]
    if text.isascii():
        small = text.lower()
        part = Q(name_initials__contains=small)
        few = _few("unit_initials_grams", small)
        ways.append((4, Q(name_initials__holds=small) & part if few else part))
    return ways


def _few(index: str, text: str) -> bool:
    small = text.lower()
    grams = [small] if len(small) == 1 else [small[at : at + 2] for at in range(len(small) - 1)]
    return min(rows_with(index, gram) for gram in grams) <= FEW
