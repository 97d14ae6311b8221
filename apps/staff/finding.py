"""People by parts of their names; by one character soon, however many bear it."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup, Q, QuerySet, Value
from django.db.models.functions import Left, Replace, Substr

from apps.core.fields import like
from apps.core.search import rows_with
from apps.units.models import Unit

from .models import Occupancy, Person

#: The index over staff_name_grams (migration 0013).
PARTS = "person_name_parts"
#: The spells of a reader who sees no more than this are looked through from end to end.
SMALL_SCOPE = 10_000
#: So many people are fetched one by one; where more hold a character, a walk meets it soon.
FEW = 5_000
#: The same for a reader of a part, who would walk longer for each line.
FEW_FOR_A_PART = 50_000
SHOWN = ("person__name_pinyin", "pk")


@CharField.register_lookup
class NameHolds(Lookup):
    """`name__name_holds="王"`: contains, exact, by the index over staff_name_grams(name)."""

    lookup_name = "name_holds"

    def grams(self, text: str) -> tuple[str, list[str]]:
        """Return the operator and what it asks the grams of a name for."""
        if len(text) == 1:
            return "&&", [f"^{text}", text]
        return "@>", [text[at : at + 2] for at in range(len(text) - 1)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        text = str(self.rhs).lower()
        if not text:
            return "TRUE", ()
        operator, grams = self.grams(text)
        asked = f"staff_name_grams({lhs}) {operator} %s::text[]"
        if len(text) <= 2 and "^" not in text:
            return f"({asked})", (*lhs_params, grams)
        return f"({asked} AND lower({lhs}) LIKE %s)", (*lhs_params, grams, *lhs_params, like(text))


@CharField.register_lookup
class NameHoldsLater(NameHolds):
    """`name__name_holds_later="伟"`: one character, not as the first one."""

    lookup_name = "name_holds_later"

    def grams(self, text: str) -> tuple[str, list[str]]:
        return "@>", [text]


def by_one(user: Any, text: str, limit: int) -> list[Occupancy]:
    """Return the first `limit` open spells in scope that one character, or two letters, find.

    So few characters find too many to sort. Names in the order they are shown, by pinyin, are
    walked along person_by_surname and person_by_reading instead. 2 to 4 queries.
    """
    spells = Occupancy.objects.visible_to(user).open()
    spells = spells.select_related("person", "unit", "quota_type").order_by(*SHOWN)
    small = text.lower()
    begins = Q(person__name_initials__startswith=small) | Q(run__startswith=small)
    spelled = spells.alias(run=Replace("person__name_pinyin", Value(" "), Value("")))
    if spells.order_by().values("pk")[: SMALL_SCOPE + 1].count() <= SMALL_SCOPE:
        if small.isascii():
            return list(spelled.filter(begins | Q(person__name__icontains=text))[:limit])
        return list(spells.filter(person__name__contains=text)[:limit])
    ways: list[QuerySet[Occupancy]]
    if small.isascii():  # initials and pinyin begin with the same letter
        span = Q(person__name_pinyin__gte=small[0], person__name_pinyin__lt=chr(ord(small[0]) + 1))
        named = Person.objects.filter(name__name_holds=text).order_by().values("pk")
        ways = [spelled.filter(span, begins), spells.filter(person__in=named)]
    else:
        first = spells.alias(first=Left("person__name", 1)).filter(first=text)
        ways = [first, _later(user, spells, text)]
    found = {spell.pk: spell for way in ways for spell in way[:limit]}.values()
    return sorted(found, key=lambda spell: (spell.person.name_pinyin, spell.pk))[:limit]


def is_short(text: str) -> bool:
    """Say whether `by_one` answers `text`: one character without case, one or two letters."""
    return len(text) <= 2 if text.isascii() else len(text) == 1 and text.upper() == text.lower()


def _later(user: Any, spells: QuerySet[Occupancy], character: str) -> QuerySet[Occupancy]:
    """Return those whose names hold `character` after another one."""
    whole = any(len(path) <= Unit.steplen for path in user.subtrees("view_subtree"))
    if rows_with(PARTS, character) <= (FEW if whole else FEW_FOR_A_PART):
        people = Person.objects.filter(name__name_holds_later=character).order_by().values("pk")
        later = spells.filter(person__in=people)
    else:
        later = spells.alias(later=Substr("person__name", 2)).filter(later__contains=character)
    return later.alias(first=Left("person__name", 1)).exclude(first=character)
