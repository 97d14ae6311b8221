"""Rules on units: Q14, Q24–Q26, Q29, Q31, Q33. Source: domain.md §2.2, §5.13."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.db.models.fields.json import KT

from apps.core import uscc
from apps.quotas.models import Balance
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import Unit, UnitEvent

from ..models import UnitActivity
from . import sources
from .base import Asked, Hit, rows

ENFORCEMENT = "nature.102"
#: prefix of a code → natures it is given to (GB 32100; 机构编制 registers 11, 12, 13)
PREFIXES = {
    "11": ("nature.101", "nature.102", "nature.106", "nature.107"),
    "12": ("nature.103", "nature.104"),
    "13": ("nature.105",),
}


def enforcement_mark(asked: Asked) -> Iterator[Hit]:
    """Q14: marked as enforcement team but not named so, or named so and not marked."""
    words = asked.words("words")
    named = Q(pk__in=[])
    for word in words:
        named |= Q(name__contains=word)
    marked = Q(nature=ENFORCEMENT)
    units = Unit.objects.active().bodies().filter(asked.scope.on("pk")).exclude(nature=None)
    odd = units.filter((marked & ~named) | (~marked & named)).select_related("nature")
    for unit in odd.order_by("path"):
        is_marked = unit.nature_id == ENFORCEMENT
        facts = {
            "nature": unit.nature.label if unit.nature else "",
            "said": f"名称不含“{'”“'.join(words)}”" if is_marked else "名称是执法队伍",
        }
        yield Hit(unit.pk, "", facts)


def departments_apart(asked: Asked) -> Iterator[Hit]:
    """Q24: the 内设机构 of a unit are not those its 三定规定 lists (source: sanding)."""
    lists = {one.unit: one for one in sources.facts("sanding", asked.scope)}
    there: dict[int, set[str]] = {}
    for unit, name in rows(
        """
        SELECT b.id, d.name FROM units_unit d JOIN units_unit b
            ON b.path = left(d.path, length(d.path) - 4)
         WHERE d.entity_kind = 'department' AND d.status <> 'abolished' AND b.id = ANY(%s)
        """,
        list(lists),
    ):
        there.setdefault(unit, set()).add(name)
    for unit, charter in lists.items():
        missing = sorted(charter.departments - there.get(unit, set()))
        extra = sorted(there.get(unit, set()) - charter.departments)
        if missing or extra:
            facts = {
                "missing": "、".join(missing) or "无",
                "extra": "、".join(extra) or "无",
                "count": len(missing) + len(extra),
            }
            yield Hit(unit, "", facts, {"document": charter.document})


def slots_unused(asked: Asked) -> Iterator[Hit]:
    """Q31: a slot was issued and its validity has passed unused (source: slots)."""
    for slot in sources.facts("slots", asked.scope):
        if not slot.used and slot.expires_on < asked.today:
            facts = {"number": slot.number, "expired": slot.expires_on.isoformat()}
            yield Hit(slot.unit, slot.number, facts, {"document": slot.document})


def name_apart(asked: Asked) -> Iterator[Hit]:
    """Q25: the unit's name is not the one its latest naming event gave it."""
    named = (
        UnitEvent.objects.filter(asked.scope.on(), after__has_key="name")
        .order_by("unit_id", F("on").desc(nulls_last=True), "-pk")
        .distinct("unit_id")
        .values("pk")
    )
    events = (
        UnitEvent.objects.filter(pk__in=named, unit__entity_kind=EntityKind.BODY)
        .annotate(told=KT("after__name"))
        .exclude(unit__name=F("told"))
        .exclude(unit__status=UnitStatus.ABOLISHED)
        .select_related("unit")
        .order_by("unit")
    )
    for event in events:
        facts = {
            "name": event.unit.name,
            "told": event.told,
            "event": event.get_kind_display(),
            "on": event.on.isoformat() if event.on else "日期不详",
        }
        yield Hit(event.unit_id, "", facts, {"document": event.document_id})


def abolished_but_used(asked: Asked) -> Iterator[Hit]:
    """Q26: abolished, and places, people, posts or living units remain."""
    scope = asked.scope
    found = rows(
        f"""
        SELECT u.id, u.abolished_on, coalesce(b.a, 0), coalesce(b.c, 0), coalesce(p.d, 0),
               coalesce(p.f, 0), coalesce(k.n, 0)
          FROM units_unit u
          LEFT JOIN LATERAL (SELECT sum(approved) AS a, sum(actual) AS c FROM quotas_balance
                              WHERE unit_id = u.id) b ON TRUE
          LEFT JOIN LATERAL (SELECT sum(due) AS d, sum(filled) AS f FROM posts_postbalance
                              WHERE unit_id = u.id) p ON TRUE
          LEFT JOIN LATERAL (SELECT count(*) AS n FROM units_unit x
                              WHERE x.path > u.path AND x.path < u.path || '~'
                                AND x.status <> 'abolished') k ON TRUE
         WHERE u.status = 'abolished' AND {scope.sql("u.id")}
           AND (b.a > 0 OR b.c > 0 OR p.d > 0 OR p.f > 0 OR k.n > 0) ORDER BY u.path
        """  # noqa: S608 - keys of our own
    )
    words = ("核定编制 {} 名", "在编 {} 人", "职数 {} 名", "在任领导 {} 人", "在用下级机构 {} 个")
    for unit, on, *left in found:
        parts = [word.format(int(n)) for word, n in zip(words, left, strict=True) if n]
        yield Hit(unit, "", {"on": on.isoformat(), "left": "、".join(parts)})


def code_cannot_hold(asked: Asked) -> Iterator[Hit]:
    """Q29: a unified social credit code that is wrong, or of another sort than the nature."""
    units = (
        Unit.objects.active()
        .filter(asked.scope.on("pk"))
        .exclude(uscc=None)
        .exclude(uscc="")
        .order_by("path")
        .values_list("pk", "uscc", "nature_id", "nature__label")
    )
    for pk, code, nature, label in units:
        try:
            kind = uscc.check(code).prefix
        except uscc.BadUscc as fault:
            yield Hit(pk, "", {"code": code, "fault": fault.sentence, "nature": label or "未填"})
            continue
        if nature and kind in PREFIXES and nature not in PREFIXES[kind]:
            said = f"前两位 {kind} 是{uscc.KINDS[kind]}的代码"
            yield Hit(pk, "", {"code": code, "fault": said, "nature": label})


def not_updated(asked: Asked) -> Iterator[Hit]:
    """Q33: a unit with people or places whose facts nobody wrote for more than N days."""
    limit = asked.today - dt.timedelta(days=asked["days"])
    held = (
        Balance.objects.filter(asked.scope.on())
        .exclude(approved=0, actual=0)
        .order_by()
        .values("unit")
        .annotate(n=Count("pk"))
        .values("unit")
    )
    old = (
        UnitActivity.objects.filter(asked.scope.on(), at__date__lt=limit, unit__in=held)
        .exclude(unit__status=UnitStatus.ABOLISHED)
        .order_by("unit")
    )
    for row in old:
        yield Hit(row.unit_id, "", {"on": row.at.date().isoformat(), "days": asked["days"]})
