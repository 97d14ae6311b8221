"""Who reaches the statutory age by a month, as a condition the database can count by.

The estimate of every spell is stored (apps.staff, R-01 to R-03). Leaders are asked by their post,
which knows no identity: all women count as cadres, and the month of birth decides.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db.models import Q

from .retirement import MAN, WOMAN, Category, retirement_month, shifted

__all__ = ["born_by", "leader_retires_by", "retires_by", "shifted"]

_OLDEST = 75  # years; nobody reaches the age later


@lru_cache(maxsize=256)
def born_by(category: Category, until: dt.date) -> dt.date:
    """Return the latest month of birth whose people reach the age by the month of `until`.

    The month of retirement only rises with the month of birth, so there is one.
    """
    low, high = 0, _OLDEST * 12  # months before `until`: low reaches it later, high by then
    while high - low > 1:
        middle = (low + high) // 2
        if retirement_month(shifted(until, -middle), category).month <= shifted(until, 0):
            high = middle
        else:
            low = middle
    return shifted(until, -high)


def retires_by(until: dt.date) -> Q:
    """Return the condition on a spell “retires in the month of `until` or before” (B-03).

    By the stored estimate, a person's own choice included; people of unknown sex are never in it.
    """
    return Q(retires_on__lte=shifted(until, 0))


def leader_retires_by(until: dt.date, *, person: str = "person") -> Q:
    """Return the condition on a posting “its holder retires by the month of `until`” (B-03).

    person   path to the Person from the queried table
    A month the person has chosen goes before the statutory one.
    """
    sex, born = f"{person}__sex", f"{person}__birth_month__lte"
    chosen = f"{person}__retirement_choice"
    men = Q(**{sex: MAN, born: born_by(Category.MEN, until)})
    women = Q(**{sex: WOMAN, born: born_by(Category.WOMEN_55, until)})
    return Q(**{f"{chosen}__month__lte": shifted(until, 0)}) | (
        Q(**{f"{chosen}__isnull": True}) & (men | women)
    )
