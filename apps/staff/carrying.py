"""People and the posts they hold, when units merge, split or hand over (docs/rules.md U-25).

Spells are moved as transfers are (S-07): the old one ends and the new one begins on the day of the
deed, whatever the number, in one statement each. What a person is and does goes along unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q

from apps.audit import services as audit
from apps.core.scope import covers
from apps.quotas.errors import QuotaRefused
from apps.units.carrying import Carrier, CarryRefused, Deed, Held, Portion
from apps.units.choices import EntityKind
from apps.units.guards import Obstacle
from apps.units.models import Unit
from apps.units.rules import MAINTAIN

from .errors import StaffRefused
from .models import Occupancy, PostHolding
from .refusals import sentence
from .services.facts import refusals

NAME = "人员"
#: 转隶（机构改革划转）, and 划转 on the other side.
ENTERED, LEFT = "entry_mode.09", "exit_mode.13"
#: Set anew for the spell in the new unit; everything else of a spell goes along.
_OWN = frozenset(
    "id unit_id dept_id work_unit_id starts_on ends_on document_id document_no entry_mode_id "
    "from_unit notice_no slot_no exit_document_id exit_document_no exit_mode_id destination sort "
    "scope counts".split()
)
_KEPT = [f.attname for f in Occupancy._meta.concrete_fields if f.attname not in _OWN]
NAMED = 5  #: people or units named in a sentence; of more the number is told


class StaffCarrier(Carrier):
    lock_order = 10

    def held(self, unit: Unit) -> list[Held]:
        open_spells = Occupancy.objects.open().filter(unit=unit)
        people = open_spells.count()
        posts = PostHolding.objects.open().filter(unit=unit).count()
        lines = []
        if people:
            lines.append(Held(NAME, "people", "人员", people, "人", by_number=False))
        if posts:
            lines.append(Held(NAME, "postings", "领导任职", posts, "人", by_number=False))
        return lines

    def persons(self, unit: Unit) -> list[tuple[str, str]]:
        rows = Occupancy.objects.open().filter(unit=unit).order_by("sort", "pk")
        return [
            (
                str(one.person_id),
                " · ".join(
                    part for part in (one.person.name, str(one.dept or ""), one.post_name) if part
                ),
            )
            for one in rows.select_related("person", "dept")
        ]

    # -- before the deed -------------------------------------------------------------------------
    def obstacles(self, deed: Deed) -> list[Obstacle]:
        found = []
        for portion in deed.portions:
            found += _later_facts(portion, deed)
            if portion.whole:
                found += _people_elsewhere(portion, deed)
        return found

    # -- the deed --------------------------------------------------------------------------------
    def lock(self, deed: Deed) -> None:
        """Lock every spell that goes, all portions in one order of keys."""
        sources = {p.source.pk for p in deed.portions}
        rows = Occupancy.objects.open().filter(unit_id__in=sources).order_by("pk")
        list(rows.select_for_update().values_list("pk", flat=True))
        found: dict[int, list[Occupancy]] = {}
        for number, portion in enumerate(deed.portions):
            spells = list(_leaving(deed, portion).select_related("person").order_by("sort", "pk"))
            found[number] = spells
            for spell in spells:
                if spell.counts:
                    cell = portion.source.pk, portion.target.pk, spell.quota_type_id
                    deed.leaving[cell] += 1
        deed.state[NAME] = found

    def move(self, deed: Deed) -> None:
        for number, portion in enumerate(deed.portions):
            spells = deed.state[NAME][number]
            postings = list(_postings(deed, portion, spells).select_related("post_kind", "person"))
            if spells:
                _move_spells(deed, portion, spells)
                deed.count(portion, people=sum(spell.counts for spell in spells))
            if postings:
                _move_postings(deed, portion, postings)
            if portion.whole:
                _move_guests(deed, portion)


def _leaving(deed: Deed, portion: Portion) -> models.QuerySet[Occupancy]:
    """Return the open spells that go with a portion; whole: what other portions leave."""
    own = Occupancy.objects.open().filter(unit=portion.source)
    if not portion.whole:
        return own.filter(_chosen(portion))
    for other in deed.others(portion):
        own = own.exclude(_chosen(other))
    return own


def _chosen(portion: Portion) -> Q:
    chosen = Q(person_id__in=portion.people)
    if portion.departments:
        paths = Unit.objects.filter(pk__in=portion.departments).values_list("path", flat=True)
        inside = Q(pk__in=[])
        for path in paths:
            inside |= Q(path__gte=path, path__lt=path + "~")
        chosen |= Q(dept__in=Unit.objects.order_by().filter(inside).values("pk"))
    return chosen


def _postings(
    deed: Deed, portion: Portion, spells: Sequence[Occupancy] | None = None
) -> models.QuerySet[PostHolding]:
    """Return the open posts in the source that end: all, or those of the people who go."""
    held = PostHolding.objects.open().filter(unit=portion.source).order_by("pk")
    if portion.whole and not deed.others(portion):
        return held
    if spells is None:
        spells = list(_leaving(deed, portion))
    return held.filter(person_id__in=[spell.person_id for spell in spells])


def _move_spells(deed: Deed, portion: Portion, spells: Sequence[Occupancy]) -> None:
    target = portion.target
    last = Occupancy.objects.filter(unit=target).aggregate(last=Max("sort"))["last"] or 0
    Occupancy.objects.filter(pk__in=[spell.pk for spell in spells]).update(
        ends_on=deed.on,
        exit_mode_id=LEFT,
        exit_document=deed.document,
        destination=target.name[:120],
    )
    new = [
        Occupancy(
            unit=target,
            dept_id=portion.departments.get(spell.dept_id, spell.dept_id)
            if spell.dept_id is not None
            else None,
            work_unit_id=target.pk
            if spell.work_unit_id == portion.source.pk
            else spell.work_unit_id,
            starts_on=deed.on,
            document=deed.document,
            entry_mode_id=ENTERED,
            from_unit=portion.source.name[:120],
            sort=last + place,
            scope=target.path,
            **{name: getattr(spell, name) for name in _KEPT},
        )
        for place, spell in enumerate(spells, 1)
    ]
    _refuse_foreign_departments(portion, new)
    try:
        with refusals():
            Occupancy.objects.bulk_create(new)
    except (QuotaRefused, StaffRefused) as refusal:
        raise CarryRefused(sentence(refusal, deed.by)) from refusal
    for spell, made in zip(spells, new, strict=True):
        audit.record(
            "occupancy.transfer",
            target=made,
            by=deed.by,
            before={"person": str(spell.person), "unit": portion.source.name},
            after={
                "unit": target.name,
                "starts_on": deed.on.isoformat(),
                "document": deed.document.number,
            },
            note=deed.reason,
        )


def _refuse_foreign_departments(portion: Portion, new: Iterable[Occupancy]) -> None:
    """Who goes without a department of the target has none there: it is left empty."""
    paths = dict(
        Unit.objects.filter(pk__in={one.dept_id for one in new if one.dept_id}).values_list(
            "pk", "path"
        )
    )
    for one in new:
        if one.dept_id and not paths[one.dept_id].startswith(portion.target.path):
            one.dept_id = None


def _move_postings(deed: Deed, portion: Portion, postings: Sequence[PostHolding]) -> None:
    PostHolding.objects.filter(pk__in=[one.pk for one in postings]).update(ends_on=deed.on)
    there = set(
        PostHolding.objects.open().filter(unit=portion.target).values_list("person", "post_kind")
    )
    kept = [
        one
        for one in postings
        if (one.person_id, one.post_kind_id) not in there
        and (portion.postings or one.post_kind.attrs.get("level") == "department")
    ]
    new = PostHolding.objects.bulk_create(
        PostHolding(
            person_id=one.person_id,
            unit=portion.target,
            post_kind=one.post_kind,
            post_level_id=one.post_level_id,
            post_name=one.post_name,
            counted=one.counted,
            starts_on=deed.on,
            document=deed.document,
            note=one.note,
            scope=portion.target.path,
        )
        for one in kept
    )
    for one in postings:
        audit.record(
            "posting.end",
            target=one,
            by=deed.by,
            before={"person": str(one.person), "unit": portion.source.name},
            after={"ends_on": deed.on.isoformat(), "document": deed.document.number},
            note=deed.reason,
        )
    for was, one in zip(kept, new, strict=True):
        audit.record(
            "posting.start",
            target=one,
            by=deed.by,
            after={
                "person": str(was.person),
                "unit": portion.target.name,
                "post_name": one.post_name,
                "starts_on": deed.on.isoformat(),
            },
            note=deed.reason,
        )


# -- people elsewhere who name the unit ------------------------------------------------------------
def _elsewhere(portion: Portion, deed: Deed) -> models.QuerySet[Occupancy]:
    """Return open spells of other units' quotas that name the source or a department that ends."""
    ending = [pk for pk, to in portion.departments.items() if to != pk]
    sources = [p.source.pk for p in deed.portions]
    named = Q(work_unit=portion.source) | Q(dept__in=[portion.source.pk, *ending])
    return Occupancy.objects.open().filter(named).exclude(unit__in=sources)


def _people_elsewhere(portion: Portion, deed: Deed) -> list[Obstacle]:
    """A person of another unit's quota who works here goes along, where the clerk may say so."""
    if deed.by is None:
        return []
    reach = deed.by.subtrees(MAINTAIN)
    rows = (
        _elsewhere(portion, deed)
        .values("unit__name", "scope")
        .annotate(number=Count("pk"))
        .order_by("scope")
    )
    out = [row for row in rows if not covers(reach, row["scope"])]
    if not out:
        return []
    seen = deed.by.subtrees("view_subtree")
    named = [
        f"{row['unit__name']} {row['number']} 人" for row in out if covers(seen, row["scope"])
    ][:NAMED]
    number = sum(row["number"] for row in out)
    which = f"（{'、'.join(named)}）" if named else ""
    return [
        Obstacle(
            f"另有 {number} 名编制在其他单位的人员{which}在{portion.source}工作，"
            "不在您的登记范围，请先由其编制所在单位变更工作单位"
        )
    ]


def _move_guests(deed: Deed, portion: Portion) -> None:
    for spell in _elsewhere(portion, deed).order_by("pk").select_for_update():
        before = {"work_unit": spell.work_unit_id, "dept": spell.dept_id}
        if spell.work_unit_id == portion.source.pk:
            spell.work_unit_id = portion.target.pk
        if spell.dept_id is not None:
            spell.dept_id = portion.departments.get(spell.dept_id, spell.dept_id)
            if spell.dept_id == portion.source.pk:
                joins = portion.target.entity_kind == EntityKind.DEPARTMENT
                spell.dept_id = portion.target.pk if joins else None
        spell.save(update_fields=["work_unit", "dept"])
        after = {"work_unit": spell.work_unit_id, "dept": spell.dept_id}
        audit.record(
            "occupancy.change", target=spell, by=deed.by, before=before, after=after,
            note=deed.reason,
        )  # fmt: skip


# -- facts that lie after the day ------------------------------------------------------------------
def _later_facts(portion: Portion, deed: Deed) -> list[Obstacle]:
    """A deed dated back before what happened to these people since is refused, and says which."""
    source, found = portion.source, []
    leaving = _leaving(deed, portion)
    entered = _named(leaving.filter(starts_on__gt=deed.on), "starts_on")
    if entered:
        found.append(Obstacle(f"{source}在生效日期之后还有入编：{entered}，请核对日期"))
    if portion.whole:
        gone = Occupancy.objects.filter(unit=source, ends_on__gt=deed.on)
        left = _named(gone, "ends_on")
        if left:
            found.append(Obstacle(f"{source}在生效日期之后还有出编：{left}，请核对日期"))
    people = [spell.person_id for spell in leaving.only("person_id")]
    posts = PostHolding.objects.filter(unit=source).filter(
        Q(starts_on__gt=deed.on) | Q(ends_on__gt=deed.on)
    )
    if not portion.whole:
        posts = posts.filter(person__in=people)
    if number := posts.count():
        found.append(Obstacle(f"{source}在生效日期之后还有 {number} 笔任职或离任，请核对日期"))
    return found


def _named(spells: Any, day: str) -> str:
    number = spells.count()
    if not number:
        return ""
    first = spells.select_related("person").order_by(f"-{day}")[:NAMED]
    names = "、".join(f"{one.person.name}（{getattr(one, day):%Y-%m-%d}）" for one in first)
    return names if number <= NAMED else f"{names}等 {number} 人"
