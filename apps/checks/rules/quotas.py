"""Rules on places: Q01–Q03, Q09, Q12, Q23, Q30, Q32. Source: domain.md §5.2, §5.5, §5.13."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.core.models import CodeValue
from apps.core.scope import within
from apps.quotas.choices import QuotaFamily
from apps.quotas.models import Balance, QuotaEntry, UnitTotal
from apps.quotas.rules import may_go_together
from apps.staff.models import Occupancy
from apps.units.models import Office

from ..models import MonthlyExcess
from .base import RED, YELLOW, Asked, Hit, rows

#: 军转、退役士兵、政策性安置
POLICY_ENTRIES = ("entry_mode.10", "entry_mode.11", "entry_mode.13")


class Cell(NamedTuple):
    """What the rules read of a balance. kind, attrs: of its quota type; nature: of its unit."""

    unit_id: int
    quota_type_id: str
    approved: int
    actual: int
    excess: int
    kind: str
    attrs: dict[str, Any]
    nature_id: str | None
    nature: str | None


#: Where each part of a Cell stands.
CELL = (
    *("unit_id", "quota_type_id", "approved", "actual", "excess", "quota_type__label"),
    *("quota_type__attrs", "unit__nature_id", "unit__nature__label"),
)


def over_approved(asked: Asked) -> Iterator[Hit]:
    """Q01: more people than approved places, by unit and type."""
    for cell in _over(asked):
        if cell.approved:
            yield _cell(cell, over=cell.excess)


def rising_excess(asked: Asked) -> Iterator[Hit]:
    """Q02: a unit's gross excess is above that of the last stored month."""
    last = MonthlyExcess.objects.aggregate(last=Max("on"))["last"]
    if last is None:
        return
    before = MonthlyExcess.objects.filter(unit=OuterRef("unit"), on=last).values("excess")
    units = (
        UnitTotal.objects.filter(asked.scope.on(), excess__gt=0)
        .annotate(before=Coalesce(Subquery(before), 0))
        .filter(excess__gt=F("before"))
        .order_by("unit")
    )
    for unit in units:
        facts = {"before": unit.before, "now": unit.excess, "on": last.isoformat()}
        yield Hit(unit.unit_id, "", facts)


def people_without_places(asked: Asked) -> Iterator[Hit]:
    """Q03: people in a type of which nothing is approved (无编有人)."""
    for cell in _over(asked):
        if not cell.approved:
            yield _cell(cell)


def _over(asked: Asked) -> Iterator[Cell]:
    """Yield the cells with more people than places, those without any place among them."""
    return (cell for cell in _cells(asked, "over", lambda: Q(excess__gt=0)) if cell.excess > 0)


def over_with_turnover(asked: Asked) -> Iterator[Hit]:
    """Q09: 事业 people exceed 事业 places even with 周转 counted.

    Only where the unit has several such types: of a single one Q01 says the same already.
    """
    in_excess = Balance.objects.filter(excess__gt=0).values("unit")
    cells = _cells(asked, "turnover", lambda: Q(unit__in=in_excess))
    for unit, group in groupby(filter(_is_counted, cells), key=lambda cell: cell.unit_id):
        several = list(group)
        places = sum(cell.approved for cell in several)
        people = sum(cell.actual for cell in several)
        if len(several) > 1 and people > places > 0:
            yield Hit(unit, "", {"approved": places, "actual": people, "over": people - places})


def _is_counted(cell: Cell) -> bool:
    """Say whether a place is 事业编制 or on loan for a time (周转)."""
    return cell.attrs.get("family") == "INSTITUTION" or cell.attrs.get("time_limited") is True


def illegal_type(asked: Asked) -> Iterator[Hit]:
    """Q12: a quota type that the nature of the unit does not allow (混编; rule Q-12)."""
    for cell in _cells(asked, "illegal", lambda: _mixed(asked)):
        if not may_go_together(cell.attrs, cell.nature_id):
            yield _cell(cell, nature=cell.nature)


def _mixed(asked: Asked) -> Q:
    """Return which of all cells are of a type their unit's nature does not allow."""
    cells = Balance.objects.filter(asked.scope.on()).exclude(approved=0, actual=0)
    pairs = cells.order_by().values_list("unit__nature", "quota_type", "quota_type__attrs")
    wrong = Q(pk__in=[])
    for nature, kind, attrs in pairs.distinct():
        if not may_go_together(attrs, nature):
            wrong |= Q(unit__nature=nature, quota_type=kind)
    return wrong


def _cells(asked: Asked, name: str, which: Callable[[], Q]) -> list[Cell]:
    """Return cells that hold places or people, by unit and type: all of a few units, read once
    for every rule; of many only those `which` leaves.
    """
    if asked.scope.is_small:
        return asked.scope.once("cells", lambda: _read(asked, Q()))
    return asked.scope.once(name, lambda: _read(asked, which()))


def _read(asked: Asked, which: Q) -> list[Cell]:
    cells = Balance.objects.filter(asked.scope.on(), which).exclude(approved=0, actual=0)
    rows = cells.order_by("unit_id", "quota_type_id").values_list(*CELL)
    return [Cell(*row) for row in rows]


def ledger_apart(asked: Asked) -> Iterator[Hit]:
    """Q23: the sum of the ledger is not the current approved figure (places and posts)."""
    scope = asked.scope
    found = rows(
        f"""
        SELECT coalesce(e.unit_id, b.unit_id), coalesce(e.kind, b.kind), coalesce(e.n, 0),
               coalesce(b.n, 0)
          FROM (SELECT unit_id, quota_type_id AS kind, sum(change) AS n FROM quotas_quotaentry
                 WHERE {scope.sql("unit_id")} GROUP BY 1, 2
                UNION ALL
                SELECT unit_id, post_kind_id, sum(change) FROM posts_leadershipentry
                 WHERE {scope.sql("unit_id")} GROUP BY 1, 2) e
          FULL JOIN (SELECT unit_id, quota_type_id AS kind, approved AS n FROM quotas_balance
                      WHERE {scope.sql("unit_id")}
                     UNION ALL
                     SELECT unit_id, post_kind_id, due FROM posts_postbalance
                      WHERE {scope.sql("unit_id")}) b
            ON b.unit_id = e.unit_id AND b.kind = e.kind
         WHERE coalesce(e.n, 0) <> coalesce(b.n, 0) ORDER BY 1, 2
        """  # noqa: S608 - keys of our own
    )
    labels = _labels({kind for _, kind, _, _ in found})
    for unit, kind, ledger, kept in found:
        facts = {"kind": labels[kind], "ledger": int(ledger), "kept": int(kept)}
        yield Hit(unit, kind, facts, {"type": kind})


def turnover_due(asked: Asked) -> Iterator[Hit]:
    """Q30: 周转编制 that fall due soon (yellow) or are overdue (red) and still stand."""
    soon = asked.today + dt.timedelta(days=asked["days"])
    entries = (
        QuotaEntry.objects.filter(asked.scope.on(), revolve_due_on__lte=soon)
        .order_by("unit", "quota_type", "revolve_due_on")
        .values("unit", "quota_type", "quota_type__label", "revolve_due_on")
        .annotate(places=Sum("change"), document=Max("document"))
        .filter(places__gt=0)
    )
    standing = {
        (cell.unit_id, cell.quota_type_id): cell.approved
        for cell in Balance.objects.filter(
            asked.scope.on(), approved__gt=0, unit__in=[row["unit"] for row in entries]
        )
    }
    for row in entries:
        places = min(row["places"], standing.get((row["unit"], row["quota_type"]), 0))
        due = row["revolve_due_on"]
        if not places or due is None:
            continue
        days = (due - asked.today).days
        facts = {
            "kind": row["quota_type__label"],
            "places": places,
            "due": due.isoformat(),
            "when": f"已逾期 {-days} 天" if days < 0 else f"还有 {days} 天到期",
        }
        subjects = {"document": row["document"], "type": row["quota_type"]}
        key = f"{row['quota_type']}:{due}"
        yield Hit(row["unit"], key, facts, subjects, RED if days < 0 else YELLOW)


def entries_outrun_exits(asked: Asked) -> Iterator[Hit]:
    """Q32: as many people came as went this year, or more (动态平衡; domain.md §5.5).

    Of the office's own subtree, in all or for each family. Moves inside it are neither.
    """
    office = Office.objects.select_related("home").first()
    if office is None:
        return
    start = asked.today.replace(month=1, day=1)
    spells = (
        Occupancy.objects.order_by()
        .filter(within([office.home.path], "scope"), counts=True)
        .filter(Q(quota_type__attrs__in_total=True) | Q(quota_type__attrs__in_total=None))
    )
    # who leaves one unit and enters another on the same day has moved, not come
    same = spells.filter(person=OuterRef("person"))
    into = spells.filter(starts_on__range=(start, asked.today)).exclude(
        Exists(same.filter(ends_on=OuterRef("starts_on")).exclude(pk=OuterRef("pk")))
    )
    if asked["exempt"] == "yes":
        into = into.exclude(entry_mode__in=POLICY_ENTRIES)
    out = spells.filter(ends_on__range=(start, asked.today)).exclude(
        Exists(same.filter(starts_on=OuterRef("ends_on")).exclude(pk=OuterRef("pk")))
    )
    group = "quota_type__attrs__family" if asked["per"] == "family" else None
    came, went = _by(into, group), _by(out, group)
    for name in sorted(came):
        entries, exits = came[name], went.get(name, 0)
        if entries and not is_balanced(entries, exits, asked["relation"]):
            facts = {
                "year": start.year,
                "what": FAMILIES.get(name, ""),
                "entries": entries,
                "exits": exits,
                "allowed": most_entries(exits, asked["relation"]),
            }
            yield Hit(office.home_id, name, facts)


FAMILIES = {family.value: f"{family.label}编制" for family in QuotaFamily}


def most_entries(exits: int, relation: str) -> int:
    """Return how many may enter in all against these exits. Source: domain.md §5.5.

    relation   lt: strictly fewer; le: as many; 2:3: 出三进二
    """
    if relation == "2:3":
        return exits * 2 // 3
    return exits if relation == "le" else max(0, exits - 1)


def is_balanced(entries: int, exits: int, relation: str) -> bool:
    return entries <= most_entries(exits, relation)


def _by(spells: object, group: str | None) -> dict[str, int]:
    if group is None:
        return {"": spells.count()}  # type: ignore[attr-defined]
    found = spells.values(group).annotate(n=Count("pk"))  # type: ignore[attr-defined]
    return {row[group] or "OTHER": row["n"] for row in found}


def _cell(cell: Cell, **more: object) -> Hit:
    facts = {"kind": cell.kind, "approved": cell.approved, "actual": cell.actual}
    return Hit(cell.unit_id, cell.quota_type_id, {**facts, **more}, {"type": cell.quota_type_id})


def _labels(keys: set[str]) -> dict[str, str]:
    return dict(CodeValue.objects.filter(pk__in=keys).values_list("pk", "label"))
