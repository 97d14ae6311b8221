"""Which counties there are: the demo county and its neighbours, and any number of others."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from .catalogue import TOWNSHIP_FIRST, TOWNSHIP_SECOND
from .plan import CountySpec, Places

#: Source of the figures: what one county-level city printed of October 2015 (docs/rules.md Q-02).
DEMO: Final = CountySpec(
    name="剡溪县",
    mark="剡",
    code="33A001",
    region="330683",
    admin=Places(2976, 2592),
    institution=Places(13244, 11358),
    institutions=435,
    closed=50,
    over_units=65,
    over_units_before=84,
    admin_before=2648,
    cut_2015=521,
    documents=973,
    townships=15,
    streets=4,
    moves=400,
    posts_over=9,
    posts_short=22,
)
COUNTIES_OF_A_CITY: Final = 10
CITIES_OF_A_PROVINCE: Final = 11
#: First share of the identity numbers (identities.SHARES) of each kind of seed.
FIRST_SHARE: Final = {"demo": 0, "county": 4, "city": 5, "province": 15}


def _neighbour(
    name: str, code: str, region: str, admin: Places, institution: Places, over: int, units: int
) -> CountySpec:
    return CountySpec(
        name=name,
        mark=name[0],
        code=code,
        region=region,
        admin=admin,
        institution=institution,
        institutions=units,
        closed=4,
        over_units=over,
        over_units_before=over + 2,
        admin_before=admin.actual + 6,
        cut_2015=45,
        documents=60,
        townships=4,
        streets=1,
        core_only=True,
        moves=15,
        posts_over=1,
        posts_short=4,
    )


NEIGHBOURS: Final = (
    _neighbour("舜江县", "33A002", "330604", Places(430, 372), Places(980, 846), 5, 34),
    _neighbour("沃洲县", "33A003", "330624", Places(402, 351), Places(736, 655), 4, 28),
    _neighbour("曹溪县", "33A004", "330603", Places(446, 401), Places(1204, 1066), 6, 40),
)


def names_of_counties(random: Random) -> Iterator[str]:
    """Yield invented names of counties; never one twice, some five hundred in all."""
    stems = [first + second for first in TOWNSHIP_FIRST for second in TOWNSHIP_SECOND]
    random.shuffle(stems)
    for stem in stems:
        yield f"{stem}县"


def county(name: str, code: str, scale: float, random: Random) -> CountySpec:
    """Return a county of about the demo county's size times `scale`, 0.3 or more."""
    size = scale * (0.85 + random.random() * 0.3)

    def part(number: int) -> int:
        return max(1, round(number * size))

    admin = Places(part(DEMO.admin.approved), 0)
    admin = Places(admin.approved, round(admin.approved * (0.85 + random.random() * 0.05)))
    rest = part(DEMO.institution.approved)
    institution = Places(rest, round(rest * (0.84 + random.random() * 0.05)))
    over = part(DEMO.over_units)
    return CountySpec(
        name=name,
        mark=name[:-1],
        code=code,
        region=None,
        admin=admin,
        institution=institution,
        institutions=part(DEMO.institutions),
        closed=part(DEMO.closed),
        over_units=over,
        over_units_before=over + part(DEMO.over_units_before - DEMO.over_units),
        admin_before=admin.actual + part(56),
        cut_2015=part(DEMO.cut_2015),
        documents=part(DEMO.documents),
        townships=max(4, part(DEMO.townships)),
        streets=max(1, part(DEMO.streets)),
        moves=part(DEMO.moves),
        posts_over=part(DEMO.posts_over),
        posts_short=part(DEMO.posts_short),
    )
