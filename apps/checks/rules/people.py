"""Rules on people: Q06–Q08, Q10, Q20. Source: domain.md §2.7, §5.12, §5.13.

Q06 and Q07 read PersonCheck, which `look_at_numbers` keeps: every identity number is opened once
after it was written, not at each run.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Q

from apps.core import crypto, identity
from apps.staff import secrets
from apps.staff.ageing import retires_by, shifted
from apps.staff.models import Occupancy, Person

from ..models import PersonCheck
from .base import Asked, Hit, Scope, rows

#: what is wrong with a number, in words that do not repeat it
FAULTS = {
    "number": "号码本身不成立（位数、校验码或出生日期有误）",
    "unreadable": "号码无法解密，可能被改动过",
    "sex": "号码表示的性别与登记的性别不一致",
    "birth": "号码表示的出生年月与登记的出生年月不一致",
}
BATCH = 5_000
_SEEN = "decode(md5(id_no_ct || convert_to(sex_id || birth_month::text || name, 'UTF8')), 'hex')"


def look_at_numbers(scope: Scope, limit: int | None = None) -> int:
    """Open the numbers that were written since they were last looked at; return how many.

    scope   only people with an open spell there
    limit   at most so many at once
    """
    inside = (
        "TRUE"
        if scope.units is None
        else "p.id IN (SELECT person_id FROM staff_occupancy WHERE ends_on IS NULL AND "  # noqa: S608
        f"{scope.sql('unit_id')})"
    )
    keys = [
        row[0]
        for row in rows(
            "SELECT p.id FROM staff_person p LEFT JOIN checks_personcheck c ON c.person_id = p.id "  # noqa: S608
            f"WHERE {inside} AND c.seen IS DISTINCT FROM {_SEEN} ORDER BY p.id LIMIT %s",
            limit,
        )
    ]
    for start in range(0, len(keys), BATCH):
        _look_at(keys[start : start + BATCH])
    return len(keys)


def _look_at(keys: list[int]) -> None:
    people = list(Person.objects.filter(pk__in=keys).order_by("pk"))
    numbers = _numbers(people)
    checked = identity.check_many(numbers)
    faults, twins = [], []
    for person, number, found in zip(people, numbers, checked, strict=True):
        fault = ""
        if not number:
            fault = "unreadable"
        elif isinstance(found, identity.BadIdentity):
            fault = "number"
        elif f"sex.{found.sex}" != person.sex_id:
            fault = "sex"
        elif found.birth_on.replace(day=1) != person.birth_month:
            fault = "birth"
        faults.append(fault)
        known = isinstance(found, identity.Identity)
        twins.append(f"{person.name}|{found.birth_on}" if known else "")
    digests = crypto.blind_indexes(twins, field="checks_personcheck.twin")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checks_personcheck (person_id, seen, fault, twin) "  # noqa: S608
            f"SELECT p.id, {_SEEN}, f.fault, f.twin FROM staff_person p JOIN "
            "unnest(%s::bigint[], %s::text[], %s::bytea[]) AS f (id, fault, twin) ON f.id = p.id "
            "ON CONFLICT (person_id) DO UPDATE SET seen = excluded.seen, fault = excluded.fault, "
            "twin = excluded.twin",
            [
                [person.pk for person in people],
                faults,
                [digest if twin else None for digest, twin in zip(digests, twins, strict=True)],
            ],
        )


def _numbers(people: list[Person]) -> list[str]:
    """Return the number of each person; "" for one that cannot be opened."""
    try:
        return crypto.decrypt_many(
            [person.id_no_ct for person in people],
            [person.uid for person in people],
            field=secrets.ID_NO,
        )
    except crypto.BadCiphertext:
        if len(people) == 1:
            return [""]
        half = len(people) // 2
        return _numbers(people[:half]) + _numbers(people[half:])


def bad_numbers(asked: Asked) -> Iterator[Hit]:
    """Q06: an identity number that cannot hold, or contradicts sex or month of birth."""
    look_at_numbers(asked.scope)
    checks = PersonCheck.objects.exclude(fault="").filter(
        person__occupancies__in=Occupancy.objects.open().filter(asked.scope.on())
    )
    found = checks.values_list("person", "fault", "person__occupancies__unit").order_by(
        "person__occupancies__unit", "person"
    )
    for person, fault, unit in found.distinct():
        yield Hit(unit, f"person:{person}", {"fault": FAULTS[fault]}, {"person": person})


def namesakes(asked: Asked) -> Iterator[Hit]:
    """Q07: one name, one day of birth, two identity numbers: perhaps one person twice.

    Each table is read once whatever the planner thinks of its size: right after a bulk load it
    took both for empty and compared everybody with everybody for hours.
    """
    look_at_numbers(Scope())
    found = rows(
        """
        WITH same AS MATERIALIZED (
          SELECT twin, person_id
            FROM (SELECT twin, person_id, count(*) OVER (PARTITION BY twin) AS number
                    FROM checks_personcheck WHERE twin IS NOT NULL) c
           WHERE number > 1
        ), held AS MATERIALIZED (
          SELECT s.twin, s.person_id, o.unit_id
            FROM same s JOIN staff_occupancy o ON o.person_id = s.person_id AND o.ends_on IS NULL
        )
        SELECT h.unit_id, h.person_id, t.people
          FROM held h
          JOIN (SELECT twin, array_agg(DISTINCT person_id) AS people FROM held
                 GROUP BY twin HAVING count(DISTINCT person_id) > 1) t USING (twin)
         ORDER BY 1, 2
        """
    )
    for unit, person, people in found:
        others = sorted(one for one in people if one != person)
        facts = {"count": len(others)}
        yield Hit(unit, f"person:{person}", facts, {"person": person, "others": others})


def two_quotas(asked: Asked) -> Iterator[Hit]:
    """Q08: one person with two open spells; of counting ones the database allows one only."""
    twice = (
        Occupancy.objects.open()
        .order_by()
        .filter(
            person__in=Occupancy.objects.open().filter(asked.scope.on()).values("person")
            if asked.scope.units is not None
            else Occupancy.objects.open().filter(counts=False).values("person")
        )
        .values("person")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values("person")
    )
    spells = Occupancy.objects.open().filter(asked.scope.on(), person__in=twice)
    for unit, person in spells.order_by("unit", "person").values_list("unit", "person").distinct():
        yield Hit(unit, f"person:{person}", {}, {"person": person})


def identity_not_referred(asked: Asked) -> Iterator[Hit]:
    """Q10: who newly entered 参公事业编制 is not registered as 参公人员."""
    since = shifted(asked.today, -asked["months"])
    spells = (
        Occupancy.objects.open()
        .filter(asked.scope.on(), starts_on__gte=since, quota_type="quota_type.20")
        .filter(Q(unit__is_civil_service_ref=True) | Q(unit__nature="nature.103"))
        .exclude(identity="person_identity.2")
        .exclude(identity=None)
        .select_related("identity")
        .order_by("unit", "pk")
    )
    for spell in spells:
        facts = {
            "identity": spell.identity.label if spell.identity else "",
            "since": spell.starts_on.isoformat(),
        }
        yield Hit(spell.unit_id, f"person:{spell.person_id}", facts, {"person": spell.person_id})


def past_retirement(asked: Asked) -> Iterator[Hit]:
    """Q20: reached the statutory age in an earlier month, and still in quota (an estimate)."""
    until = shifted(asked.today, -1 - asked["months"])
    spells = (
        Occupancy.objects.open()
        .filter(asked.scope.on(), retires_by(until), counts=True)
        .select_related("person")
        .order_by("unit", "pk")
    )
    for spell in spells:
        facts = {"born": f"{spell.person.birth_month:%Y-%m}", "until": f"{until:%Y-%m}"}
        yield Hit(spell.unit_id, f"person:{spell.person_id}", facts, {"person": spell.person_id})
