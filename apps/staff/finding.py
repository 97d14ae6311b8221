"""People by parts of their names and by pinyin: the first ones soon, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import CharField, Lookup

from apps.core.fields import like, prefix
from apps.core.scope import holds_a_root
from apps.core.search import SQL, begins, compiled, rows_with, union

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


@CharField.register_lookup
class NameHolds(Lookup):
    """`name__name_holds="王"`: contains, exact, by the index over staff_name_grams(name)."""

    lookup_name = "name_holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return _holding(lhs, str(self.rhs).lower(), lhs_params)


def _holding(column: str, text: str, own: Sequence[Any] = ()) -> SQL:
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
    seen = compiled(spells)
    if seen is None:
        return []
    whole = holds_a_root(user.subtrees("view_subtree"))
    small = not whole and _count(f"({seen[0]} LIMIT {SMALL_SCOPE + 1}) s", seen[1]) <= SMALL_SCOPE
    few = FEW if whole else FEW_FOR_A_PART
    if text.isascii():
        return _first(seen, _spelled(text.lower(), small, few), RUN, limit)
    return _first(seen, _named(text, small, few), "p.name_pinyin", limit)


def _first(seen: SQL, ways: Sequence[SQL], order: str, limit: int) -> list[int]:
    found = union(
        seen,
        [
            (
                f"SELECT {order}, s.id FROM seen s "  # noqa: S608 - ours
                f"JOIN staff_person p ON p.id = s.person_id WHERE {condition} "
                f"ORDER BY 1, 2 LIMIT {limit}",
                own,
            )
            for condition, own in ways
        ],
    )
    return [key for _, key in sorted(set(found))[:limit]]


def _count(rows: str, params: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {rows}", params)  # noqa: S608 - ours
        (number,) = cursor.fetchone()
    return number


def _named(text: str, small: bool, few: int) -> list[SQL]:
    if len(text) > 1 or text.upper() != text.lower():
        return [_holding("p.name", text.lower())]
    if small:
        return [("p.name LIKE %s", (like(text),))]
    rest: SQL = ("substr(p.name, 2) LIKE %s", (like(text),))
    if rows_with(PARTS, text) <= few:
        rest = ("staff_name_grams(p.name) @> %s::text[]", ([text],))
    # a part of its own, for in names of one character more it would be found twice
    return [
        ("left(p.name, 1) = %s", (text,)),
        (f"left(p.name, 1) <> %s AND {rest[0]}", (text, *rest[1])),
    ]


def _spelled(text: str, small: bool, few: int) -> list[SQL]:
    """Return the ways by pinyin in one go, by initials, and by Latin letters of the name."""
    typed = text.replace(" ", "")
    letters = _holding("p.name", text)
    initials: SQL = ("p.name_initials LIKE %s", (prefix(typed),))
    if small:
        return [(f"{RUN} LIKE %s", (prefix(typed),)), initials, letters]
    chosen = f"SELECT id FROM staff_person p WHERE {initials[0]}"  # noqa: S608 - ours
    if _count(f"({chosen} LIMIT {few + 1}) p", initials[1]) <= few:
        # as a table of its own: the planner knows little of how common a beginning is
        initials = (f"p.id = ANY (ARRAY({chosen}))", initials[1])
    else:  # they begin with the letter that the name in pinyin begins with
        letter, own = begins(RUN, typed[0])
        initials = (f"{letter} AND {initials[0]}", (*own, *initials[1]))
    return [begins(RUN, typed), initials, letters]
