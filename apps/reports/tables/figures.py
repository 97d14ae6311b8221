"""Tallies by unit, counted by the database: places, people and what they are, posts, movements.

Each function returns {path: Counter}; the path is the unit's, or, with `length`, its first steps.
Nothing loops over people: one row comes back for each unit and type.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from apps.core.models import CodeValue
from apps.posts.models import LeadershipEntry
from apps.posts.queries import FAMILY as POSTS
from apps.quotas import dated
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries.figures import FAMILY, facts_on_day
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit

from ..query.people import BANDS, born_after
from ..register import Register, holding, register
from .base import Asked, Tally

FAMILY_ORDER = tuple(QuotaFamily)


def quota_types() -> dict[str, CodeValue]:
    """Return every quota type by key, in the order of the code table."""
    return {v.key: v for v in CodeValue.objects.of("quota_type").order_by("sort", "value")}


def family_of(kind: CodeValue) -> QuotaFamily:
    return QuotaFamily(kind.attrs.get("family", QuotaFamily.OTHER))


def in_total(kind: CodeValue) -> bool:
    return bool(kind.attrs.get("in_total", True))


def lines_of(asked: Asked, *days: dt.date) -> Register:
    """Return the lines of a table: units of its day, and what had figures on one of the days."""

    def held() -> set[str]:
        return set().union(*(holding(asked.node, day) for day in days or (asked.day,)))

    return register(asked.node, asked.day, held)


def length_of(asked: Asked, found: Register) -> int | None:
    """Return how many signs of the path tell the lines apart; None: the whole path."""
    return None if found.by_unit else len(asked.node.path) + Unit.steplen


def places(node: Unit, day: dt.date, length: int | None = None) -> dict[str, Tally]:
    """Return places and people of every unit on a day, by type and in all.

    a:TYPE c:TYPE v:TYPE e:TYPE   核定, 实有, 空编, 超编 of one type, o:TYPE units over in it
    a c v e                       over the types that count in totals; over: units over in any
    """
    if length:
        return _places_below(node, day, length)
    facts, parameters = facts_on_day([node.path], day)
    sql = f"""
    WITH facts AS MATERIALIZED ({facts}), units AS (
      SELECT scope, unit_id, (max(excess) > 0)::int AS o
        FROM facts WHERE in_total GROUP BY 1, 2
    )
    SELECT scope, quota_type_id, sum(approved), sum(actual), sum(vacant), sum(excess),
           count(*) FILTER (WHERE excess > 0), bool_and(in_total)
      FROM facts GROUP BY 1, 2
    UNION ALL SELECT scope, '', 0, 0, 0, 0, sum(o), true FROM units GROUP BY 1
    """  # noqa: S608 - facts_on_day's own text
    found: dict[str, Tally] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for path, kind, a, c, v, e, o, counts in cursor.fetchall():
            tally = found.setdefault(path, Counter())
            if not kind:
                tally["over"] += int(o)
                continue
            for key, value in (("a", a), ("c", c), ("v", v), ("e", e)):
                tally[f"{key}:{kind}"] += int(value)
                if counts:
                    tally[key] += int(value)
            tally[f"o:{kind}"] += int(o)
    return found


def _places_below(node: Unit, day: dt.date, length: int) -> dict[str, Tally]:
    """Return `places` by the nodes right below, from the dated sums: a province has many facts."""
    keys = [key for key, kind in quota_types().items() if in_total(kind)]
    found: dict[str, Tally] = {}
    rows = dated.dated([node.path], day, FAMILY, length=length, counted=keys)
    for path, row in rows.items():
        tally = found[path] = Counter({"over": row.over})
        for kind, (approved, actual, _, vacant, excess, over) in row.kinds.items():
            for name, value in (("a", approved), ("c", actual), ("v", vacant), ("e", excess)):
                tally[f"{name}:{kind}"] += value
                if kind in keys:
                    tally[name] += value
            tally[f"o:{kind}"] += over
    return found


def counted(node: Unit, day: dt.date) -> QuerySet:
    """Return the spells that count in 实有 of the totals on a day."""
    return spells(node).on_day(day)


def spells(node: Unit) -> Any:
    """Return every spell under a node that counts in totals, whenever it was."""
    keys = [key for key, kind in quota_types().items() if in_total(kind)]
    return Occupancy.objects.under(node).filter(counts=True, quota_type__in=keys).order_by()


def grouped(rows: QuerySet, length: int | None, **measures: Any) -> dict[str, Tally]:
    """Return {path: Counter of the measures}, one query."""
    place = Left("scope", length) if length else F("scope")
    found = rows.values(place=place).annotate(**measures)
    return {row["place"]: Counter({key: row[key] for key in measures if row[key]}) for row in found}


def structure(node: Unit, day: dt.date, length: int | None = None) -> dict[str, Tally]:
    """Return what the people of every unit are: sex, people, party, education, age.

    What is not filled in is a figure of its own, so that the parts always add up to 实有.
    """
    levels = {
        "edu_post": ("postgraduate",),
        "edu_uni": ("bachelor",),
        "edu_college": ("college",),
        "edu_middle": ("secondary", "high_school"),
        "edu_low": ("junior_high", "primary", "other"),
    }
    measures: dict[str, Any] = {
        "women": Count("pk", filter=Q(person__sex="sex.2")),
        "sex_unknown": Count("pk", filter=~Q(person__sex__in=["sex.1", "sex.2"])),
        "minority": Count(
            "pk", filter=Q(person__ethnicity__isnull=False) & ~Q(person__ethnicity="ethnicity.01")
        ),
        "ethnicity_unknown": Count("pk", filter=Q(person__ethnicity__isnull=True)),
        "party": Count("pk", filter=Q(person__political_status__in=party_keys())),
        "party_unknown": Count("pk", filter=Q(person__political_status__isnull=True)),
        "edu_unknown": Count("pk", filter=Q(person__education__isnull=True)),
    }
    keys = education_keys()
    for name, words in levels.items():
        chosen = [key for key, level in keys.items() if level in words]
        measures[name] = Count("pk", filter=Q(person__education__in=chosen))
    born = "person__birth_month"
    older: Q | None = None
    for number, (age, _) in enumerate(BANDS):
        inside = Q() if older is None else older
        if age:
            inside &= Q(**{f"{born}__gt": born_after(day, age)})
            older = Q(**{f"{born}__lte": born_after(day, age)})
        measures[f"age{number}"] = Count("pk", filter=inside)
    return grouped(counted(node, day), length, **measures)


def education_keys() -> dict[str, str]:
    """Return {key: level}; a value without a level counts as other."""
    return {v.key: v.attrs.get("level", "other") for v in CodeValue.objects.of("education")}


def party_keys() -> list[str]:
    """Return the values that say 中共党员, 预备党员 included."""
    return [v.key for v in CodeValue.objects.of("political_status") if v.attrs.get("party")]


ROLES = {"chief": "正职", "deputy": "副职", "other": "其他领导", "inner": "内设机构领导"}


def post_roles() -> dict[str, str]:
    """Return {kind of post that counts: role}; posts inside a unit (内设机构) are one role."""
    found = {}
    for kind in CodeValue.objects.of("post_kind"):
        if kind.attrs.get("counts", True):
            inside = kind.attrs.get("level") == "department"
            found[kind.key] = "inner" if inside else kind.attrs.get("role", "other")
    return found


def posts(node: Unit, day: dt.date, length: int | None = None) -> dict[str, Tally]:
    """Return leadership posts by role on a day: due:ROLE, filled:ROLE, over:ROLE, short:ROLE.

    Over and short are compared kind by kind in each unit and never net out (rules L-01).
    """
    roles = post_roles()
    found: dict[str, Tally] = {}

    def add(path: str, kind: str, due: int, filled: int, over: int, short: int) -> None:
        role = roles.get(kind)
        if role is None:
            return
        tally = found.setdefault(path, Counter())
        for name, value in (("due", due), ("filled", filled), ("over", over), ("short", short)):
            tally[f"{name}:{role}"] += int(value)

    if length:
        rows = dated.dated([node.path], day, POSTS, length=length)
        for path, row in rows.items():
            for kind, (due, filled, _, short, over, _) in row.kinds.items():
                add(path, kind, due, filled, over, short)
        return found
    sql = f"""
    WITH moves AS (
      SELECT unit_id, scope, post_kind_id, change AS d, 0 AS f
        FROM {LeadershipEntry._meta.db_table}
       WHERE scope >= %(low)s AND scope < %(high)s AND "on" <= %(day)s
      UNION ALL
      SELECT unit_id, scope, post_kind_id, 0, 1 FROM {PostHolding._meta.db_table}
       WHERE scope >= %(low)s AND scope < %(high)s AND counted AND starts_on <= %(day)s
         AND (ends_on IS NULL OR ends_on > %(day)s)
    ), cells AS (
      SELECT unit_id, scope, post_kind_id, sum(d) AS due, sum(f) AS filled
        FROM moves GROUP BY 1, 2, 3
    )
    SELECT scope, post_kind_id, sum(due), sum(filled), sum(greatest(filled - due, 0)),
           sum(greatest(due - filled, 0)) FROM cells GROUP BY 1, 2
    """  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(sql, {"low": node.path, "high": node.path + "~", "day": day})
        for one in cursor.fetchall():
            add(*one)
    return found


def joined(*found: dict[str, Tally]) -> dict[str, Tally]:
    """Return the tallies of several counts as one."""
    whole: dict[str, Tally] = {}
    for tallies in found:
        for path, tally in tallies.items():
            whole.setdefault(path, Counter()).update(tally)
    return whole


def moved_inside(rows: QuerySet, node: Unit, *, entering: bool) -> QuerySet:
    """Narrow spells to those whose person came from, or went to, another spell under the node."""
    others = spells(node).filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    if entering:
        return rows.filter(Exists(others.filter(ends_on=OuterRef("starts_on"))))
    return rows.filter(Exists(others.filter(starts_on=OuterRef("ends_on"))))
