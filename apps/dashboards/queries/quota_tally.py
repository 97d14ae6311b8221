"""What the sheet 编制和人员情况 counts for each unit: places by type, structure, retirements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from django.db.models import Count, Q

from apps.core.models import CodeValue
from apps.quotas.models import Balance
from apps.quotas.queries import Sums
from apps.quotas.queries.figures import cells_on_day
from apps.staff.ageing import retires_by, shifted
from apps.staff.models import Occupancy
from apps.units.place import Place

YOUNG = 35  # years; under it is young (rules B-04)
RETIRING = 24  # months ahead
GRADUATES = ("bachelor", "postgraduate")
SENIOR = ("senior", "associate_senior")
SPECIALIST = "position_class.2"


@dataclass(frozen=True, slots=True)
class People:
    """Heads of the units: whole people, only such as count in totals."""

    heads: int = 0
    young: int = 0
    graduates: int = 0
    specialists: int = 0
    senior: int = 0
    retiring: int = 0

    def __add__(self, other: People) -> People:
        return People(
            self.heads + other.heads,
            self.young + other.young,
            self.graduates + other.graduates,
            self.specialists + other.specialists,
            self.senior + other.senior,
            self.retiring + other.retiring,
        )


@dataclass
class QuotaTally:
    """Figures of one unit, or of several together.

    types    {key: Sums}; the types that do not count in totals too
    total    over the types that count; over: units with any of them above its places
    usable   可用编制: Σ max(0, approved − actual − reserved) per unit and type
    """

    types: dict[str, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)
    usable: int = 0
    people: People = field(default_factory=People)

    @classmethod
    def of(cls, tallies: Iterable[QuotaTally]) -> QuotaTally:
        """Return the sum of some tallies."""
        found = cls()
        for tally in tallies:
            for key, sums in tally.types.items():
                found.types[key] = found.types.get(key, Sums()) + sums
            found.total = found.total + tally.total
            found.usable += tally.usable
            found.people = found.people + tally.people
        return found

    def add(self, key: str, approved: int, actual: int, reserved: int, *, counts: bool) -> None:
        """Add one cell of one unit; a unit is over once, however many of its types are."""
        vacant, excess = max(0, approved - actual), max(0, actual - approved)
        cell = Sums(approved, actual, reserved, vacant, excess, int(excess > 0))
        self.types[key] = self.types.get(key, Sums()) + cell
        if counts:
            over = int(bool(self.total.over or excess))
            cell = Sums(approved, actual, reserved, vacant, excess, over - self.total.over)
            self.total = self.total + cell
            self.usable += max(0, approved - actual - reserved)


def quota_cells(place: Place, on: dt.date | None) -> list[tuple[str, str, int, int, int]]:
    """Return (path, type, approved, actual, reserved) of every cell below a node. One query.

    The path is that of the day.
    """
    if on is None:
        cells = Balance.objects.filter(place.inside()).exclude(approved=0, actual=0, reserved=0)
        fields = ("scope", "quota_type_id", "approved", "actual", "reserved")
        return list(cells.order_by("scope", "quota_type_id").values_list(*fields))
    rows = cells_on_day(place.spans, on)
    return sorted(
        (place.path(path), key, approved, actual, reserved)
        for _, path, key, approved, actual, reserved in rows
        if approved or actual or reserved
    )


def people_of(place: Place, day: dt.date, not_counting: Iterable[str]) -> dict[str, People]:
    """Return {path that day: People} of the units below a node on a day. Two queries.

    not_counting   quota types outside the totals
    """
    graduates = _keys("education", "level", GRADUATES)
    senior = _keys("position_grade", "title_level", SENIOR)
    young = shifted(day, -YOUNG * 12)
    # born in the very month counts as 35: months are all the register knows of a birthday
    spells = (
        Occupancy.objects.on_day(day)
        .filter(place.inside(), counts=True)
        .exclude(quota_type__in=list(not_counting))
    )
    rows = (
        spells.order_by()
        .values("scope")
        .annotate(
            heads=Count("pk"),
            young=Count("pk", filter=Q(person__birth_month__gt=young)),
            graduates=Count("pk", filter=Q(person__education__in=graduates)),
            specialists=Count("pk", filter=Q(position_class=SPECIALIST)),
            senior=Count("pk", filter=Q(position_grade__in=senior, position_class=SPECIALIST)),
            retiring=Count("pk", filter=retires_by(shifted(day, RETIRING))),
        )
    )
    names = [one.name for one in fields(People)]
    found = rows.values_list("scope", *names)
    return {place.path(path): People(*counts) for path, *counts in found}


def _keys(table: str, attribute: str, values: Iterable[str]) -> list[str]:
    wanted = set(values)
    return [v.key for v in CodeValue.objects.of(table) if v.attrs.get(attribute) in wanted]
