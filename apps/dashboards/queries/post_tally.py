"""What the sheet 干部配置情况 counts for each unit: leadership posts by role, and their holders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument
from apps.posts.models import LeadershipEntry, PostBalance
from apps.staff.ageing import leader_retires_by, shifted
from apps.staff.models import PostHolding
from apps.units.models import DocumentUnit
from apps.units.place import Place

ROLES = ("chief", "deputy", "other")
AGEING = 12  # months ahead
SANDING = "doc_kind.31"


@dataclass(frozen=True, slots=True)
class Roles:
    """Whole posts, or people, by role; never netted between roles (L-01)."""

    chief: int = 0
    deputy: int = 0
    other: int = 0

    @property
    def sum(self) -> int:
        return self.chief + self.deputy + self.other

    def __add__(self, other: Roles) -> Roles:
        return Roles(self.chief + other.chief, self.deputy + other.deputy, self.other + other.other)


def _one(role: str, number: int) -> Roles:
    return Roles(**{role: number})


@dataclass
class PostTally:
    """Figures of one unit, or of several together.

    uncounted      holders who take no post of the approved number (专员, 非领导)
    above, below   holders whose level is higher, lower than the one approved for the post
    ageing         holders who reach the statutory age within a year
    over_units, short_units   units with any kind of post over, short
    """

    due: Roles = field(default_factory=Roles)
    filled: Roles = field(default_factory=Roles)
    over: Roles = field(default_factory=Roles)
    short: Roles = field(default_factory=Roles)
    uncounted: int = 0
    above: int = 0
    below: int = 0
    ageing: int = 0
    over_units: int = 0
    short_units: int = 0

    @classmethod
    def of(cls, tallies: Iterable[PostTally]) -> PostTally:
        """Return several together, figure by figure."""
        found = cls()
        for tally in tallies:
            found.due += tally.due
            found.filled += tally.filled
            found.over += tally.over
            found.short += tally.short
            found.uncounted += tally.uncounted
            found.above += tally.above
            found.below += tally.below
            found.ageing += tally.ageing
            found.over_units += tally.over_units
            found.short_units += tally.short_units
        return found

    def add(self, role: str, due: int, filled: int) -> None:
        """Add one kind of post of one unit."""
        self.due += _one(role, due)
        self.filled += _one(role, filled)
        self.over += _one(role, max(0, filled - due))
        self.short += _one(role, max(0, due - filled))
        self.over_units = int(self.over.sum > 0)
        self.short_units = int(self.short.sum > 0)


def unit_kinds() -> dict[str, CodeValue]:
    """Return the kinds of posts at the head of a unit; those inside (内设机构) are not here."""
    return {
        kind.key: kind
        for kind in CodeValue.objects.of("post_kind")
        if kind.attrs.get("level") == "unit"
    }


def role_of(kind: CodeValue) -> str:
    role = kind.attrs.get("role", "other")
    return role if role in ROLES else "other"


def post_cells(
    place: Place, kinds: Iterable[str], on: dt.date | None
) -> list[tuple[str, str, int, int]]:
    """Return (path, kind, due, filled) of every kind of post below a node. One or two queries.

    The path, here and below, is that of the day.
    """
    kinds = list(kinds)
    if on is None:
        rows = PostBalance.objects.filter(place.inside(), post_kind__in=kinds)
        rows = rows.exclude(due=0, filled=0)
        fields_ = ("scope", "post_kind_id", "due", "filled")
        return list(rows.order_by("scope", "post_kind_id").values_list(*fields_))
    found: dict[tuple[str, str], list[int]] = {}
    inside = place.inside()
    entries = LeadershipEntry.objects.filter(inside, post_kind__in=kinds, on__lte=on)
    holders = PostHolding.objects.on_day(on).filter(inside, post_kind__in=kinds, counted=True)
    for row in entries.order_by().values("scope", "post_kind_id").annotate(n=Sum("change")):
        found.setdefault((row["scope"], row["post_kind_id"]), [0, 0])[0] = row["n"]
    for row in holders.order_by().values("scope", "post_kind_id").annotate(n=Count("pk")):
        found.setdefault((row["scope"], row["post_kind_id"]), [0, 0])[1] = row["n"]
    return sorted(
        (place.path(path), kind, due, filled) for (path, kind), (due, filled) in found.items()
    )


def holders_of(place: Place, kinds: Iterable[str], day: dt.date) -> dict[str, dict[str, int]]:
    """Return {path: {"uncounted": n, "ageing": n}} on a day. One query; a person counts once."""
    near = leader_retires_by(shifted(day, AGEING))
    rows = (
        PostHolding.objects.on_day(day)
        .filter(place.inside(), post_kind__in=list(kinds))
        .order_by()
        .values("scope")
        .annotate(
            uncounted=Count("person", filter=Q(counted=False), distinct=True),
            ageing=Count("person", filter=near & Q(counted=True), distinct=True),
        )
    )
    return {
        place.path(path): {"uncounted": uncounted, "ageing": ageing}
        for path, uncounted, ageing in rows.values_list("scope", "uncounted", "ageing")
    }


def levels_of(
    place: Place, kinds: Iterable[str], day: dt.date
) -> dict[str, tuple[int, int]] | None:
    """Return {path: (holders above, below the approved level)}; None when no level is on record.

    The approved level of a kind is the one its latest ledger line names. Three queries.
    """
    orders = {v.key: v.attrs.get("order") for v in CodeValue.objects.of("post_level")}
    entries = (
        LeadershipEntry.objects.filter(place.inside(), post_kind__in=list(kinds), on__lte=day)
        .exclude(post_level=None)
        .order_by("on", "pk")
        .values_list("scope", "post_kind_id", "post_level_id")
    )
    approved = {(path, kind): orders.get(level) for path, kind, level in entries}
    if not approved:
        return None
    found: dict[str, tuple[int, int]] = {}
    holders = (
        PostHolding.objects.on_day(day)
        .filter(place.inside(), post_kind__in=list(kinds), counted=True)
        .exclude(post_level=None)
        .order_by()
        .values_list("scope", "post_kind_id", "post_level_id")
    )
    for path, kind, level in holders:
        due, has = approved.get((path, kind)), orders.get(level)
        if due is None or has is None:
            continue
        above, below = found.get(path, (0, 0))
        found[path] = (above + (has < due), below + (has > due))
    return {place.path(path): pair for path, pair in found.items()}


def sanding_of(place: Place, day: dt.date) -> dict[str, ApprovalDocument]:
    """Return {path: the latest 三定规定 about the unit, issued by `day`}. One query."""
    links = (
        DocumentUnit.objects.filter(
            place.inside(),
            document__kind=SANDING,
            document__issued_on__lte=day,
            document__superseded_by=None,
        )
        .select_related("document")
        .order_by("document__issued_on", "document__pk")
    )
    return {place.path(link.scope): link.document for link in links}
