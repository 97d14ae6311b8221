"""Identity numbers that hold and that nobody is likely to carry.

Each number takes a division set up later than the birth it states, so that hardly any such number
was ever issued; the division is real, so that the register knows it.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Final

from apps.core.identity import CHECK_CHARS, WEIGHTS

#: (division, year in which it was set up, share)
_DIVISIONS: Final = (
    ("330683", 1995, 60),
    ("330681", 1989, 4),
    ("330604", 2013, 10),
    ("330603", 2013, 8),
    ("330213", 2016, 4),
    ("330212", 2002, 3),
    ("330112", 2017, 3),
    ("330113", 2021, 2),
    ("330114", 2021, 2),
    ("331082", 1994, 3),
    ("330703", 2001, 2),
)
_LAST_YEAR: Final = 2006
#: Every county draws the orders of its own share, so that counties loaded apart never meet.
SHARES: Final = 125


class Identities:
    """Draws the numbers of one county, whose share is 0 to SHARES - 1; never one twice."""

    def __init__(self, random: Random, share: int) -> None:
        if not 0 <= share < SHARES:
            raise ValueError(f"there are shares for {SHARES} counties")
        self.random, self.share = random, share
        self.used: set[str] = set()
        self._by_year: dict[int, tuple[list[str], list[int]]] = {}

    def draw(self, birth_on: dt.date, sex: str) -> str:
        """Return 18 characters for a birth on that day; sex "1" or "2"."""
        divisions, weights = self._divisions(birth_on.year)
        while True:
            (division,) = self.random.choices(divisions, weights)
            place = self.share + SHARES * self.random.randrange(500 // SHARES)
            # shuffled, the same way for every share, so that the shares stay apart
            place = (place * 229 + birth_on.toordinal() * 37 + int(division)) % 500
            order = place * 2 + (sex == "1")
            first = f"{division}{birth_on:%Y%m%d}{order:03d}"
            if first not in self.used:
                self.used.add(first)
                return first + _check_char(first)

    def _divisions(self, year: int) -> tuple[list[str], list[int]]:
        if year not in self._by_year:
            if year > _LAST_YEAR:
                raise ValueError(f"a person born in {year} is too young for this register")
            fitting = [(code, share) for code, since, share in _DIVISIONS if since > year]
            self._by_year[year] = ([c for c, _ in fitting], [s for _, s in fitting])
        return self._by_year[year]


def _check_char(first17: str) -> str:
    return CHECK_CHARS[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]
