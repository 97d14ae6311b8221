"""Reads of the tree that return plain rows or prepared units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Case,
    Count,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left, Length
from django.http import Http404
from django.urls import NoReverseMatch, reverse

from apps.core.scope import roots, within

from . import listing, past
from .choices import EntityKind
from .lamps import Lamp, lamp_of
from .models import Nameplate, Unit, UnitEvent, UnitQuerySet
from .searching import best

STEP = Unit.steplen
#: Levels among which the nearest body above a unit is looked for.
DEEPEST = 16

#: The tabs of a unit's page, in order; pages that do not exist yet are left out.
TABS = (
    ("基本", "units:detail"),
    ("编制与职数", "quotas:unit"),
    ("内设机构", "units:departments"),
    ("人员", "staff:unit"),
    ("办件", "approvals:unit"),
    ("沿革", "units:history"),
    ("文件", "units:documents"),
    ("变更", "units:changes"),
    ("校核", "checks:unit"),
)


@dataclass(frozen=True)
class UnitTab:
    label: str
    name: str  # URL name; the template marks the tab whose name is the request's
    url: str


@dataclass(frozen=True)
class UnitPage:
    """What every page of a unit shows: units/_header.html, units/_tabs.html.

    ancestors   those the reader may see, topmost first
    lamp        (tone, word) or None; None on a past day
    absent      why the unit is not there on the past day, in a sentence, or ""
    """

    unit: Unit
    ancestors: list[Unit] = field(default_factory=list)
    tabs: list[UnitTab] = field(default_factory=list)
    lamp: Lamp | None = None
    absent: str = ""


def unit_page(user: Any, pk: int, on: dt.date | None = None) -> UnitPage:
    """Return the frame of a unit's pages. Http404 for foreign and missing ids alike. 2 queries.

    on   a past day: the unit and those above it under their names, ranks and places of that day
         (two queries more); who may see them is today's matter
    """
    related = ("total", "nature", "rank", "system_class")
    unit = Unit.objects.visible_to(user).select_related(*related).filter(pk=pk).first()
    if unit is None:
        raise Http404("没有这个机构，或不在您的查看范围内")
    ancestors = _above(user, unit) if on is None else _above_then(user, unit, on)
    tabs = []
    for label, name in TABS:
        try:
            tabs.append(UnitTab(label, name, reverse(name, args=[unit.pk])))
        except NoReverseMatch:
            continue
    if on is not None:
        return UnitPage(unit, ancestors, tabs, None, _absent(unit, on))
    return UnitPage(unit, ancestors, tabs, lamp_of(unit))


def _above(user: Any, unit: Unit) -> list[Unit]:
    above = [unit.path[:end] for end in range(STEP, len(unit.path), STEP)]
    return list(Unit.objects.visible_to(user).filter(path__in=above)) if above else []


def _above_then(user: Any, unit: Unit, on: dt.date) -> list[Unit]:
    """Return what stood above the unit on the day, topmost first, as far as the reader may see."""
    then = past.moves(on)
    here = then.path(unit.path)
    back = {shift.then: shift.now for shift in then.shifts}
    above = []
    for end in range(STEP, len(here), STEP):
        path = here[:end]
        moved = max((t for t in back if path.startswith(t)), key=len, default="")
        above.append(back[moved] + path[len(moved) :] if moved else path)
    units = {u.path: u for u in Unit.objects.visible_to(user).filter(path__in=above)}
    found = [units[path] for path in above if path in units]
    facts = past.named(on, [unit.pk, *(one.pk for one in found)])
    for one in (unit, *found):
        listing.as_of(one, facts)
    return found


def _absent(unit: Unit, on: dt.date) -> str:
    if unit.established_on is not None and on < unit.established_on:
        return f"{on:%Y-%m-%d} 还没有这个机构，它于 {unit.established_on:%Y-%m-%d} 设立。"
    if unit.abolished_on is not None and on >= unit.abolished_on:
        return f"{on:%Y-%m-%d} 已经没有这个机构，它于 {unit.abolished_on:%Y-%m-%d} 撤销。"
    return ""


@dataclass(frozen=True)
class Found:
    """One line of the global search."""

    label: str
    url: str
    note: str
    lamp: Lamp | None = None


def search(user: Any, text: str, limit: int = 20) -> list[Found]:
    """Return the units `user` may see that are found by name, short name, code or pinyin."""
    text = text.strip()
    if not text:
        return []
    visible = Unit.objects.visible_to(user).active()
    keys = best(visible, text, limit)
    if not keys:
        return []
    rows = list(visible.filter(pk__in=keys).order_by().select_related("total"))
    rows.sort(key=lambda unit: keys.index(unit.pk))
    name_parents(rows, user)
    other = also_known(rows, text)
    return [
        Found(unit.name, unit.get_absolute_url(), note_of(unit, other), lamp_of(unit))
        for unit in rows
    ]


def also_known(units: Sequence[Unit], text: str) -> dict[int, str]:
    """Return {unit id: “原名 …” or “挂牌 …”} of units that `text` found by another name.

    A unit whose present name, short name, code or pinyin says it all is not among them. At most
    2 queries, none when every unit says it itself.
    """
    words = text.split()
    asked = [unit for unit in units if not all(_says(unit, word) for word in words)]
    if not asked:
        return {}
    keys = [unit.pk for unit in asked]
    names = {unit.pk: unit.name for unit in asked}
    other: dict[int, str] = {}
    plates = Nameplate.objects.open().filter(unit__in=keys).order_by("pk")
    for pk, name, initials in plates.values_list("unit_id", "name", "name_initials"):
        if any(word in name or initials.startswith(word.lower()) for word in words):
            other.setdefault(pk, f"挂牌 {name}")
    former = UnitEvent.objects.filter(unit__in=keys, before__has_key="name").order_by("-on", "-pk")
    for pk, name in former.values_list("unit_id", "before__name"):
        if name != names[pk] and any(word in name for word in words):
            other.setdefault(pk, f"原名 {name}")
    return other


def _says(unit: Unit, word: str) -> bool:
    small = word.lower()
    spelled = unit.name_pinyin.replace(" ", "")
    own = (unit.name.lower(), unit.short_name.lower(), unit.name_initials, spelled)
    return any(small in one for one in own) or (unit.code or "").startswith(word)


def inside(unit: Unit) -> UnitQuerySet:
    """Return what stands directly in `unit`: its children, and through groupings theirs.

    Of a grouping only the children: below it may stand a whole province.
    """
    below = Unit.objects.under(unit).exclude(pk=unit.pk)
    if unit.entity_kind == EntityKind.GROUPING:
        return below.filter(depth=unit.depth + 1)
    step, start = Unit.steplen, len(unit.path)
    rows = below.order_by("path").values_list("pk", "path", "entity_kind")
    through = {unit.path}
    found = []
    for pk, path, kind in rows:
        if path[:-step] not in through or len(path) <= start:
            continue
        if kind == EntityKind.GROUPING:
            through.add(path)
        else:
            found.append(pk)
    own_first = Case(When(entity_kind=EntityKind.DEPARTMENT, then=Value(0)), default=Value(1))
    return Unit.objects.filter(pk__in=found).order_by(own_first, "path")


def with_parent(units: UnitQuerySet, user: Any) -> UnitQuerySet:
    """Add `parent_name`: the nearest 法人单位 above, else the grouping it stands in.

    Only what `user` may see. Read row by row of a page, by the index of the path.
    """
    seen = Unit.objects.visible_to(user).order_by()
    prefixes = [Left(OuterRef("path"), STEP * depth) for depth in range(1, DEEPEST)]
    body = seen.bodies().filter(path__in=prefixes).exclude(path=OuterRef("path")).order_by("-path")
    return units.annotate(
        parent_name=Coalesce(
            Subquery(body.values("name")[:1]), Subquery(_parents(seen).values("name")[:1])
        )
    )


def name_parents(units: Sequence[Unit], user: Any) -> None:
    """Set the `parent_name` of `with_parent` on units already read: quicker for a few. 1 query."""
    above = {unit.path[:end] for unit in units for end in range(STEP, len(unit.path), STEP)}
    seen = Unit.objects.visible_to(user).filter(path__in=above).order_by()
    known = {
        path: (name, kind) for path, name, kind in seen.values_list("path", "name", "entity_kind")
    }
    for unit in units:
        paths = [unit.path[:end] for end in range(len(unit.path) - STEP, 0, -STEP)]
        bodies = [known[p][0] for p in paths if p in known and known[p][1] == EntityKind.BODY]
        next_above = known[paths[0]][0] if paths and paths[0] in known else None
        unit.parent_name = bodies[0] if bodies else next_above  # type: ignore[attr-defined]


def with_group(units: UnitQuerySet, user: Any) -> UnitQuerySet:
    """Add `group_name`: the 机构分组 a unit stands in, if it does."""
    seen = Unit.objects.visible_to(user).filter(entity_kind=EntityKind.GROUPING).order_by()
    return units.annotate(group_name=Subquery(_parents(seen).values("name")[:1]))


def _parents(seen: UnitQuerySet) -> UnitQuerySet:
    return seen.filter(path=Left(OuterRef("path"), Length(OuterRef("path")) - STEP))


def note_of(unit: Any, other: Mapping[int, str] | None = None) -> str:
    """Return what tells two units of one name apart: the code and the parent.

    other   of also_known: by which other name it was found comes first
    """
    parts = ((other or {}).get(unit.pk), unit.code, getattr(unit, "parent_name", None))
    return " · ".join(part for part in parts if part)


def names_of(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return (path, name) of subtree roots in tree order; inner roots are left out."""
    tops = roots(paths)
    if tops == [""]:
        return [("", "全部机构")]
    return list(Unit.objects.filter(path__in=tops).values_list("path", "name"))


def counts_below(parents: Iterable[Unit]) -> dict[str, int]:
    """Return {path: living bodies at or below} for units of one depth. One query."""
    parents = list(parents)
    if not parents:
        return {}
    width = len(parents[0].path)
    rows = (
        Unit.objects.active()
        .bodies()
        .filter(within([parent.path for parent in parents], "path"))
        .order_by()
        .annotate(top=Left("path", width))
        .values("top")
        .annotate(number=Count("pk"))
    )
    return {row["top"]: row["number"] for row in rows}
