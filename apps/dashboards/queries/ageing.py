"""Who reaches the statutory age by a month, as a condition the database can count by.

The month of retirement only rises with the month of birth, so “retires by M” is “born by C(M)”
for each category; C is found once in Python by the rule itself (apps.staff.retirement, R-01).
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db.models import Q

from apps.staff.retirement import Category, retirement_month

#: 工人: women of these identities retire from 50 on, all other women from 55 on (rules B-03)
WORKERS = ("person_identity.5", "person_identity.6", "person_identity.7")
MAN, WOMAN = "sex.1", "sex.2"
_OLDEST = 75  # years; nobody reaches the age later


def shifted(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month that is `months` after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


@lru_cache(maxsize=256)
def born_by(category: Category, until: dt.date) -> dt.date:
    """Return the latest month of birth whose people reach the age by the month of `until`."""
    low, high = 0, _OLDEST * 12  # months before `until`: low reaches it later, high by then
    while high - low > 1:
        middle = (low + high) // 2
        if retirement_month(shifted(until, -middle), category).month <= shifted(until, 0):
            high = middle
        else:
            low = middle
    return shifted(until, -high)


def reaches_age_by(until: dt.date, *, person: str = "person", identity: str = "") -> Q:
    """Return the condition “reaches the statutory age in the month of `until` or before”.

    person    path to the Person from the queried table
    identity  path to the identity of a spell; "" counts every woman as a cadre (leaders)
    People of unknown sex are never in it.
    """
    sex, born = f"{person}__sex", f"{person}__birth_month__lte"
    men = Q(**{sex: MAN, born: born_by(Category.MEN, until)})
    women = Q(**{sex: WOMAN, born: born_by(Category.WOMEN_55, until)})
    if not identity:
        return men | women
    worker = Q(**{f"{identity}__in": WORKERS})
    cadre = Q(**{f"{identity}__isnull": True}) | ~worker
    workers = Q(**{sex: WOMAN, born: born_by(Category.WOMEN_50, until)})
    return men | (women & cadre) | (workers & worker)
