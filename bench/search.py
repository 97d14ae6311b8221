"""Search of units and people by parts of names and by pinyin, against the scan (issue id P7).

    python -m bench search        seed a city or province first

Questions are random parts, 1 to 8 characters long, of names that are there, and pinyin initials
and syllables of them. For each question: the first page as the search box asks it, against LIKE
over both tables with indexes switched off; and what the indexes find is what LIKE finds, all of it.
One JSON line for each length; medians of one run. BENCH_QUESTIONS is how many are asked of each
length (default 12), BENCH_LENGTHS which lengths (“1,2,pinyin”; default all).
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.figures import ready, tell

QUESTIONS = int(os.environ.get("BENCH_QUESTIONS", "12"))  # of each length
PAGE = 10
LENGTHS = os.environ.get("BENCH_LENGTHS", "1,2,3,4,5,6,7,8,pinyin").split(",")


def main() -> None:
    ready()
    from django.db import transaction

    from apps.core import search
    from apps.staff.models import Person
    from apps.units.models import Unit

    search.settle()  # as beat does each minute
    size = {"units": Unit.objects.count(), "people": Person.objects.count()}
    chance = random.Random(1)
    names = list(Unit.objects.active().values_list("name", flat=True).order_by("pk"))
    people = list(Person.objects.order_by("pk").values_list("name", "name_pinyin")[:50_000])
    with transaction.atomic():
        user = reader_of_all()
        for length in LENGTHS:
            if length == "pinyin":
                one("pinyin", [pinyin(chance, people) for _ in range(QUESTIONS)], user, size)
                continue
            asked = [part(chance, names, people, int(length)) for _ in range(QUESTIONS)]
            one(f"{length} characters", asked, user, size)
        transaction.set_rollback(True)


def reader_of_all() -> Any:
    """Return a user who may see every unit; gone with the transaction."""
    from django.contrib.auth.models import Permission

    from apps.accounts.models import User
    from apps.units.models import Unit, UnitUserPermission

    user = User.objects.create_user("bench-reader")
    permission = Permission.objects.get(
        codename="view_subtree", content_type__app_label="units", content_type__model="unit"
    )
    for root in Unit.objects.filter(depth=1):
        UnitUserPermission.objects.create(user=user, permission=permission, content_object=root)
    return User.objects.get(pk=user.pk)


def part(chance: random.Random, names: list[str], people: list[tuple[str, str]], n: int) -> str:
    """Return a random part of a name, `n` characters long; short ones of people too."""
    while True:
        name = (
            chance.choice(people)[0] if n <= 3 and chance.random() < 0.5 else chance.choice(names)
        )
        if len(name) >= n:
            at = chance.randrange(len(name) - n + 1)
            return name[at : at + n]


def pinyin(chance: random.Random, people: list[tuple[str, str]]) -> str:
    """Return initials or the beginning of the syllables of a person's name."""
    syllables = chance.choice(people)[1].split()
    if chance.random() < 0.5:
        return "".join(s[0] for s in syllables)
    return "".join(syllables)[: chance.randint(4, 9)]


def one(what: str, asked: list[str], user: Any, size: dict[str, int]) -> None:
    from apps.staff.queries import search as people
    from apps.units.queries import search as units

    fast, slow, missed = [], [], 0
    for text in asked:
        missed += not_found(text)
        fast.append(clock(lambda t=text: (units(user, t, PAGE + 1), people(user, t, PAGE + 1))))
        slow.append(clock(lambda t=text: scan(t), times=1))
    ratio = statistics.median(fast) / statistics.median(slow)
    tell(
        id="P7",
        what=f"search of units and people, {what}",
        ratio=round(ratio, 4),
        at_most=0.02,
        ok=not missed and ratio <= 0.02,
        missed=missed,
        questions=len(asked),
        milliseconds=round(statistics.median(fast), 2),
        worst_milliseconds=round(max(fast), 1),
        scan_milliseconds=round(statistics.median(slow), 1),
        **size,
    )


def clock(act: Callable[[], Any], times: int = 2) -> float:
    """Return milliseconds of the best run."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return min(taken)


SCANS = {
    "units_unit": "name LIKE %(t)s OR short_name LIKE %(t)s OR lower(name_initials) LIKE %(t)s "
    "OR lower(replace(name_pinyin, ' ', '')) LIKE %(t)s",
    "staff_person": "name LIKE %(t)s OR lower(name_initials) LIKE %(s)s "
    "OR lower(replace(name_pinyin, ' ', '')) LIKE %(s)s",
}


def scan(text: str, ids: bool = False) -> list[set[int]]:
    """Return the rows of both tables that LIKE finds, read from end to end."""
    from django.db import connection, transaction

    small = text.lower()
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        for table, condition in SCANS.items():
            wanted = "id" if ids else "count(*)"
            cursor.execute(
                f"SELECT {wanted} FROM {table} WHERE {condition}",
                {"t": f"%{text if not text.isascii() else small}%", "s": f"{small}%"},
            )
            found.append({row[0] for row in cursor.fetchall()})
        cursor.execute("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on")
    return found


def not_found(text: str) -> int:
    """Return how many rows that LIKE finds the indexes do not."""
    from apps.staff.filters import by_name
    from apps.staff.models import Occupancy, Person
    from apps.units.models import Unit

    units, people = scan(text, ids=True)
    found_units = set(Unit.objects.found_by(text).values_list("pk", flat=True))
    spells = Occupancy.objects.order_by().filter(by_name(text))
    found_people = set(spells.values_list("person_id", flat=True))
    with_spell = (
        set(
            Person.objects.filter(pk__in=people, occupancies__isnull=False).values_list(
                "pk", flat=True
            )
        )
        if len(people) < 30_000
        else people
    )
    return len(units - found_units) + len(with_spell - found_people)
