"""People by parts of their names and by pinyin: the first ones soon, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Lookup

from apps.core.fields import like
from apps.core.search import rows_with
from apps.units.models import Unit

from .models import Occupancy

#: The index over staff_name_grams (migration 0013).
PARTS = "person_name_parts"
#: The spells of a reader who sees no more than this are looked through from end to end.
SMALL_SCOPE = 10_000
#: So many people are fetched one by one; where more are meant, a walk in order meets them soon.
FEW = 2_500
#: The same for a reader of a part, who would walk longer for each line.
FEW_FOR_A_PART = 50_000
#: A name in pinyin as typed in one go, under which PINYIN_RUN is indexed.
RUN = "replace(p.name_pinyin, ' ', '')"
LAST = chr(0x10FFFF)

#: A condition on person p, its parameters.
Way = tuple[str, tuple[Any, ...]]


@CharField.register_lookup
class NameHolds(Lookup):
    """`name__name_holds="王"`: contains, exact, by the index over staff_name_grams(name)."""

    lookup_name = "name_holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return _holding(lhs, str(self.rhs).lower(), lhs_params)


def _holding(column: str, text: str, own: Sequence[Any] = ()) -> Way:
    """Return the condition that a name holds `text`, in small letters."""
    if not text:
        return "TRUE", ()
    operator, grams = "@>", [text[at : at + 2] for at in range(len(text) - 1)]
    if len(text) == 1:
        operator, grams = "&&", [f"^{text}", text]
    asked = f"staff_name_grams({column}) {operator} %s::text[]"
    if len(text) <= 2 and "^" not in text:
        return f"({asked})", (*own, grams)
    return f"({asked} AND lower({column}) LIKE %s)", (*own, grams, *own, like(text))


def first(user: Any, text: str, limit: int) -> list[int]:
    """Return the keys of the first `limit` open spells in scope whose people `text` finds.

    Chinese by pinyin, then key; Latin letters by pinyin written in one go, then key. What finds
    too many to sort is walked along an index in that order (person_by_surname, person_by_reading,
    person_by_pinyin). 1 to 3 queries, in SQL of our own: as querysets they took longer to build
    than to run.
    """
    spells = Occupancy.objects.visible_to(user).open().order_by().values_list("id", "person_id")
    try:
        seen = spells.query.sql_with_params()
    except EmptyResultSet:
        return []
    whole = any(len(path) <= Unit.steplen for path in user.subtrees("view_subtree"))
    small = not whole and _count(f"({seen[0]} LIMIT {SMALL_SCOPE + 1}) s", seen[1]) <= SMALL_SCOPE
    few = FEW if whole else FEW_FOR_A_PART
    if text.isascii():
        return _first(seen, _spelled(text.lower(), small, few), RUN, limit)
    return _first(seen, _named(text, small, few), "p.name_pinyin", limit)


def _first(
    seen: tuple[str, tuple[Any, ...]], ways: Sequence[Way], order: str, limit: int
) -> list[int]:
    sql, params = seen
    asked = []
    for condition, own in ways:
        asked.append(
            f"(SELECT {order} AS reading, s.id FROM seen s "  # noqa: S608 - ours
            f"JOIN staff_person p ON p.id = s.person_id WHERE {condition} "
            f"ORDER BY 1, 2 LIMIT {limit})"
        )
        params = (*params, *own)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH seen (id, person_id) AS NOT MATERIALIZED ({sql}) {' UNION '.join(asked)}",
            params,
        )
        return [key for _, key in sorted(cursor.fetchall())[:limit]]


def _count(rows: str, params: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {rows}", params)  # noqa: S608 - ours
        (number,) = cursor.fetchone()
    return number


def _named(text: str, small: bool, few: int) -> list[Way]:
    if len(text) > 1 or text.upper() != text.lower():
        return [_holding("p.name", text.lower())]
    if small:
        return [("p.name LIKE %s", (like(text),))]
    rest: Way = ("substr(p.name, 2) LIKE %s", (like(text),))
    if rows_with(PARTS, text) <= few:
        rest = ("staff_name_grams(p.name) @> %s::text[]", ([text],))
    # a part of its own, for in names of one character more it would be found twice
    return [
        ("left(p.name, 1) = %s", (text,)),
        (f"left(p.name, 1) <> %s AND {rest[0]}", (text, *rest[1])),
    ]


def _spelled(text: str, small: bool, few: int) -> list[Way]:
    """Return the ways by pinyin in one go, by initials, and by Latin letters of the name."""
    typed = text.replace(" ", "")
    begins = like(typed)[1:]
    letters = _holding("p.name", text)
    initials: Way = ("p.name_initials LIKE %s", (begins,))
    run: Way = (f"{RUN} LIKE %s", (begins,))
    if small:
        return [run, initials, letters]
    run = (f"{RUN} >= %s AND {RUN} < %s AND {run[0]}", (typed, typed + LAST, *run[1]))
    chosen = f"SELECT id FROM staff_person p WHERE {initials[0]}"  # noqa: S608 - ours
    if _count(f"({chosen} LIMIT {few + 1}) p", initials[1]) <= few:
        # as a table of its own: the planner knows little of how common a beginning is
        initials = (f"p.id = ANY (ARRAY({chosen}))", initials[1])
    else:  # they begin with the letter that the name in pinyin begins with
        span = (typed[0], typed[0] + LAST)
        initials = (f"{RUN} >= %s AND {RUN} < %s AND {initials[0]}", (*span, *initials[1]))
    return [run, initials, letters]
